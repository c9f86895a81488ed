import { once } from "node:events";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";

type Message = string | Buffer;

/** A client whose messages are waited for one after the other. It is gone when the test is over. */
export class Client {
  readonly closed: Promise<unknown>;
  readonly #socket: WebSocket;
  readonly #messages: Message[] = [];
  readonly #waiting: ((message: Message) => void)[] = [];

  static async connect(port: number): Promise<Client> {
    const client = new Client(new WebSocket(`ws://127.0.0.1:${port}/`));
    await once(client.#socket, "open");
    return client;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, binary) => {
      const message = binary ? data : data.toString();
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#messages.push(message);
      else waiting(message);
    });
    onTestFinished(() => socket.terminate());
  }

  send(message: Message): void {
    this.#socket.send(message);
  }

  next(): Promise<Message> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async ask(message: Message): Promise<Message> {
    this.send(message);
    return await this.next();
  }
}
