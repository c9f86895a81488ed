import { CloseReason } from "@sluice/core";
import type { ServerSession } from "./server-session.js";

/** The sessions of an application, from their handshake until both their connection and their handler are done. */
export class SessionRegistry {
  readonly #open = new Set<ServerSession>();
  /** What tells the handshakes at their gates that the server stops. */
  readonly #entering = new Set<() => void>();
  #stopping = false;
  /** Who waits for the last session to be done. */
  #emptied: (() => void)[] = [];

  /** Open sessions, and handshakes that are not decided yet. */
  get size(): number {
    return this.#open.size + this.#entering.size;
  }

  /** Whether `closeAll` was called: no new session may begin. */
  get isStopping(): boolean {
    return this.#stopping;
  }

  /** Counts a handshake until the function that it gives is called. `stop` is called when no session may begin any more. */
  enter(stop: () => void): () => void {
    const entry = (): void => stop();
    this.#entering.add(entry);
    return () => void this.#entering.delete(entry);
  }

  /** Counts a session until `remove`. */
  add(session: ServerSession): void {
    this.#open.add(session);
  }

  /** A session is done: its connection, its handler and its jobs. */
  remove(session: ServerSession): void {
    this.#open.delete(session);
    if (this.#open.size > 0) return;
    for (const emptied of this.#emptied.splice(0)) emptied();
  }

  /** Sends handshakes away, and Close 1001 to every session; resolves when the last one is done. */
  async closeAll(): Promise<void> {
    this.#stopping = true;
    const reason = CloseReason.goingAway("The server is stopping");
    for (const stop of this.#entering) stop();
    for (const session of this.#open) void session.close(reason);
    if (this.#open.size > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve));
  }

  /** Destroys what is still open. */
  cancelAll(): void {
    for (const session of this.#open) session.cancel();
  }
}
