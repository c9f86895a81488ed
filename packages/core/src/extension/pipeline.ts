import type { RetainedBytes } from "../protocol/limits.js";
import { Chain } from "./chain.js";
import type { WebSocketExtension, WebSocketExtensionFactory, WebSocketExtensionSession } from "./contract.js";
import { Gathering } from "./gathering.js";
import type { ActiveExtension } from "./negotiation.js";

const RSV1 = 0x40;
const RSV2 = 0x20;
const RSV3 = 0x10;

/** The extensions at work in one session: out in their order, in against it (RFC 6455 section 9.1). */
export class ExtensionPipeline {
  readonly extensions: readonly WebSocketExtension[];
  readonly outgoing: Chain;
  readonly incoming: Chain;
  /** The reserved bits that extensions own on the first frame of a message, at their places in its first byte. */
  readonly messageRsv: number;
  /** Those that they own on continuations: only where a session shows fragments, and for extensions that work on frames. */
  readonly continuationRsv: number;
  readonly #active: readonly ActiveExtension[];
  #open = false;

  constructor(
    active: readonly ActiveExtension[],
    options: {
      readonly raw: boolean;
      readonly limits: { readonly maxFrameSize: number };
      readonly retained: RetainedBytes;
    },
  ) {
    const { raw, limits, retained } = options;
    this.#active = active;
    this.extensions = active.map(({ extension }) => extension);
    this.messageRsv = ownedBits(active);
    this.continuationRsv = raw ? ownedBits(active.filter(({ factory }) => factory.unit === "frame")) : 0;
    const gathering = ({ factory }: ActiveExtension, marks: number): Gathering | undefined =>
      factory.unit === "message" ? new Gathering({ marks, limits, retained }) : undefined;
    this.outgoing = new Chain(
      active.map((one) => ({
        key: one.factory.key,
        gathering: gathering(one, 0),
        process: (frame) => one.extension.processOutgoingFrame(frame),
      })),
    );
    this.incoming = new Chain(
      active.toReversed().map((one) => ({
        key: one.factory.key,
        gathering: gathering(one, ownedBits([one])),
        process: (frame) => one.extension.processIncomingFrame(frame),
      })),
    );
  }

  /** @throws what an extension throws. */
  open(session: WebSocketExtensionSession): void {
    this.#open = true;
    for (const extension of this.extensions) extension.open?.(session);
  }

  /** The session is over. Gives each error to `failed`, and goes on; does nothing the second time. */
  close(failed: (error: unknown) => void): void {
    if (!this.#open) return;
    this.#open = false;
    this.outgoing.drop();
    for (const extension of this.extensions) {
      try {
        extension.close?.();
      } catch (error) {
        failed(error);
      }
    }
  }

  find<Extension extends WebSocketExtension>(
    factory: WebSocketExtensionFactory<never, Extension>,
  ): Extension | undefined {
    return this.#active.find((one) => one.factory === factory)?.extension as Extension | undefined;
  }
}

function ownedBits(active: readonly ActiveExtension[]): number {
  let bits = 0;
  for (const { factory } of active) {
    bits |= (factory.rsv1 ? RSV1 : 0) | (factory.rsv2 ? RSV2 : 0) | (factory.rsv3 ? RSV3 : 0);
  }
  return bits;
}
