import type { Socket } from "node:net";
import { connect } from "node:net";
import { MIB } from "../sizes.js";
import { directWrite } from "./direct-write.js";
import { LoadFailure } from "./failure.js";

export const HOST = "127.0.0.1";

/** What all connections read into. It holds for as long as the callback runs that is told of it. */
export const readBuffer: Buffer = Buffer.alloc(MIB);

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
/** The answer to that key (RFC 6455 section 1.3). */
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** Longer than any of the servers needs, even one that has thousands of handshakes before it. Milliseconds. */
const PATIENCE = 10_000;

export interface ConnectionOptions {
  readonly port: number;
  /** The extensions that are offered, if any. */
  readonly extensions?: string | undefined;
  /** The address to connect from. Each has ports of its own. */
  readonly localAddress?: string | undefined;
  /** Called once, for whatever goes wrong after the handshake. */
  readonly failed: (failure: LoadFailure) => void;
}

/**
 * A raw TCP connection after its handshake. Nothing is parsed here, nothing is allocated per read, and what is written
 * goes to the kernel at once, so that one core of load keeps one core of server busy.
 */
export class Connection {
  /** Called with the number of bytes at the start of `readBuffer`. A LoadFailure that it throws ends the run. */
  receive: (length: number) => void = () => {};
  /** Called when the server has ended its side. */
  ended: () => void;
  /** What the server answered about extensions. */
  extensions = "";

  readonly #failed: (failure: LoadFailure) => void;
  readonly #socket: Socket;
  /** From then on, whatever happens to the socket is nobody's business. */
  #closed = false;

  /** Resolves after the server's 101. @throws LoadFailure */
  static open(options: ConnectionOptions): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection = new Connection(options, (failure) => reject(failure));
      connection.#shakeHands(options.extensions, () => resolve(connection));
    });
  }

  private constructor(options: ConnectionOptions, refused: (failure: LoadFailure) => void) {
    this.#failed = (failure) => {
      this.close();
      refused(failure);
      options.failed(failure);
    };
    this.ended = () => this.#fail("the server ended a connection");
    this.#socket = connect({
      host: HOST,
      port: options.port,
      noDelay: true,
      ...(options.localAddress !== undefined && { localAddress: options.localAddress }),
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          try {
            this.receive(length);
          } catch (error) {
            if (!(error instanceof LoadFailure)) throw error;
            this.#failed(error);
          }
          return true;
        },
      },
    });
    this.#socket.on("error", (error) => this.#fail(`a connection failed: ${error.message}`));
    this.#socket.on("end", () => this.ended());
  }

  write(bytes: Uint8Array): void {
    if (!directWrite(this.#socket, bytes)) this.#fail("the server does not take what is sent");
  }

  /** Lets go of the connection at once, without a word to the server. */
  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #fail(what: string): void {
    if (!this.#closed) this.#failed(new LoadFailure(what));
  }

  #shakeHands(extensions: string | undefined, opened: () => void): void {
    this.#socket.setTimeout(PATIENCE, () => this.#fail(`the server did not answer a handshake within ${PATIENCE} ms`));
    this.#socket.write(requestHead(extensions));
    let head = "";
    this.receive = (length) => {
      head += readBuffer.toString("latin1", 0, length);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!head.startsWith("HTTP/1.1 101 ") || !head.includes(ACCEPT)) {
        throw new LoadFailure(`the server answered a handshake with ${head.split("\r\n", 1)[0]}`);
      }
      if (head.length > end + 4) spokeFirst();
      this.#socket.setTimeout(0);
      this.extensions = /^sec-websocket-extensions:\s*(.*)$/im.exec(head)?.[1]?.trim() ?? "";
      this.receive = spokeFirst;
      opened();
    };
  }
}

function spokeFirst(): never {
  throw new LoadFailure("the server spoke before it was spoken to");
}

function requestHead(extensions: string | undefined): Buffer {
  const lines = [
    "GET / HTTP/1.1",
    `Host: ${HOST}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${KEY}`,
    "Sec-WebSocket-Version: 13",
  ];
  if (extensions !== undefined) lines.push(`Sec-WebSocket-Extensions: ${extensions}`);
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/** Few enough that no server's queue of new connections overflows. */
const AT_A_TIME = 256;

/** Opens `count` connections and puts each into `opened`, which has them too when not all come through. @throws LoadFailure */
export async function openConnections(count: number, options: ConnectionOptions, opened: Connection[]): Promise<void> {
  let started = 0;
  const openMore = async (): Promise<void> => {
    while (started < count) {
      started++;
      opened.push(await Connection.open(options));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, count) }, openMore));
}
