import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { InvalidOptionError } from "@sluice/core";
import type { Application } from "../application/application.js";
import { ApplicationRequest } from "../application/call.js";
import type { Engine } from "../application/engine.js";
import { resolve } from "../routing/resolve.js";
import type { SocketShare } from "./batched-transport.js";
import { requestData } from "./http.js";
import { SocketSet } from "./socket-set.js";
import { answerUpgrade } from "./upgrade.js";
import type { AttachableServer, UpgradeTaker } from "./upgrade-listener.js";
import { offerUpgrades } from "./upgrade-listener.js";

/** Serves an application's WebSocket routes on servers that are somebody else's. */
export class AttachedEngine implements Engine<void>, UpgradeTaker {
  readonly #application: Application;
  readonly #share: SocketShare;
  readonly #attached = new Map<AttachableServer, () => void>();
  /** Sockets of refused upgrades. Those of sessions belong to their sessions. */
  readonly #sockets = new SocketSet();

  constructor(application: Application, share: SocketShare) {
    this.#application = application;
    this.#share = share;
  }

  /** @throws InvalidOptionError (`INVALID_OPTION`) when `server` is no server. */
  attach(server: AttachableServer): void {
    if (typeof server?.on !== "function" || typeof server.listenerCount !== "function") {
      throw new InvalidOptionError("server of attach", server, "a server of node:http or node:https");
    }
    if (!this.#attached.has(server)) this.#attached.set(server, offerUpgrades(server, this));
  }

  takes(message: IncomingMessage): boolean {
    const request = new ApplicationRequest(requestData(message, this.#application));
    const found = this.#application.router.find(request.path) ?? [];
    const { matches, failures } = resolve(
      found.filter(({ route }) => route.kind === "webSocket"),
      request,
    );
    // Path and host say whose a request is. Whatever else its route asks for, the route itself refuses.
    return matches.length > 0 || failures.some(({ selector }) => selector.kind !== "host");
  }

  upgrade(message: IncomingMessage, socket: Socket, head: Uint8Array): void {
    const opened = answerUpgrade(this.#application, this.#share, message, socket, head);
    if (!opened) this.#sockets.add(socket);
  }

  /** There is nothing to listen on: the servers do that. */
  listen(): Promise<void> {
    return Promise.resolve();
  }

  /** Ordinary requests are not ours, and new sessions are refused by the plugin. */
  drain(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    for (const detach of this.#attached.values()) detach();
    this.#attached.clear();
    this.#sockets.destroyAll();
    return Promise.resolve();
  }
}
