import * as crypto from "node:crypto";
import type { Server as HttpServer, IncomingMessage, ServerOptions, ServerResponse } from "node:http";
import type { ServerOptions as TlsOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Application } from "../application/application.js";
import type { Engine, EngineConnectors } from "../application/engine.js";
import { ListenError } from "../application/engine.js";
import { report } from "../observability/logger.js";
import type { SocketShare } from "./batched-transport.js";
import { http, https } from "./builtin.js";
import { answerRequest, send, text } from "./http.js";
import { refuseMalformed } from "./malformed.js";
import { PendingResponses } from "./pending-responses.js";
import { SocketSet } from "./socket-set.js";
import { ignore } from "./staged-end.js";
import { answerUpgrade, asksForWebSocket, responseWithoutUpgrade } from "./upgrade.js";

/**
 * Connections that may wait to be accepted; the system may allow fewer (`somaxconn`). Node accepts one in a turn of its event
 * loop, and behind a restart everybody comes at once: whom the queue has no room for tries again after a second, or is reset.
 */
const BACKLOG = 4096;

/** SHA-1 of a string, in base64. In one call where Node has that, from 20.12 on. */
export function sha1(input: string): string {
  return crypto.hash?.("sha1", input, "base64") ?? crypto.createHash("sha1").update(input).digest("base64");
}

export interface NodeEngineOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  /** Milliseconds, more than 0, for a whole request to arrive; then 408. With TLS its handshake has as long before. */
  readonly handshakeTimeout: number;
}

/** Serves an application over `node:http` or `node:https`. */
export class NodeEngine implements Engine<EngineConnectors> {
  readonly #application: Application;
  readonly #options: NodeEngineOptions;
  readonly #server: HttpServer;
  /** Sockets that `closeAllConnections` does not know. Those of sessions belong to their sessions. */
  readonly #sockets = new SocketSet();
  readonly #answering = new PendingResponses();
  #draining = false;

  constructor(application: Application, share: SocketShare, options: NodeEngineOptions) {
    this.#application = application;
    this.#options = options;
    const server = options.tls === undefined ? http.createServer(timeouts(options)) : this.#tlsServer(options.tls);
    server.on("request", (message, response) => this.#request(message, response));
    server.on("upgrade", (message, socket, head) => this.#upgrade(share, message, socket, head));
    server.on("clientError", (error, socket) => this.#malformed(error, socket as Socket));
    this.#server = server;
  }

  /** @throws ListenError (`ADDRESS_IN_USE`, `ADDRESS_NOT_AVAILABLE`) */
  listen(): Promise<EngineConnectors> {
    const { host, port, tls } = this.#options;
    const server = this.#server;
    return new Promise((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void => reject(new ListenError(host, port, cause));
      server.once("error", failed);
      server.listen(port, host, BACKLOG, () => {
        server.removeListener("error", failed);
        // A connection that cannot be accepted, for want of descriptors perhaps, is no reason to end the others.
        server.on("error", (error) => report(this.#application.log, error, `Accepting on ${host} failed`));
        const { port: bound } = server.address() as AddressInfo;
        resolve([{ type: tls === undefined ? "HTTP" : "HTTPS", host, port: bound }]);
      });
    });
  }

  /** Answers new requests with 503 from now on; resolves when those from before are answered. */
  drain(): Promise<void> {
    this.#draining = true;
    return this.#answering.whenEmpty();
  }

  /** Stops listening and cuts what is still open; resolves when the last connection is gone. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
      this.#sockets.destroyAll();
    });
  }

  #tlsServer(tls: TlsOptions): HttpServer {
    const { handshakeTimeout } = this.#options;
    // Half-open, as `node:http` has it: answers to what came before a FIN still go out.
    const server = https().createServer({ ...timeouts(this.#options), handshakeTimeout, ...tls, allowHalfOpen: true });
    // Until TLS has its handshake, the HTTP server does not know the connection.
    server.on("connection", (socket: Socket) => this.#sockets.add(socket));
    return server;
  }

  #request(message: IncomingMessage, response: ServerResponse): void {
    if (this.#draining) {
      send(response, text(503, "The server is stopping", { connection: "close" }));
      return;
    }
    this.#answering.add(response);
    void answerRequest(this.#application, message, response);
  }

  #upgrade(share: SocketShare, message: IncomingMessage, duplex: Duplex, head: Uint8Array): void {
    // Node hands over the connection's own socket; its type leaves room for what a proxy's CONNECT gives.
    const socket = duplex as Socket;
    if (this.#answering.isOn(socket)) {
      socket.on("error", ignore);
      socket.destroy();
    } else if (asksForWebSocket(message)) {
      const opened = answerUpgrade(this.#application, share, message, socket, head);
      if (!opened) this.#sockets.add(socket);
    } else {
      this.#sockets.add(socket);
      this.#request(message, responseWithoutUpgrade(message, socket));
    }
  }

  #malformed(error: NodeJS.ErrnoException, socket: Socket): void {
    if (this.#answering.isOn(socket)) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    refuseMalformed(error, socket);
  }
}

function timeouts({ handshakeTimeout }: NodeEngineOptions): ServerOptions {
  const whole = Math.ceil(handshakeTimeout);
  return {
    headersTimeout: whole,
    requestTimeout: whole,
    // Node looks for late requests this often.
    connectionsCheckingInterval: Math.min(1_000, whole),
  };
}
