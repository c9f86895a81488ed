import type { Duration, MessageRateLimit } from "@sluice/core";
import { InvalidOptionError } from "@sluice/core";
import type { OptionChecks } from "./option-checks.js";

/**
 * How fast a peer may send: a token bucket that holds `burst` messages, and gains `messages` in every `per`.
 *
 * ```ts
 * app.install(WebSockets, { messageRate: { messages: 20, per: "1s", burst: 100 } });
 * ```
 *
 * A message counts once, in however many fragments it comes; in a raw session every frame counts. A ping counts as a message,
 * and so does a pong, unless it answers a ping of ours. Close does not.
 */
export interface MessageRate {
  /** Messages in every `per`, on average; `Infinity` turns the limit off. */
  readonly messages: number;
  /** More than 0. */
  readonly per: Duration;
  /**
   * Messages at once, after some silence. Networks hold messages up and bring them together: leave room for that. Default:
   * as many as `messages`.
   */
  readonly burst?: number;
  /**
   * What becomes of a message that is too many. Default `"close"`: the session ends with 1008, and the reader gets a
   * `ProtocolViolationError` (`MESSAGE_RATE_EXCEEDED`) behind the messages before. With `"drop"` nobody sees it, and the
   * session goes on; pings are answered all the same. A raw session closes under both, for its frames are no messages.
   */
  readonly onExceeded?: "close" | "drop";
}

/** @throws InvalidOptionError (`INVALID_OPTION`) with the name and value of what is wrong. */
export function resolveMessageRate(rate: MessageRate | undefined, checks: OptionChecks): MessageRateLimit | undefined {
  if (rate === undefined) return undefined;
  checks.names("messageRate", rate, NAMES);
  const messages = checks.count("messageRate.messages", rate.messages);
  const per = checks.positive("messageRate.per", rate.per);
  const { burst, onExceeded = "close" } = rate;
  if (burst !== undefined) checks.count("messageRate.burst", burst, Number.MAX_SAFE_INTEGER);
  if (onExceeded !== "close" && onExceeded !== "drop") {
    throw new InvalidOptionError(checks.name("messageRate.onExceeded"), onExceeded, '"close" or "drop"');
  }
  return messages === Number.POSITIVE_INFINITY ? undefined : { messages, per, burst: burst ?? messages, onExceeded };
}

const NAMES: readonly (keyof MessageRate)[] = ["messages", "per", "burst", "onExceeded"];
