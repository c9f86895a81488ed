import type { Socket } from "node:net";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { onTestFinished } from "vitest";
import { certificate } from "./certificate.js";
import type { Served } from "./serve.js";
import type { WireFrame } from "./wire.js";
import { readFrame } from "./wire.js";

/** An HTTP response, read from the wire. */
export interface Response {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** An opening handshake; `headers` replace its own, and those with `undefined` are left out. */
export function handshake(path = "/", headers: Record<string, string | undefined> = {}): string {
  const all = {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\r\n`]));
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A peer made of bytes. */
export class Peer {
  #received: Buffer = Buffer.alloc(0);
  /** Whether the server ended its side (FIN). */
  ended = false;
  closed = false;
  /** What the connection died of. */
  error: NodeJS.ErrnoException | undefined;
  #chunks: Buffer[] = [];
  #wake: () => void = () => undefined;

  constructor(readonly socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake();
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
    if (this.#chunks.length > 0) this.#received = Buffer.concat([this.#received, ...this.#chunks.splice(0)]);
    return this.#received;
  }

  #take(size: number): void {
    this.#received = this.received.subarray(size);
  }

  write(...parts: readonly (string | Uint8Array)[]): void {
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
  }

  /** Waits until `take` finds what it looks for in `received`. */
  async until<T>(take: () => T | undefined): Promise<T> {
    for (;;) {
      const found = take();
      if (found !== undefined) return found;
      if (this.closed || this.ended) {
        throw new Error(`The server ended the connection${this.error === undefined ? "" : ` (${this.error.message})`}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next frame. */
  frame(): Promise<WireFrame> {
    return this.until(() => {
      const read = readFrame(this.received);
      if (read === undefined) return undefined;
      this.#take(read.size);
      return read.frame;
    });
  }

  /** The next response, with a body as long as its `Content-Length` says. */
  response(bodiless = false): Promise<Response> {
    return this.until(() => {
      const end = this.received.indexOf("\r\n\r\n");
      if (end === -1) return undefined;
      const [statusLine = "", ...lines] = this.received.toString("latin1", 0, end).split("\r\n");
      const headers = new Map<string, string>();
      for (const line of lines) {
        const colon = line.indexOf(":");
        const name = line.slice(0, colon).toLowerCase();
        if (headers.has(name)) throw new Error(`The response has ${name} twice`);
        headers.set(name, line.slice(colon + 1).trim());
      }
      const length = bodiless ? 0 : Number(headers.get("content-length") ?? 0);
      const bodyEnd = end + 4 + length;
      if (this.received.length < bodyEnd) return undefined;
      const body = this.received.toString("utf8", end + 4, bodyEnd);
      this.#take(bodyEnd);
      return { status: Number(statusLine.split(" ")[1]), headers, body };
    });
  }

  /** Waits for the server's FIN, and gives what came before it and was not taken. */
  async end(): Promise<Buffer> {
    while (!this.ended) {
      if (this.closed) throw this.error ?? new Error("The connection closed without FIN");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.received;
  }

  /** Waits until the server has ended its side, in whatever way. */
  async dropped(): Promise<void> {
    while (!this.ended && !this.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Waits until both sides are done. */
  async gone(): Promise<void> {
    while (!this.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** Where a server is reached. */
type Reachable = Pick<Served, "port" | "url">;

/** Connects, and sends nothing yet. It stays half open when the server ends its side. */
export async function dial({ port, url }: Reachable): Promise<Peer> {
  const tls = url("").startsWith("wss:");
  const options = { host: "127.0.0.1", port, allowHalfOpen: true };
  const socket = tls ? connectTls({ ...options, ca: certificate.cert }) : connectTcp(options);
  onTestFinished(() => void socket.destroy());
  const peer = new Peer(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once(tls ? "secureConnect" : "connect", resolve);
    socket.once("error", reject);
  });
  return peer;
}

/** Connects, and sends `bytes` in one write. */
export async function send(served: Reachable, ...bytes: readonly (string | Uint8Array)[]): Promise<Peer> {
  const peer = await dial(served);
  peer.write(...bytes);
  return peer;
}

/** Opens a session, with `bytes` in the same write as the handshake. */
export async function open(served: Reachable, ...bytes: readonly (string | Uint8Array)[]): Promise<Peer> {
  const peer = await send(served, handshake(), ...bytes);
  const { status } = await peer.response(true);
  if (status !== 101) throw new Error(`The handshake was answered with ${status}`);
  return peer;
}
