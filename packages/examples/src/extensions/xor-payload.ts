import type { WebSocketExtension, WebSocketExtensionHeader } from "@sluice/server";
import { Frame, webSocketExtension } from "@sluice/server";

const NAME = "x-xor-payload";

/**
 * Combines every byte of a message with a key that both sides agree on: `Sec-WebSocket-Extensions: x-xor-payload; key=42`.
 * It hides nothing from anyone; it shows what compression and encryption have in common. What it changed has RSV2 set, so
 * that its text is checked as UTF-8 when it is text again.
 */
class XorPayloadExtension implements WebSocketExtension {
  /** From 1 to 255; 0 until both sides agreed. */
  key = 0;
  readonly #wanted: number;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  get protocols(): readonly WebSocketExtensionHeader[] {
    return [{ name: NAME, parameters: [{ name: "key", value: String(this.#wanted) }] }];
  }

  /** Takes the first offer with a key that can be one; an offer that cannot be taken is passed over, and never an error. */
  serverNegotiation(requested: readonly WebSocketExtensionHeader[]): readonly WebSocketExtensionHeader[] {
    for (const offer of requested) {
      this.key = keyOf(offer);
      if (this.key > 0) return [{ name: NAME, parameters: [{ name: "key", value: String(this.key) }] }];
    }
    return [];
  }

  /** A server has to take the key that was offered. */
  clientNegotiation(negotiated: readonly WebSocketExtensionHeader[]): boolean {
    this.key = this.#wanted;
    return negotiated.every((answer) => keyOf(answer) === this.#wanted);
  }

  processOutgoingFrame(frame: Frame.Data): Frame.Data {
    return this.#combined(frame, true);
  }

  processIncomingFrame(frame: Frame.Data): Frame.Data {
    return frame.rsv2 ? this.#combined(frame, false) : frame;
  }

  #combined(frame: Frame.Data, rsv2: boolean): Frame.Data {
    const data = frame.data.map((byte) => byte ^ this.key);
    const options = { fin: frame.fin, rsv2 };
    return frame.type === "text" ? new Frame.Text(data, options) : new Frame.Binary(data, options);
  }
}

/** `wanted` is the key that a client offers, by default 42; a server takes any. */
export const XorPayload = webSocketExtension({
  key: "xor-payload",
  rsv2: true,
  install({ wanted = 42 }: { readonly wanted?: number }) {
    if (!isKey(wanted)) throw new RangeError(`wanted must be a whole number from 1 to 255, got ${wanted}`);
    return () => new XorPayloadExtension(wanted);
  },
});

/** The key of an offer or an answer, which has that one parameter; 0 where it is none. */
function keyOf({ name, parameters }: WebSocketExtensionHeader): number {
  const [parameter, another] = parameters;
  if (name !== NAME || parameter?.name !== "key" || another !== undefined) return 0;
  const key = /^[1-9][0-9]{0,2}$/.test(parameter.value ?? "") ? Number(parameter.value) : 0;
  return isKey(key) ? key : 0;
}

function isKey(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 255;
}
