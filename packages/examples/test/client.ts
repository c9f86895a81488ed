import { once } from "node:events";
import { onTestFinished } from "vitest";
import WebSocket from "ws";

export interface Message {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** The `ws` client, with its messages in line. It is gone when the test is over. */
export class Client {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #messages: Message[] = [];
  readonly #waiting: ((message: Message) => void)[] = [];

  private constructor(url: string, origin: string | undefined) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 0, origin });
    this.closed = once(this.socket, "close").then(([code]) => code);
    this.socket.on("message", (data: Buffer, isBinary) => {
      const message = { data, isBinary };
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#messages.push(message);
      else waiting(message);
    });
    onTestFinished(() => this.socket.terminate());
  }

  static async connect(url: string, origin?: string): Promise<Client> {
    const client = new Client(url, origin);
    await once(client.socket, "open");
    return client;
  }

  next(): Promise<Message> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => this.#waiting.push(resolve));
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
}
