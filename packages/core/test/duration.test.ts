import { describe, expect, it } from "vitest";
import type { Duration } from "../src/duration.js";
import { milliseconds } from "../src/duration.js";

describe("a duration", () => {
  it.each<[Duration, number]>([
    [0, 0],
    [1500, 1500],
    ["500ms", 500],
    ["15s", 15_000],
    ["1.5s", 1500],
    ["10m", 600_000],
    ["1h", 3_600_000],
    [0x7fff_ffff, 0x7fff_ffff],
  ])("%s is %i milliseconds", (value, expected) => {
    expect(milliseconds(value, "x")).toBe(expected);
  });

  it.each([
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 31,
    "15",
    "s",
    "-1s",
    "1 s",
    "1d",
    "",
    "25d",
    "600h",
    null,
    {},
  ])("refuses %s, and names the option", (value) => {
    expect(() => milliseconds(value as Duration, "pingPeriod")).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option: "pingPeriod", value }),
    );
  });
});
