import { createHash } from "node:crypto";
import type { Server as HttpServer, ServerOptions } from "node:http";
import { createServer } from "node:http";
import type { ServerOptions as TlsOptions } from "node:https";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Application } from "../application/application.js";
import type { EngineConnector } from "../application/engine.js";
import { ListenError } from "../application/engine.js";
import { answerRequest } from "./http.js";
import type { SocketShare } from "./socket-transport.js";
import { answerUpgrade } from "./upgrade.js";

/** SHA-1 of a string, in base64. */
export function sha1(input: string): string {
  return createHash("sha1").update(input).digest("base64");
}

export interface NodeEngineOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  /** Milliseconds for a whole request to arrive; then 408. */
  readonly handshakeTimeout: number;
}

/** Serves an application over `node:http` or `node:https`. */
export class NodeEngine {
  readonly #options: NodeEngineOptions;
  readonly #server: HttpServer;

  constructor(application: Application, share: SocketShare, options: NodeEngineOptions) {
    this.#options = options;
    const { handshakeTimeout, tls } = options;
    const timeouts: ServerOptions = {
      headersTimeout: handshakeTimeout,
      requestTimeout: handshakeTimeout,
      // Node looks for late requests this often.
      connectionsCheckingInterval: Math.min(1_000, handshakeTimeout),
    };
    this.#server = tls === undefined ? createServer(timeouts) : createTlsServer({ ...timeouts, ...tls });
    this.#server.on("request", (message, response) => void answerRequest(application, message, response));
    this.#server.on("upgrade", (message, socket, head) => answerUpgrade(application, share, message, socket, head));
  }

  /** @throws ListenError (`ADDRESS_IN_USE`, `ADDRESS_NOT_AVAILABLE`) */
  listen(): Promise<EngineConnector> {
    const { host, port, tls } = this.#options;
    return new Promise((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void => reject(new ListenError(host, port, cause));
      this.#server.once("error", failed);
      this.#server.listen(port, host, () => {
        this.#server.removeListener("error", failed);
        const { port: bound } = this.#server.address() as AddressInfo;
        resolve({ type: tls === undefined ? "HTTP" : "HTTPS", host, port: bound });
      });
    });
  }

  /** Takes no more connections; resolves when the last one is gone. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }

  /** Cuts what is still open. */
  destroy(): void {
    this.#server.closeAllConnections();
  }
}
