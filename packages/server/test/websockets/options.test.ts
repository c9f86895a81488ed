import { InvalidOptionError } from "@sluice/core";
import { describe, expect, it } from "vitest";
import type { WebSocketOptions } from "../../src/index.js";
import { bounded, unlimited } from "../../src/index.js";
import { resolveOptions } from "../../src/websockets/options.js";
import { Xor } from "../support/extensions.js";

const MIB = 1024 * 1024;

describe("the options of WebSockets", () => {
  it("have finite defaults", () => {
    const { settings, maxRetainedBytes, maxConnections, authenticateTimeout } = resolveOptions({});
    expect({ ...settings, maxRetainedBytes, maxConnections, authenticateTimeout }).toEqual({
      masking: false,
      maxFrameSize: MIB,
      maxFragments: 16_384,
      pingPeriod: 30_000,
      timeout: 15_000,
      closeTimeout: 10_000,
      maxPause: 600_000,
      incoming: { capacity: 64, maxBytes: MIB, onOverflow: "suspend" },
      outgoing: { capacity: 1024, maxBytes: 4 * MIB, onOverflow: "suspend" },
      maxRetainedBytes: 256 * MIB,
      maxConnections: 100_000,
      authenticateTimeout: 10_000,
    });
  });

  it("are taken as they are given", () => {
    const { settings } = resolveOptions({
      pingPeriod: 0,
      timeout: "500ms",
      closeTimeout: "1.5s",
      maxPause: "1h",
      masking: true,
      maxFrameSize: 2 ** 31 - 1,
      maxFragments: Number.POSITIVE_INFINITY,
      channels: { incoming: bounded(1, "close", 100), outgoing: unlimited() },
    });
    expect(settings).toMatchObject({
      pingPeriod: 0,
      timeout: 500,
      closeTimeout: 1500,
      maxPause: 3_600_000,
      masking: true,
      maxFrameSize: 2 ** 31 - 1,
      incoming: { capacity: 1, maxBytes: 100, onOverflow: "close" },
      outgoing: { capacity: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY, onOverflow: "suspend" },
    });
  });

  it.each<[string, object | null | number, string]>([
    ["options of WebSockets", null, "null"],
    ["options of WebSockets", 7, "7"],
    ["pingPeriod", { pingPeriod: "soon" }, '"soon"'],
    ["pingPeriod", { pingPeriod: -1 }, "-1"],
    ["timeout", { timeout: 0 }, "0"],
    ["closeTimeout", { closeTimeout: "0s" }, '"0s"'],
    ["maxPause", { maxPause: 2 ** 31 }, "2147483648"],
    ["authenticateTimeout", { authenticateTimeout: 0 }, "0"],
    ["maxFrameSize", { maxFrameSize: 0 }, "0"],
    ["maxFrameSize", { maxFrameSize: 1.5 }, "1.5"],
    ["maxFrameSize", { maxFrameSize: "1" }, '"1"'],
    ["maxFrameSize", { maxFrameSize: 2 ** 31 }, "2147483648"],
    ["maxFrameSize", { maxFrameSize: Number.POSITIVE_INFINITY }, "Infinity"],
    ["maxFragments", { maxFragments: Number.NaN }, "NaN"],
    ["maxRetainedBytes", { maxRetainedBytes: -5 }, "-5"],
    ["maxConnections", { maxConnections: 0 }, "0"],
    ["masking", { masking: "yes" }, '"yes"'],
    ["origins", { origins: "example.com" }, '"example.com"'],
    ["origins", { origins: 5 }, "5"],
    ["channels", { channels: 5 }, "5"],
    ["incomming", { channels: { incomming: bounded(1) } }, "an object"],
    ["channels.incoming", { channels: { incoming: 64 } }, "64"],
    ["channels.incoming.capacity", { channels: { incoming: { ...bounded(1), capacity: 0 } } }, "0"],
    ["channels.outgoing.maxBytes", { channels: { outgoing: { ...bounded(1), maxBytes: -1 } } }, "-1"],
    ["channels.outgoing.onOverflow", { channels: { outgoing: { ...bounded(1), onOverflow: "drop" } } }, '"drop"'],
    ["maxFramSize", { maxFramSize: 1000 }, "1000"],
    ["extensions", { extensions: Xor() }, "an array"],
    ["extensions[1]", { extensions: [Xor(), Xor] }, "an installed extension"],
  ])("are refused by name and value when %s is wrong: %o", (option, options, value) => {
    const resolve = (): unknown => resolveOptions(options as WebSocketOptions);
    expect(resolve).toThrow(InvalidOptionError);
    expect(resolve).toThrow(option);
    expect(resolve).toThrow(value);
  });

  it("are refused when two extensions conflict, which are named", () => {
    expect(() => resolveOptions({ extensions: [Xor(), Xor()] })).toThrow(
      expect.objectContaining({ code: "EXTENSION_CONFLICT", first: "xor", second: "xor" }),
    );
  });

  it("that are not known come with those that are", () => {
    expect(() => resolveOptions({ pingInterval: 5 } as WebSocketOptions)).toThrow("pingPeriod");
  });

  it("turn limits off where that makes sense", () => {
    const off = Number.POSITIVE_INFINITY;
    const { settings, maxRetainedBytes, maxConnections } = resolveOptions({
      pingPeriod: 0,
      maxPause: 0,
      maxFragments: off,
      maxRetainedBytes: off,
      maxConnections: off,
    });
    expect(settings).toMatchObject({ pingPeriod: 0, maxPause: 0, maxFragments: off });
    expect([maxRetainedBytes, maxConnections]).toEqual([off, off]);
  });
});
