import type { WebSocketExtensionHeader, WebSocketExtensionSession } from "@sluice/core";
import { Broadcasts } from "./broadcasts.js";
import type { Choice } from "./choice.js";
import { choiceBy } from "./choice.js";
import type { DeflatePath } from "./compression.js";
import { Compression } from "./compression.js";
import type { DeflateConfig } from "./config.js";
import { DEFAULT_WINDOW_BITS } from "./config.js";
import { IncomingMessages } from "./incoming.js";
import type { DeflateAnswer, DeflateDecline, NegotiatedDeflate } from "./negotiation.js";
import { negotiate } from "./negotiation.js";
import { acceptAnswer } from "./offers.js";
import type { OutgoingMessages } from "./outgoing.js";
import { ConnectedMessages, plainMessages, SeparateMessages } from "./outgoing.js";
import type { DeflateWindowBits, WindowBits } from "./parameters.js";

/** No `maxFrameSize` is larger. */
const ANY_SIZE: number = 2 ** 31 - 1;

/** What all sessions share that one `WebSocketDeflate({ … })` is installed in. */
export class Installation {
  readonly #config: DeflateConfig;
  readonly #compression: Compression;
  readonly #choices: { readonly takeover: Choice; readonly noTakeover: Choice };
  readonly #broadcasts = new Map<DeflateWindowBits, Broadcasts>();

  constructor(config: DeflateConfig) {
    const { path = "auto" } = config.options;
    this.#config = config;
    this.#compression = new Compression(config.options, path === "auto" ? undefined : path);
    this.#choices = { takeover: choiceBy(config.options, true), noTakeover: choiceBy(config.options, false) };
  }

  get path(): DeflatePath {
    return this.#compression.path;
  }

  /** What a client offers. */
  get protocols(): readonly WebSocketExtensionHeader[] {
    return this.#config.protocols;
  }

  /** What a server answers. */
  answer(offers: readonly WebSocketExtensionHeader[]): DeflateAnswer | DeflateDecline {
    const { clientMaxWindowBits = DEFAULT_WINDOW_BITS } = this.#config.options;
    return negotiate(offers, { ...this.#config.options, clientMaxWindowBits });
  }

  /**
   * What a client takes of the answer.
   *
   * @throws InvalidExtensionAnswerError (`INVALID_EXTENSION_ANSWER`) where it answers none of the offers.
   */
  accept(answer: readonly WebSocketExtensionHeader[]): NegotiatedDeflate {
    return acceptAnswer(this.#config.offers, answer);
  }

  /** The messages of a session, both ways. */
  messages(
    session: WebSocketExtensionSession,
    negotiated: NegotiatedDeflate,
  ): { readonly incoming: IncomingMessages; readonly outgoing: OutgoingMessages } {
    const { options } = this.#config;
    const server = { takeover: !negotiated.serverNoContextTakeover, windowBits: negotiated.serverMaxWindowBits };
    const client = { takeover: !negotiated.clientNoContextTakeover, windowBits: negotiated.clientMaxWindowBits };
    const [own, peers, wanted] =
      session.role === "server"
        ? [server, client, options.serverMaxWindowBits]
        : [client, server, options.clientMaxWindowBits];
    const windowBits = Math.min(own.windowBits, wanted ?? DEFAULT_WINDOW_BITS) as WindowBits;
    const inflater = this.#compression.inflater({ windowBits: peers.windowBits, contextTakeover: peers.takeover });
    // A small integer: engines calculate with those without making objects.
    const { maxInflatedFrameSize = ANY_SIZE } = options;
    return {
      incoming: new IncomingMessages(inflater, session, maxInflatedFrameSize),
      outgoing: this.#outgoing(windowBits, own.takeover),
    };
  }

  #outgoing(windowBits: WindowBits, contextTakeover: boolean): OutgoingMessages {
    // Zlib cannot do it; what is not compressed needs no window.
    if (windowBits === 8) return plainMessages;
    if (contextTakeover) {
      return new ConnectedMessages(this.#compression.deflater({ windowBits, contextTakeover }), this.#choices.takeover);
    }
    const broadcasts =
      this.#broadcasts.get(windowBits) ??
      new Broadcasts(() => this.#compression.deflater({ windowBits, contextTakeover }), this.#choices.noTakeover);
    this.#broadcasts.set(windowBits, broadcasts);
    return new SeparateMessages(broadcasts);
  }
}
