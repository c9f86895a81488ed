import type { Socket } from "node:net";
import { connect } from "node:net";
import type { ExpectedFrame } from "./case.js";
import { frameSize, readFrame } from "./frames.js";

/** An HTTP response, read from the wire. */
export interface Response {
  readonly status: number;
  /** By name, in lower case; each line's value, where a name is there several times. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** Where a server is reached. */
export interface Address {
  readonly port: number;
  /** The address to come from; default whatever the system takes. All of 127.0.0.0/8 is this machine. */
  readonly localAddress?: string;
}

export const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** Header lines by name: one value, several, or none of the line that would be there. */
export type HeaderLines = Readonly<Record<string, string | readonly string[] | undefined>>;

/** An opening handshake; `headers` replace its own, and those with `undefined` are left out. */
export function handshake(path = "/", headers: HeaderLines = {}): string {
  const all: HeaderLines = {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A client made of bytes: what it writes is all that it sends. It stays half open when the server ends its side. */
export class Peer {
  readonly socket: Socket;
  /** What the connection died of. */
  error: NodeJS.ErrnoException | undefined;
  /** Whether the server ended its side (FIN). */
  ended = false;
  closed = false;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that there must be before looking at them is of use. */
  #needed = 0;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      if (this.#size >= this.#needed) this.#wake();
    });
    socket.on("end", () => {
      this.ended = true;
      this.#wake();
    });
    socket.on("error", (error) => {
      this.error = error;
    });
    socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  /** What came and was not taken yet. */
  get received(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] as Buffer;
  }

  /** Whether the server can still send anything. */
  get isOver(): boolean {
    return this.ended || this.closed;
  }

  /** Sends all of it in one write. */
  write(...parts: readonly (string | Uint8Array)[]): void {
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
  }

  /** The next frame of the server. Rejects when none will come. */
  async frame(): Promise<ExpectedFrame> {
    for (;;) {
      const read = this.tryFrame();
      if (read !== undefined) return read;
      await this.#more("a frame");
    }
  }

  /** The next frame of the server, if it is here. */
  tryFrame(): ExpectedFrame | undefined {
    if (this.#size < this.#needed) return undefined;
    const { received } = this;
    const read = readFrame(received);
    this.#needed = read === undefined ? frameSize(received) : 0;
    if (read !== undefined) this.#keep(received.subarray(read.size));
    return read?.frame;
  }

  /** The next response, with a body as long as its `Content-Length` says. Rejects when none will come. */
  async response(): Promise<Response> {
    for (;;) {
      const response = this.#tryResponse();
      if (response !== undefined) return response;
      await this.#more("a response");
    }
  }

  /** Waits until the server has ended its side or cut the connection, and gives what came before it and was not taken. */
  async end(): Promise<Buffer> {
    while (!this.isOver) await this.#next();
    return this.received;
  }

  /** Waits until both sides are done. */
  async gone(): Promise<void> {
    while (!this.closed) await this.#next();
  }

  /** RST, behind what was written. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  #tryResponse(): Response | undefined {
    const { received } = this;
    const end = received.indexOf("\r\n\r\n");
    if (end === -1) return undefined;
    const [statusLine = "", ...lines] = received.toString("latin1", 0, end).split("\r\n");
    const headers = new Map<string, string[]>();
    for (const line of lines) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).toLowerCase();
      headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
    }
    const bodyEnd = end + 4 + Number(headers.get("content-length")?.[0] ?? 0);
    if (received.length < bodyEnd) return undefined;
    this.#keep(received.subarray(bodyEnd));
    const body = received.toString("utf8", end + 4, bodyEnd);
    return { status: Number(statusLine.split(" ")[1]), headers, body };
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
  }

  async #more(what: string): Promise<void> {
    if (this.isOver) throw new Error(`The server ended the connection before ${what} (${this.error?.code ?? "FIN"})`);
    await this.#next();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Connects, and sends nothing yet. Rejects where nobody listens. */
export async function dial({ port, localAddress }: Address): Promise<Peer> {
  const from = localAddress === undefined ? {} : { localAddress };
  const peer = new Peer(connect({ host: "127.0.0.1", port, allowHalfOpen: true, ...from }));
  await new Promise<void>((resolve, reject) => {
    peer.socket.once("connect", resolve);
    peer.socket.once("close", () => reject(peer.error ?? new Error("The connection was closed")));
  });
  return peer;
}

/** Connects, and sends `bytes` in one write. */
export async function send(address: Address, ...bytes: readonly (string | Uint8Array)[]): Promise<Peer> {
  const peer = await dial(address);
  peer.write(...bytes);
  return peer;
}

/** Opens a session at `path`, with `bytes` in the same write as the handshake. Rejects where it is refused. */
export async function open(address: Address, path = "/", ...bytes: readonly (string | Uint8Array)[]): Promise<Peer> {
  const peer = await send(address, handshake(path), ...bytes);
  const { status } = await peer.response();
  if (status !== 101) throw new Error(`The handshake was answered with ${status}`);
  return peer;
}
