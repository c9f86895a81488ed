import type { ApplicationRequest } from "../application/call.js";
import type { HandshakeRefusal } from "../handshake/refusal.js";
import { refuse } from "../handshake/refusal.js";
import { clientNetwork } from "./client-network.js";
import type { ServerSession } from "./server-session.js";
import type { SessionRegistry } from "./session-registry.js";

export interface AdmissionOptions {
  readonly maxConnections: number;
  /** `Infinity` turns it off. */
  readonly maxConnectionsPerAddress: number;
}

/** Whether one more session may begin: for each that does, and each handshake at its gate, it counts, also by its client. */
export class Admission {
  readonly #sessions: SessionRegistry;
  readonly #options: AdmissionOptions;
  /** Only where there is a cap for each address. A client that has no session is not in it. */
  readonly #perClient: Map<string, number> | undefined;

  constructor(sessions: SessionRegistry, options: AdmissionOptions) {
    this.#sessions = sessions;
    this.#options = options;
    if (options.maxConnectionsPerAddress !== Number.POSITIVE_INFINITY) this.#perClient = new Map();
  }

  /** Clients that are counted at the moment. */
  get clients(): number {
    return this.#perClient?.size ?? 0;
  }

  /** What refuses one more, if something does. */
  refusal(request: ApplicationRequest): HandshakeRefusal | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#options;
    if (this.#sessions.isStopping) return refuse(503, "The server is stopping");
    if (this.#sessions.size >= maxConnections) return refuse(503, "The server has as many sessions as it may have");
    const open = this.#perClient?.get(clientOf(request)) ?? 0;
    if (open >= maxConnectionsPerAddress) return refuse(503, "The client has as many sessions as it may have");
    return undefined;
  }

  /** As `SessionRegistry.enter`. */
  enter(request: ApplicationRequest, stop: () => void): () => void {
    const leave = this.#sessions.enter(stop);
    if (this.#perClient === undefined) return leave;
    this.#count(request);
    return () => {
      leave();
      this.#release(request);
    };
  }

  /** As `SessionRegistry.add`. */
  add(session: ServerSession): void {
    this.#sessions.add(session);
    this.#count(session.call.request);
  }

  /** As `SessionRegistry.remove`. */
  remove(session: ServerSession): void {
    this.#release(session.call.request);
    this.#sessions.remove(session);
  }

  #count(request: ApplicationRequest): void {
    const counts = this.#perClient;
    if (counts === undefined) return;
    const client = clientOf(request);
    counts.set(client, (counts.get(client) ?? 0) + 1);
  }

  #release(request: ApplicationRequest): void {
    const counts = this.#perClient;
    if (counts === undefined) return;
    const client = clientOf(request);
    const left = (counts.get(client) ?? 0) - 1;
    if (left > 0) counts.set(client, left);
    else counts.delete(client);
  }
}

/** A trusted proxy may have a name for a client whose address it does not tell. */
function clientOf({ remoteAddress, remoteHost }: ApplicationRequest): string {
  return remoteAddress === undefined ? (remoteHost ?? "") : clientNetwork(remoteAddress);
}
