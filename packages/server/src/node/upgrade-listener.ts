import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { refuse } from "../handshake/refusal.js";
import { printRefusal } from "../handshake/response.js";
import { PendingResponses } from "./pending-responses.js";
import { endInStages, ignore } from "./staged-end.js";
import { asksForWebSocket, responseWithoutUpgrade } from "./upgrade.js";

/** A server of the user's own. Express, Fastify and Hono have one inside. */
export type AttachableServer = HttpServer | HttpsServer;

/** Who may take an upgrade. */
export interface UpgradeTaker {
  /** Whether the request is for one of its routes. */
  takes(message: IncomingMessage): boolean;
  upgrade(message: IncomingMessage, socket: Socket, head: Uint8Array): void;
}

/** All takers of a server share one listener: so each upgrade has one taker, and what has none is known. */
const listeners = new WeakMap<AttachableServer, UpgradeListener>();

/** Offers a server's upgrades to `taker`, behind those that are there. @returns what ends that. */
export function offerUpgrades(server: AttachableServer, taker: UpgradeTaker): () => void {
  let listener = listeners.get(server);
  if (listener === undefined) {
    listener = new UpgradeListener(server);
    listeners.set(server, listener);
  }
  return listener.add(taker);
}

/** Hands the upgrades of somebody else's server to who takes them. */
class UpgradeListener {
  readonly #server: AttachableServer;
  readonly #takers = new Set<UpgradeTaker>();
  readonly #answering = new PendingResponses();

  constructor(server: AttachableServer) {
    this.#server = server;
  }

  add(taker: UpgradeTaker): () => void {
    if (this.#takers.size === 0) {
      this.#server.on("request", this.#request);
      this.#server.on("upgrade", this.#upgrade);
    }
    this.#takers.add(taker);
    return () => {
      if (!this.#takers.delete(taker) || this.#takers.size > 0) return;
      this.#server.removeListener("request", this.#request);
      this.#server.removeListener("upgrade", this.#upgrade);
    };
  }

  readonly #request = (_: IncomingMessage, response: ServerResponse): void => this.#answering.add(response);

  readonly #upgrade = (message: IncomingMessage, duplex: Duplex, head: Uint8Array): void => {
    // Node hands over the connection's own socket; its type leaves room for what a proxy's CONNECT gives.
    const socket = duplex as Socket;
    const wanted = asksForWebSocket(message);
    const taker = wanted ? [...this.#takers].find((each) => each.takes(message)) : undefined;
    if (taker === undefined && this.#server.listenerCount("upgrade") > 1) return;
    if (this.#answering.isOn(socket)) {
      socket.on("error", ignore);
      socket.destroy();
    } else if (taker !== undefined) {
      taker.upgrade(message, socket, head);
    } else if (wanted) {
      endInStages(socket, printRefusal(refuse(404, "Nothing is here"), message.method));
    } else {
      // Without us Node would have left the wish aside, and let the request be answered.
      this.#server.emit("request", message, responseWithoutUpgrade(message, socket));
    }
  };
}
