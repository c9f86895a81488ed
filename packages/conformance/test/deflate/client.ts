import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import type { ExpectedFrame } from "../../src/case.js";
import { clientClose } from "../../src/frames.js";

/** A client that knows frames and nothing else: what it sends, right or wrong, is the test's. */
export class Client {
  /** What the server answered in `Sec-WebSocket-Extensions`. */
  readonly extensions: string | undefined;
  readonly #socket: Socket;
  /** What has come and was not taken. */
  #received: Buffer;
  #ended = false;
  #wake = (): void => {};

  private constructor(socket: Socket, extensions: string | undefined, received: Buffer) {
    this.#socket = socket;
    this.extensions = extensions;
    this.#received = received;
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** @param offers a line of `Sec-WebSocket-Extensions`, or several; none where left out */
  static connect(port: number, ...offers: readonly string[]): Promise<Client> {
    return Client.connectTo("/", port, ...offers);
  }

  static async connectTo(path: string, port: number, ...offers: readonly string[]): Promise<Client> {
    const socket = connect(port, "127.0.0.1");
    const lines = [
      `GET ${path} HTTP/1.1`,
      "Host: 127.0.0.1",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      ...offers.map((offer) => `Sec-WebSocket-Extensions: ${offer}`),
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    let received: Buffer = Buffer.alloc(0);
    while (!received.includes("\r\n\r\n")) {
      const [chunk]: unknown[] = await once(socket, "data");
      received = Buffer.concat([received, chunk as Buffer]);
    }
    const end = received.indexOf("\r\n\r\n");
    const head = received.toString("latin1", 0, end);
    if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`The server did not switch protocols: ${head}`);
    const extensions = /^sec-websocket-extensions: *(.*)$/im.exec(head)?.[1];
    return new Client(socket, extensions, received.subarray(end + 4));
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next frame, or `undefined` when the server has ended the connection. */
  async next(): Promise<ExpectedFrame | undefined> {
    for (;;) {
      const taken = takeFrame(this.#received);
      if (taken !== undefined) {
        this.#received = this.#received.subarray(taken.end);
        return taken.frame;
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The code of the server's Close, which is the next that comes. */
  async closeCode(): Promise<number | undefined> {
    const frame = await this.next();
    if (frame?.firstByte !== 0x88) throw new Error(`A Close is due, got ${JSON.stringify(frame)?.slice(0, 100)}`);
    const [high = 0, low = 0] = frame.payload;
    return (high << 8) | low;
  }

  /** The closing handshake, behind everything that was sent. */
  async close(): Promise<void> {
    this.send(clientClose(1000));
    while ((await this.next()) !== undefined);
    this.#socket.destroy();
  }

  /** With a reset, as a client that died. */
  destroy(): void {
    this.#socket.resetAndDestroy();
  }
}

function takeFrame(bytes: Buffer): { frame: ExpectedFrame; end: number } | undefined {
  const short = bytes.length < 2 ? 0 : bytes.readUInt8(1);
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return undefined;
  const payload = Uint8Array.from(bytes.subarray(start, start + length));
  return { frame: { firstByte: bytes.readUInt8(0), payload }, end: start + length };
}
