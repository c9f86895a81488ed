import type { Role } from "@sluice/codec-wasm";
import type { Frame } from "../frame.js";
import type { WebSocketExtensionHeader } from "./header.js";

/**
 * What an extension works on. A "message" comes whole, in one frame, however it was fragmented on the wire; a "frame" in a
 * raw session comes as it was sent, fragment by fragment.
 */
export type WebSocketExtensionUnit = "message" | "frame";

/** What an extension may know of its session. */
export interface WebSocketExtensionSession {
  readonly role: Role;
  /** Bytes; may change while the session lives. What an incoming frame becomes must not be longer. */
  readonly maxFrameSize: number;
}

/**
 * An extension at work in one session: it negotiates its part of the handshake, and then sees every data frame (RFC 6455
 * section 9). Control frames it does not see. Ktor: `WebSocketExtension`.
 *
 * The frame hooks are called in the order of the wire, one at a time each way. One that gives a promise holds up the data
 * frames behind it, and the Close; no ping and no pong. One that throws, or rejects, ends its session: with the error's
 * `closeCode` where it has one, otherwise with 1011. They must not change in place what they are given.
 */
export interface WebSocketExtension {
  /**
   * What a client offers, the best first. Left out or empty, the extension changes nothing that a peer had to know of: it
   * is in every session, and neither side speaks of it. Ktor: `protocols`.
   */
  readonly protocols?: readonly WebSocketExtensionHeader[];
  /**
   * On a server: answers the offers of a client, all of them, those of other extensions too, with what it agrees to; names
   * that were not offered must not be there. An empty answer declines, as leaving this out does: the session goes on
   * without the extension. Ktor: `serverNegotiation`.
   */
  serverNegotiation?(requested: readonly WebSocketExtensionHeader[]): readonly WebSocketExtensionHeader[];
  /**
   * On a client: whether the extension is in use, by the elements of the server's answer that have one of its names. An
   * element that no extension takes fails the connection, and so does what this throws (RFC 6455 section 9.1). Ktor:
   * `clientNegotiation`.
   */
  clientNegotiation?(negotiated: readonly WebSocketExtensionHeader[]): boolean;
  /** The session begins: called once, before any frame. */
  open?(session: WebSocketExtensionSession): void;
  /** What goes out instead of `frame`; a reserved bit that is set must be the extension's own. Ktor: `processOutgoingFrame`. */
  processOutgoingFrame(frame: Frame.Data): Frame.Data | Promise<Frame.Data>;
  /** What the handler gets instead of `frame`, with the extension's own bits cleared. Ktor: `processIncomingFrame`. */
  processIncomingFrame(frame: Frame.Data): Frame.Data | Promise<Frame.Data>;
  /** Nothing more goes in or out: called once. Promises under way are not waited for. */
  close?(): void;
}

/** What there is to know of an extension without a session. */
export interface WebSocketExtensionDefinition<Config, Extension extends WebSocketExtension> {
  /** Names it in errors, and is there once in an application. Ktor: `key`. */
  readonly key: string;
  /** Whether the extension owns this reserved bit (RFC 6455 section 5.2). Default false. */
  readonly rsv1?: boolean;
  readonly rsv2?: boolean;
  readonly rsv3?: boolean;
  /**
   * Default "frame". A "message" is put together from the fragments that a session sends, and over `maxFrameSize` ends it
   * with 1009; from those that a raw session receives only where the first has one of the extension's bits.
   */
  readonly unit?: WebSocketExtensionUnit;
  /**
   * Called where the extension is installed, once: checks `config`, and makes what all sessions share. Gives the function
   * that makes an extension for a session. Ktor: `install`.
   */
  install(config: Config): () => Extension;
}

/** An extension with its configuration, as `extensions: […]` takes it. Ktor: what `install(X) { }` leaves behind. */
export interface InstalledWebSocketExtension<Extension extends WebSocketExtension = WebSocketExtension> {
  readonly factory: WebSocketExtensionFactory<never, Extension>;
  /** An extension for one session. */
  create(): Extension;
}

type ConfigArguments<Config> = Record<never, never> extends Config ? [config?: Config] : [config: Config];

/**
 * Installs an extension where `extensions: […]` asks for it, and finds it in a session: `session.extension(X)`. Ktor:
 * `WebSocketExtensionFactory`.
 */
export interface WebSocketExtensionFactory<Config, Extension extends WebSocketExtension> {
  (...config: ConfigArguments<Config>): InstalledWebSocketExtension<Extension>;
  readonly key: string;
  readonly rsv1: boolean;
  readonly rsv2: boolean;
  readonly rsv3: boolean;
  readonly unit: WebSocketExtensionUnit;
}

/**
 * Makes an extension that can be installed.
 *
 * ```ts
 * export const FrameLogger = webSocketExtension({
 *   key: "frame-logger",
 *   install: ({ log = console.log }: { log?: (line: string) => void }) => () => ({
 *     processOutgoingFrame(frame) {
 *       log(`out: ${frame.type}, ${frame.data.length} bytes`);
 *       return frame;
 *     },
 *     processIncomingFrame(frame) {
 *       log(`in: ${frame.type}, ${frame.data.length} bytes`);
 *       return frame;
 *     },
 *   }),
 * });
 *
 * app.install(WebSockets, { extensions: [FrameLogger()] });
 * ```
 */
export function webSocketExtension<Config, Extension extends WebSocketExtension>(
  definition: WebSocketExtensionDefinition<Config, Extension>,
): WebSocketExtensionFactory<Config, Extension> {
  const { key, rsv1 = false, rsv2 = false, rsv3 = false, unit = "frame" } = definition;
  const factory = Object.assign(
    (...[config]: ConfigArguments<Config>): InstalledWebSocketExtension<Extension> => ({
      factory,
      create: definition.install(config ?? ({} as Config)),
    }),
    { key, rsv1, rsv2, rsv3, unit },
  ) as WebSocketExtensionFactory<Config, Extension>;
  return factory;
}
