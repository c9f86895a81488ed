import { InvalidOptionError } from "./errors.js";

/** Milliseconds, or a number with a unit: `"500ms"`, `"15s"`, `"10m"`, `"1h"`. */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The longest duration that a timer can hold: 2^31 - 1 ms, a little under 25 days. */
const LONGEST = 0x7fff_ffff;

/**
 * A duration in milliseconds.
 *
 * @param option what to name in the error.
 * @throws InvalidOptionError (`INVALID_OPTION`) when `value` is no duration, negative, or longer than a timer can wait.
 */
export function milliseconds(value: Duration, option: string): number {
  const result = typeof value === "string" ? parse(value) : value;
  if (typeof result !== "number" || !(result >= 0 && result <= LONGEST)) {
    throw new InvalidOptionError(option, value, 'milliseconds from 0 to 2147483647, or a duration such as "15s"');
  }
  return result;
}

function parse(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  return match ? Number(match[1]) * (UNITS[match[2] as string] as number) : Number.NaN;
}
