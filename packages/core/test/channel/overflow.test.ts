import { describe, expect, it } from "vitest";
import type { ChannelOverflow } from "../../src/channel/overflow.js";
import { bounded, unlimited } from "../../src/channel/overflow.js";

describe("the configuration of a channel", () => {
  it("is bounded, and suspends unless told otherwise", () => {
    expect(bounded(3)).toEqual({ capacity: 3, maxBytes: undefined, onOverflow: "suspend" });
    expect(bounded(1, "close", 10)).toEqual({ capacity: 1, maxBytes: 10, onOverflow: "close" });
  });

  it("is unlimited in frames and bytes", () => {
    expect(unlimited()).toEqual({ capacity: Infinity, maxBytes: Infinity, onOverflow: "suspend" });
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses a capacity of %s", (capacity) => {
    expect(() => bounded(capacity)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option: "bounded(capacity)" }),
    );
  });

  it("refuses another policy, and no bytes", () => {
    expect(() => bounded(1, "drop" as ChannelOverflow)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option: "bounded(onOverflow)" }),
    );
    for (const maxBytes of [0, -1, Number.NaN]) {
      expect(() => bounded(1, "suspend", maxBytes)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", option: "bounded(maxBytes)" }),
      );
    }
  });
});
