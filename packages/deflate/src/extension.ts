import type {
  Frame,
  WebSocketExtension,
  WebSocketExtensionFactory,
  WebSocketExtensionHeader,
  WebSocketExtensionSession,
} from "@sluice/core";
import { ExtensionNotNegotiatedError, webSocketExtension } from "@sluice/core";
import type { DeflatePath } from "./compression.js";
import type { WebSocketDeflateOptions } from "./config.js";
import { resolveOptions } from "./config.js";
import type { IncomingMessages } from "./incoming.js";
import { Installation } from "./installation.js";
import type { NegotiatedDeflate } from "./negotiation.js";
import type { OutgoingMessages } from "./outgoing.js";
import { PERMESSAGE_DEFLATE } from "./parameters.js";

/** permessage-deflate in one session: what `session.extension(WebSocketDeflate)` gives. */
export interface WebSocketDeflateExtension extends WebSocketExtension {
  /** How messages of usual size are compressed here; large ones go to threads on either path. */
  readonly path: DeflatePath;
  /** What the two sides agreed on. @throws `ExtensionNotNegotiatedError` `EXTENSION_NOT_NEGOTIATED` before they did. */
  readonly negotiated: NegotiatedDeflate;
}

/**
 * Compression of messages: permessage-deflate (RFC 7692). Ktor: `WebSocketDeflateExtension`.
 *
 * ```ts
 * app.install(WebSockets, { extensions: [WebSocketDeflate({ compressIfBiggerThan: 1024 })] });
 * ```
 *
 * A session uses it where the client offers it; one whose offers are malformed, or ask for what zlib cannot do, goes
 * without. Installing throws `InvalidOptionError` `INVALID_OPTION` for an option that cannot be.
 *
 * A session ends with 1007 for a message that is no DEFLATE data (`CorruptMessageError`), with 1009 for one that grows
 * past `maxFrameSize` (`FrameTooBigError`) or past `maxInflatedFrameSize` (`InflatedFrameTooBigError`), and with 1011 where
 * there is no memory left to compress with (`CompressionFailedError`).
 */
export const WebSocketDeflate: WebSocketExtensionFactory<WebSocketDeflateOptions, WebSocketDeflateExtension> =
  webSocketExtension({
    key: PERMESSAGE_DEFLATE,
    rsv1: true,
    unit: "message",
    install(options: WebSocketDeflateOptions): () => WebSocketDeflateExtension {
      const installation = new Installation(resolveOptions(options));
      return () => new SessionDeflate(installation);
    },
  });

class SessionDeflate implements WebSocketDeflateExtension {
  readonly protocols: readonly WebSocketExtensionHeader[];
  readonly #installation: Installation;
  #negotiated: NegotiatedDeflate | undefined;
  #messages: { readonly incoming: IncomingMessages; readonly outgoing: OutgoingMessages } | undefined;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.protocols = installation.protocols;
  }

  get path(): DeflatePath {
    return this.#installation.path;
  }

  get negotiated(): NegotiatedDeflate {
    if (this.#negotiated === undefined) throw new ExtensionNotNegotiatedError(PERMESSAGE_DEFLATE);
    return this.#negotiated;
  }

  serverNegotiation(requested: readonly WebSocketExtensionHeader[]): readonly WebSocketExtensionHeader[] {
    const outcome = this.#installation.answer(requested);
    if (outcome.kind === "decline") return [];
    this.#negotiated = outcome.negotiated;
    return [outcome.header];
  }

  clientNegotiation(negotiated: readonly WebSocketExtensionHeader[]): boolean {
    this.#negotiated = this.#installation.accept(negotiated);
    return true;
  }

  open(session: WebSocketExtensionSession): void {
    this.#messages = this.#installation.messages(session, this.negotiated);
  }

  processOutgoingFrame(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    return this.#open().outgoing.process(frame);
  }

  processIncomingFrame(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    return this.#open().incoming.process(frame);
  }

  close(): void {
    this.#messages?.outgoing.close();
    this.#messages?.incoming.close();
  }

  #open(): { readonly incoming: IncomingMessages; readonly outgoing: OutgoingMessages } {
    if (this.#messages === undefined) throw new ExtensionNotNegotiatedError(PERMESSAGE_DEFLATE);
    return this.#messages;
  }
}
