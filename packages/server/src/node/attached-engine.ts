import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { InvalidOptionError } from "@sluice/core";
import type { Application } from "../application/application.js";
import type { Engine } from "../application/engine.js";
import { SocketSet } from "./socket-set.js";
import type { SocketShare } from "./socket-transport.js";
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
    const [path = "/"] = (message.url ?? "/").split("?", 1);
    return this.#application.router.find(path)?.some(({ route }) => route.kind === "webSocket") === true;
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
