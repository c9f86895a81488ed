import { InvalidOptionError } from "@sluice/core";
import { describe, expect, it } from "vitest";
import type { MessageRate, WebSocketOptions } from "../../src/index.js";
import { bounded, unlimited } from "../../src/index.js";
import { resolveOptions } from "../../src/websockets/options.js";
import { Xor } from "../support/extensions.js";

const MIB = 1024 * 1024;

describe("the options of WebSockets", () => {
  it("have finite defaults, but for those that are off", () => {
    const { settings, maxRetainedBytes, maxConnections, maxConnectionsPerAddress, authenticateTimeout } =
      resolveOptions({});
    const others = { maxRetainedBytes, maxConnections, maxConnectionsPerAddress, authenticateTimeout };
    expect({ ...settings, ...others }).toEqual({
      masking: false,
      maxFrameSize: MIB,
      maxFragments: 16_384,
      pingPeriod: 30_000,
      timeout: 15_000,
      closeTimeout: 10_000,
      maxPause: 600_000,
      maxLifetime: 0,
      idleTimeout: 0,
      messageRate: undefined,
      incoming: { capacity: 64, maxBytes: MIB, onOverflow: "suspend" },
      outgoing: { capacity: 1024, maxBytes: 4 * MIB, onOverflow: "suspend" },
      maxRetainedBytes: 256 * MIB,
      maxConnections: 100_000,
      maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
      authenticateTimeout: 10_000,
    });
  });

  it("of messageRate have a burst of one period's messages, and close past it, unless they say so", () => {
    const resolved = (messageRate: MessageRate) => resolveOptions({ messageRate }).settings.messageRate;
    expect(resolved({ messages: 5, per: "2s" })).toEqual({ messages: 5, per: 2000, burst: 5, onExceeded: "close" });
    const all = { messages: 5, per: 2000, burst: 9, onExceeded: "drop" } as const;
    expect(resolved(all)).toEqual(all);
  });

  it("are taken as they are given", () => {
    const { settings } = resolveOptions({
      pingPeriod: 0,
      timeout: "500ms",
      closeTimeout: "1.5s",
      maxPause: "1h",
      maxLifetime: "2h",
      idleTimeout: "5m",
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
      maxLifetime: 7_200_000,
      idleTimeout: 300_000,
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
    ["maxConnectionsPerAddress", { maxConnectionsPerAddress: 0 }, "0"],
    ["maxLifetime", { maxLifetime: -1 }, "-1"],
    ["idleTimeout", { idleTimeout: "1d" }, '"1d"'],
    ["messageRate", { messageRate: 5 }, "5"],
    ["messageRate.messages", { messageRate: { per: "1s" } }, "undefined"],
    ["messageRate.messages", { messageRate: { messages: 0.5, per: "1s" } }, "0.5"],
    ["messageRate.per", { messageRate: { messages: 5, per: 0 } }, "0"],
    ["messageRate.per", { messageRate: { messages: 5 } }, "undefined"],
    ["messageRate.burst", { messageRate: { messages: 5, per: "1s", burst: Number.POSITIVE_INFINITY } }, "Infinity"],
    ["messageRate.onExceeded", { messageRate: { messages: 5, per: "1s", onExceeded: "wait" } }, '"wait"'],
    ["every", { messageRate: { messages: 5, per: "1s", every: "1s" } }, '"1s"'],
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
      messageRate: { messages: off, per: "1s" },
      maxPause: 0,
      maxFragments: off,
      maxRetainedBytes: off,
      maxConnections: off,
    });
    expect(settings).toMatchObject({ pingPeriod: 0, messageRate: undefined, maxPause: 0, maxFragments: off });
    expect([maxRetainedBytes, maxConnections]).toEqual([off, off]);
  });
});
