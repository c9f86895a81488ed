import type { Command, ServerEvent } from "../events.js";

/** What a connection is doing. `retryAt` is in ms, by `performance.now()`. */
export type ConnectionState =
  | { readonly name: "connecting" }
  | { readonly name: "open" }
  | { readonly name: "waiting"; readonly retryAt: number };

export interface ConnectionListener {
  changed(state: ConnectionState): void;
  received(event: ServerEvent): void;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 10_000;

/** The server tells its traffic every second; when it is silent for so long, the connection is lost. */
const LONGEST_SILENCE = 8_000;

/** A WebSocket that comes back: at once at first, then after waits that grow. */
export class Connection {
  readonly #url: URL;
  readonly #listener: ConnectionListener;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;

  constructor(url: URL, listener: ConnectionListener) {
    this.#url = url;
    this.#listener = listener;
    addEventListener("online", () => this.retry());
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect(): void {
    this.#listener.changed({ name: "connecting" });
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#expectSound(socket);
    socket.addEventListener("open", () => {
      this.#listener.changed({ name: "open" });
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.#socket) return;
      // Somebody is there who speaks: the next loss begins with short waits again.
      this.#attempts = 0;
      this.#expectSound(socket);
      this.#listener.received(JSON.parse(data));
    });
    socket.addEventListener("close", () => this.#lost(socket));
  }

  /** Sends a command if there is a connection. */
  send(command: Command): void {
    if (this.isOpen) this.#socket?.send(JSON.stringify(command));
  }

  /** Tries again now, if it waits. */
  retry(): void {
    if (this.#socket !== undefined) return;
    clearTimeout(this.#timer);
    this.connect();
  }

  #expectSound(socket: WebSocket): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      socket.close();
      // A closing handshake over a dead connection can take minutes; nobody waits for it.
      this.#lost(socket);
    }, LONGEST_SILENCE);
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    clearTimeout(this.#timer);
    // Spread out, so that a server that comes back does not meet everybody at once.
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#attempts) * (0.75 + Math.random() / 2);
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.connect(), delay);
    this.#listener.changed({ name: "waiting", retryAt: performance.now() + delay });
  }
}
