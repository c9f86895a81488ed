import type { MemoryTransport } from "@sluice/core/testing";
import { memoryTransports } from "@sluice/core/testing";
import { answer, failed, text } from "../application/answer.js";
import type { Application } from "../application/application.js";
import type { RequestData } from "../application/call.js";
import type { Engine, EngineConnector } from "../application/engine.js";
import type { HttpResponse } from "../application/http-call.js";
import type { HandshakeRefusal } from "../handshake/refusal.js";
import { refuse } from "../handshake/refusal.js";
import { printRefusal } from "../handshake/response.js";
import type { AcceptedUpgrade, PendingUpgrade } from "../websockets/upgrade.js";
import { decideUpgrade } from "../websockets/upgrade.js";
import type { WireResponse } from "./response-head.js";
import { readResponse } from "./response-head.js";

/** What came of a handshake: without a transport it was refused. */
export interface TestHandshake {
  readonly response: WireResponse;
  /** The client's end of the connection. */
  readonly transport: MemoryTransport | undefined;
}

/** Serves an application in memory: requests are function calls, connections are memory transports. */
export class MemoryEngine implements Engine {
  readonly #application: Application;
  /** The clients' ends of all connections. */
  readonly #connections = new Set<MemoryTransport>();
  /** Handshakes whose route has not let them in or refused them yet. */
  readonly #pending = new Set<PendingUpgrade>();
  #answering = 0;
  #drained: (() => void) | undefined;

  constructor(application: Application) {
    this.#application = application;
  }

  /** Requests that wait for their answer. */
  get answering(): number {
    return this.#answering;
  }

  listen(): Promise<EngineConnector> {
    return Promise.resolve({ type: "HTTP", host: "localhost", port: 80 });
  }

  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve;
      if (this.#answering === 0) resolve();
    });
  }

  close(): Promise<void> {
    return this.cut();
  }

  /** Cuts every connection, as a client does that vanishes; resolves when both ends have heard of it. */
  async cut(): Promise<void> {
    for (const pending of this.#pending) pending.abandon();
    this.#pending.clear();
    for (const transport of this.#connections) transport.destroy();
    this.#connections.clear();
    await new Promise<void>((resolve) => this.#application.environment.platform.nextTurn(resolve));
  }

  /** A connection is gone. */
  forget(transport: MemoryTransport): void {
    this.#connections.delete(transport);
  }

  /** Never rejects. */
  async request(data: RequestData): Promise<HttpResponse> {
    if (this.#drained !== undefined) return text(503, "The server is stopping", { connection: "close" });
    this.#answering++;
    try {
      return await answer(this.#application, data);
    } catch (error) {
      return failed(this.#application, data, error);
    } finally {
      this.#answered();
    }
  }

  /** Never rejects. */
  async upgrade(data: RequestData): Promise<TestHandshake> {
    const decision = await this.#decide(data);
    if (decision.kind === "refused") {
      return { response: readResponse(printRefusal(decision, data.method)), transport: undefined };
    }
    const [client, server] = memoryTransports(this.#application.environment);
    this.#connections.add(client);
    decision.open(server);
    return { response: readResponse(decision.head), transport: client };
  }

  #answered(): void {
    this.#answering--;
    if (this.#answering === 0) this.#drained?.();
  }

  /** Does not settle where the client is gone before. */
  #ask(pending: PendingUpgrade): Promise<AcceptedUpgrade | HandshakeRefusal> {
    this.#pending.add(pending);
    return new Promise((resolve) => {
      pending.ask((decision) => {
        this.#pending.delete(pending);
        resolve(decision);
      });
    });
  }

  async #decide(data: RequestData): Promise<AcceptedUpgrade | HandshakeRefusal> {
    const decision = decideUpgrade(this.#application, data) ?? refuse(404, "Nothing is here");
    return decision.kind === "pending" ? await this.#ask(decision) : decision;
  }
}
