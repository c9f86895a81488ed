import { onTestFinished } from "vitest";
import type { ClientOptions, RawData } from "ws";
import { WebSocket } from "ws";
import { certificate } from "./certificate.js";
import type { Served } from "./serve.js";

export interface Message {
  readonly data: Buffer;
  readonly binary: boolean;
}

/** How a connection ended for the client. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** The `ws` client, with messages to wait for. */
export class Client {
  readonly closed: Promise<Closed>;
  readonly #messages: Message[] = [];
  #wake: () => void = () => undefined;

  constructor(readonly socket: WebSocket) {
    socket.on("message", (data: RawData, binary: boolean) => {
      this.#messages.push({ data: data as Buffer, binary });
      this.#wake();
    });
    // What goes wrong shows in `closed`.
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#wake();
      });
    });
  }

  /** The next message. */
  async receive(): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error("The connection is closed");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async receiveText(): Promise<string> {
    const { data, binary } = await this.receive();
    if (binary) throw new Error("A binary message came where text was awaited");
    return data.toString();
  }

  /** Sends one message and waits for the next. */
  async ask(data: string | Uint8Array): Promise<Message> {
    this.socket.send(data);
    return await this.receive();
  }

  async askText(text: string): Promise<string> {
    this.socket.send(text);
    return await this.receiveText();
  }

  close(code?: number, reason?: string): Promise<Closed> {
    this.socket.close(code, reason);
    return this.closed;
  }
}

export interface ConnectOptions extends ClientOptions {
  readonly protocols?: string[];
}

/** Opens a session. Rejects where the handshake is refused, with `ws`'s "Unexpected server response: 503". */
export async function connect(
  served: Pick<Served, "url">,
  path = "/",
  { protocols = [], ...options }: ConnectOptions = {},
): Promise<Client> {
  const socket = new WebSocket(served.url(path), protocols, {
    ca: certificate.cert,
    perMessageDeflate: false,
    ...options,
  });
  onTestFinished(() => socket.terminate());
  const client = new Client(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return client;
}
