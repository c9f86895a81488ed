import type { ActiveExtension, SessionOptions, WebSocketExtensionHeader } from "@sluice/core";
import { acceptedExtensions, extensionOffers, parseWebSocketExtensions, RetainedBytes } from "@sluice/core";
import type { MemoryTransport } from "@sluice/core/testing";
import type { Application } from "../application/application.js";
import { checkOptionNames } from "../application/option-names.js";
import type { WebSocketOptions } from "../websockets/options.js";
import { resolveOptions } from "../websockets/options.js";
import type { ClientSide, ClientWebSocketSession, DefaultClientWebSocketSession } from "./client-session.js";
import { DefaultClientSession, RawClientSession } from "./client-session.js";
import { HandshakeRefusedError } from "./errors.js";
import type { MemoryEngine, TestHandshake } from "./memory-engine.js";
import type { TestRequestOptions } from "./test-request.js";
import { handshakeHeaders, REQUEST_OPTIONS, requestData } from "./test-request.js";

/** What a session of the test client may be told, as `install(WebSockets, …)` tells it those of the server. */
export type TestSessionOptions = Pick<
  WebSocketOptions,
  | "channels"
  | "closeTimeout"
  | "contentConverter"
  | "extensions"
  | "masking"
  | "maxFragments"
  | "maxFrameSize"
  | "maxPause"
  | "pingPeriod"
  | "timeout"
>;

/** What opens a session. */
export interface TestWebSocketOptions extends TestRequestOptions {
  /** The subprotocols that are offered, the favourite first. Default none. */
  readonly protocols?: readonly string[];
  /** As for the server, but for these defaults: no pings, frames of up to 2^31 - 1 bytes, masked frames. */
  readonly session?: TestSessionOptions;
}

type Block<Session, Result> = (session: Session) => Result | Promise<Result>;
type Definition<Session, Result> =
  | readonly [block: Block<Session, Result>]
  | readonly [options: TestWebSocketOptions, block: Block<Session, Result>];

/** Asks the application of a test, as a client on the network would. Ktor: the `client` of `testApplication`. */
export class TestClient {
  readonly #application: Application;
  readonly #engine: MemoryEngine;

  /** @internal */
  constructor(application: Application, engine: MemoryEngine) {
    this.#application = application;
    this.#engine = engine;
  }

  /** A GET request. `path` has the query, too. */
  get(path: string, options?: TestRequestOptions): Promise<Response> {
    return this.request("GET", path, options);
  }

  /** A request without a body. Never rejects for what the application answers: where a handler throws, that is 500. */
  async request(method: string, path: string, options: TestRequestOptions = {}): Promise<Response> {
    checkOptionNames("options of a request", options, REQUEST_OPTIONS);
    const data = requestData(this.#application, method, path, { Host: "localhost" }, options);
    const { status, headers, body } = await this.#engine.request(data);
    const content = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
    // As the server prints it: these have no body, and the first two no length either (RFC 9110 section 8.6).
    const unsized = status === 204 || status === 304;
    const bodiless = unsized || status === 205 || method === "HEAD";
    const response = new Response(bodiless ? null : content, { status, headers });
    if (!unsized) response.headers.set("content-length", String(content.length));
    return response;
  }

  /**
   * Opens a session, and closes it with 1000 when `block` is done: that, and what `block` gave, once the connection is
   * gone. A block that throws cancels the session. Ktor: `client.webSocket(path) { }`.
   *
   * @throws HandshakeRefusedError (`HANDSHAKE_REFUSED`) with status, headers and body.
   * @throws InvalidExtensionAnswerError (`INVALID_EXTENSION_ANSWER`) when the server answers what was not offered.
   */
  async webSocket<Result>(
    path: string,
    ...definition: Definition<DefaultClientWebSocketSession, Result>
  ): Promise<Result> {
    const [options, block] = definition.length === 1 ? [{}, definition[0]] : definition;
    return await run(await this.#openDefault(path, options), block);
  }

  /** As `webSocket`, with every frame as it came, and nothing answered. Ktor: `client.webSocketRaw(path) { }`. */
  async webSocketRaw<Result>(path: string, ...definition: Definition<ClientWebSocketSession, Result>): Promise<Result> {
    const [options, block] = definition.length === 1 ? [{}, definition[0]] : definition;
    return await run(await this.#openRaw(path, options), block);
  }

  /**
   * Opens a session that lasts until it is closed, or until the test is over. Ktor: `client.webSocketSession(path)`.
   *
   * @throws HandshakeRefusedError (`HANDSHAKE_REFUSED`) with status, headers and body.
   */
  async webSocketSession(path: string, options: TestWebSocketOptions = {}): Promise<DefaultClientWebSocketSession> {
    return await this.#openDefault(path, options);
  }

  /** As `webSocketSession`, with every frame as it came, and nothing answered. */
  async webSocketRawSession(path: string, options: TestWebSocketOptions = {}): Promise<ClientWebSocketSession> {
    return await this.#openRaw(path, options);
  }

  /** An opening handshake, and the client's end of the connection. @internal */
  async handshake(
    path: string,
    options: TestWebSocketOptions = {},
    offers: readonly WebSocketExtensionHeader[] = [],
  ): Promise<TestHandshake> {
    checkOptionNames("options of a session", options, SESSION_OPTIONS);
    const own = handshakeHeaders(options.protocols ?? [], offers);
    return await this.#engine.upgrade(requestData(this.#application, "GET", path, own, options));
  }

  #openDefault(path: string, options: TestWebSocketOptions): Promise<DefaultClientSession> {
    return this.#open(path, options, (session, side) => new DefaultClientSession(session, side));
  }

  #openRaw(path: string, options: TestWebSocketOptions): Promise<RawClientSession> {
    return this.#open(path, options, (session, side) => new RawClientSession(session, side));
  }

  async #open<Session extends ClientWebSocketSession>(
    path: string,
    options: TestWebSocketOptions,
    make: (options: SessionOptions, side: ClientSide) => Session,
  ): Promise<Session> {
    const resolved = resolveOptions({ ...CLIENT, ...options.session });
    const { settings, contentConverter: converter } = resolved;
    const candidates = resolved.extensions.map(({ factory, create }) => ({ factory, extension: create() }));
    const { response, transport } = await this.handshake(path, options, extensionOffers(candidates));
    const { status, headers, body } = response;
    if (transport === undefined) throw new HandshakeRefusedError(path, status, headers, body);
    const extensions = acceptedBy(transport, candidates, headers);
    const { codec, platform } = this.#application.environment;
    const retained = new RetainedBytes(resolved.maxRetainedBytes);
    const side = { transport, extensions, headers };
    const session = make({ role: "client", codec, platform, retained, settings, converter }, side);
    void session.ended.then(() => this.#engine.forget(transport));
    return session;
  }
}

const SESSION_OPTIONS: readonly (keyof TestWebSocketOptions)[] = [...REQUEST_OPTIONS, "protocols", "session"];

const CLIENT: WebSocketOptions = { pingPeriod: 0, maxFrameSize: 2 ** 31 - 1, masking: true };

/** The extensions in use by the server's answer; where it is none, the connection fails (RFC 6455 section 9.1). */
function acceptedBy(
  transport: MemoryTransport,
  candidates: readonly ActiveExtension[],
  headers: Headers,
): readonly ActiveExtension[] {
  try {
    const answer = headers.get("sec-websocket-extensions");
    return acceptedExtensions(candidates, answer === null ? [] : parseWebSocketExtensions(answer));
  } catch (error) {
    transport.destroy();
    throw error;
  }
}

async function run<Session extends DefaultClientSession | RawClientSession, Result>(
  session: Session,
  block: Block<Session, Result>,
): Promise<Result> {
  try {
    const result = await block(session);
    await session.close();
    session.endInput();
    return result;
  } catch (error) {
    session.cancel(error);
    throw error;
  } finally {
    await session.ended;
  }
}
