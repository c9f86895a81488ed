import { Problem } from "./problem.js";

/** A TCP port; 0 asks the system for a free one. */
export function readPort(option: string, value: string): number {
  return readInteger(option, value, 0, 65_535);
}

/** A whole number in plain digits. `Number` alone would take "", " 1", "0x50" and "1e3" for one too. */
export function readInteger(option: string, value: string, least: number, most: number): number {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Problem(`${option} must be a whole number from ${least} to ${most}, got ${JSON.stringify(value)}.`);
}
