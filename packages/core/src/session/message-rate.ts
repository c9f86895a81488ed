import { ProtocolViolationError } from "../errors.js";
import type { Frame } from "../frame.js";
import type { Platform } from "./platform.js";

/** How many messages a peer may send: a token bucket that holds `burst`, and gains `messages` in every `per`. */
export interface MessageRateLimit {
  readonly messages: number;
  /** Milliseconds. */
  readonly per: number;
  readonly burst: number;
  /** What becomes of a message that is too many: the session ends with 1008, or the message is dropped. */
  readonly onExceeded: "close" | "drop";
}

/**
 * What a peer may still send at the moment. It has no timer: what came back since the last message is reckoned when the next
 * one comes. Credit is kept in messages times milliseconds, so that no rounding makes a message too many.
 */
export class MessageBudget {
  readonly #limit: MessageRateLimit;
  readonly #platform: Platform;
  readonly #full: number;
  #credit: number;
  /** When `#credit` was right. */
  #at: number;
  #exceeded = false;

  constructor(limit: MessageRateLimit, platform: Platform) {
    this.#limit = limit;
    this.#platform = platform;
    this.#full = limit.burst * limit.per;
    this.#credit = this.#full;
    this.#at = platform.now();
  }

  /**
   * Charges for a frame and says what is to become of it. Nothing passes behind a violation. Under "drop" a ping or pong
   * passes without credit, too: a ping has to be answered (RFC 6455 section 5.5.2), and what it costs, messages pay.
   */
  charge(frame: Frame): "pass" | "drop" | ProtocolViolationError {
    if (this.#exceeded) return "drop";
    // A peer that says goodbye is not to be kept from it.
    if (frame.type === "close" || this.#pay()) return "pass";
    const { messages, per, onExceeded } = this.#limit;
    if (onExceeded === "drop") return frame.type === "text" || frame.type === "binary" ? "drop" : "pass";
    this.#exceeded = true;
    const message = `More messages came than ${messages} in ${per} ms (messageRate)`;
    return new ProtocolViolationError("MESSAGE_RATE_EXCEEDED", 1008, message);
  }

  #pay(): boolean {
    const now = this.#platform.now();
    const { messages, per } = this.#limit;
    this.#credit = Math.min(this.#full, this.#credit + (now - this.#at) * messages);
    this.#at = now;
    if (this.#credit < per) return false;
    this.#credit -= per;
    return true;
  }
}
