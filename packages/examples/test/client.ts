import { once } from "node:events";
import type { Socket } from "node:net";
import { onTestFinished } from "vitest";
import type { ClientOptions } from "ws";
import WebSocket from "ws";

export interface Message {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

interface Waiting {
  resolve(message: Message): void;
  reject(error: Error): void;
}

/** The `ws` client, with its messages in line. It is gone when the test is over. */
export class Client {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #messages: Message[] = [];
  readonly #waiting: Waiting[] = [];
  #connection: Socket | undefined;

  private constructor(url: string, options: ClientOptions) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 0, ...options });
    this.closed = once(this.socket, "close").then(([code]) => code);
    // Where the handshake is refused, `connect` says so.
    this.closed.catch(() => undefined);
    this.socket.once("upgrade", (response) => {
      this.#connection = response.socket;
    });
    this.socket.on("message", (data: Buffer, isBinary) => {
      const message = { data, isBinary };
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#messages.push(message);
      else waiting.resolve(message);
    });
    this.socket.on("close", (code) => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`Close ${code} came instead of a message`));
    });
    onTestFinished(() => this.socket.terminate());
  }

  static async connect(url: string, options: ClientOptions = {}): Promise<Client> {
    const client = new Client(url, options);
    await once(client.socket, "open");
    return client;
  }

  /** What lies under `socket`: for bytes that `ws` would not send, or not show. */
  get connection(): Socket {
    if (this.#connection === undefined) throw new Error("There is no connection yet");
    return this.#connection;
  }

  next(): Promise<Message> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async nextText(): Promise<string> {
    const { data, isBinary } = await this.next();
    if (isBinary) throw new Error(`Bytes came where text should: ${data.toString("hex")}`);
    return data.toString();
  }

  async take(count: number): Promise<Message[]> {
    const messages: Message[] = [];
    while (messages.length < count) messages.push(await this.next());
    return messages;
  }

  /** Sends, and gives what comes next. */
  ask(data: string | Buffer): Promise<Message> {
    this.socket.send(data);
    return this.next();
  }

  askText(text: string): Promise<string> {
    this.socket.send(text);
    return this.nextText();
  }
}
