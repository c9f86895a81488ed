import { CloseReason } from "@sluice/core";
import type { DefaultServerSession, RawServerSession } from "./server-session.js";

type Session = DefaultServerSession | RawServerSession;

/** The sessions of an application, from their handshake until both their connection and their handler are done. */
export class SessionRegistry {
  readonly #open = new Map<Session, Promise<void>>();
  /** What tells the handshakes at their gates that the server stops. */
  readonly #entering = new Set<() => void>();
  #stopping = false;

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

  /** Counts a session until `done`, which never rejects. */
  add(session: Session, done: Promise<void>): void {
    this.#open.set(session, done);
    void done.then(() => this.#open.delete(session));
  }

  /** Sends handshakes away, and Close 1001 to every session; resolves when the last one is done. */
  async closeAll(): Promise<void> {
    this.#stopping = true;
    const reason = CloseReason.goingAway("The server is stopping");
    for (const stop of this.#entering) stop();
    for (const session of this.#open.keys()) void session.close(reason);
    await Promise.all(this.#open.values());
  }

  /** Destroys what is still open. */
  cancelAll(): void {
    for (const session of this.#open.keys()) session.cancel();
  }
}
