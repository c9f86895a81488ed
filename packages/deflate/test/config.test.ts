import { describe, expect, test } from "vitest";
import type { WebSocketDeflateOptions } from "../src/index.js";
import { WebSocketDeflate } from "../src/index.js";

/** As JavaScript calls it, which knows no types. */
function install(options: unknown): unknown {
  return WebSocketDeflate(options as WebSocketDeflateOptions);
}

describe("an option that cannot be is an error where the extension is installed, and names the option and the value", () => {
  test.each<[string, unknown, string]>([
    ["compressionLevel", 10, "compressionLevel must be a whole number from -1 to 9, got 10"],
    ["compressionLevel", 1.5, "compressionLevel must be a whole number from -1 to 9, got 1.5"],
    ["compressIf", true, "compressIf must be a function, got true"],
    ["compressIfBiggerThan", -1, "compressIfBiggerThan must be a whole number from 0 to 2147483647, got -1"],
    ["compressIfBiggerThan", "1k", 'compressIfBiggerThan must be a whole number from 0 to 2147483647, got "1k"'],
    ["clientNoContextTakeOver", 1, "clientNoContextTakeOver must be true or false, got 1"],
    ["serverNoContextTakeOver", "true", 'serverNoContextTakeOver must be true or false, got "true"'],
    ["serverMaxWindowBits", 8, "serverMaxWindowBits must be a whole number from 9 to 15, got 8"],
    ["serverMaxWindowBits", 16, "serverMaxWindowBits must be a whole number from 9 to 15, got 16"],
    ["clientMaxWindowBits", 7, "clientMaxWindowBits must be a whole number from 8 to 15, got 7"],
    ["clientMaxWindowBits", "10", 'clientMaxWindowBits must be a whole number from 8 to 15, got "10"'],
    ["memLevel", 0, "memLevel must be a whole number from 1 to 9, got 0"],
    ["memLevel", null, "memLevel must be a whole number from 1 to 9, got null"],
    ["maxInflatedFrameSize", 0, "maxInflatedFrameSize must be a whole number from 1 to 2147483647, got 0"],
    [
      "maxInflatedFrameSize",
      2 ** 31,
      "maxInflatedFrameSize must be a whole number from 1 to 2147483647, got 2147483648",
    ],
    ["configureProtocols", [], "configureProtocols must be a function, got an array"],
    ["maxThreads", 0, "maxThreads must be a whole number from 1 to 1024, got 0"],
    ["maxThreads", Number.NaN, "maxThreads must be a whole number from 1 to 1024, got NaN"],
    ["path", "native", 'path must be "auto" or "wasm" or "synchronous" or "asynchronous", got "native"'],
  ])("%s: %o", (option, value, message) => {
    expect(() => install({ [option]: value })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option, value, message }),
    );
  });

  test.each(["compressIfBiggerthan", "threshold", "__proto__x", "constructor"])("%s, which is none", (option) => {
    expect(() => install({ [option]: 1 })).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        option,
        value: 1,
        message: expect.stringContaining("compressionLevel, compressIf, compressIfBiggerThan"),
      }),
    );
  });

  test("options that are no object", () => {
    expect(() => install("fast")).toThrow(expect.objectContaining({ code: "INVALID_OPTION", value: "fast" }));
  });
});

test("without options, or with some left undefined, all have their defaults", () => {
  expect(() => install(undefined)).not.toThrow();
  expect(() => install({ compressionLevel: undefined, path: undefined })).not.toThrow();
});

test("every option is taken at the ends of its range", () => {
  for (const options of [
    { compressionLevel: -1, memLevel: 1, compressIfBiggerThan: 0, maxInflatedFrameSize: 1, maxThreads: 1 },
    { compressionLevel: 9, memLevel: 9, maxInflatedFrameSize: 2 ** 31 - 1, maxThreads: 1024, path: "asynchronous" },
    { serverMaxWindowBits: 9, clientMaxWindowBits: 8, path: "auto" },
    { serverMaxWindowBits: 15, clientMaxWindowBits: 15, serverNoContextTakeOver: true, clientNoContextTakeOver: false },
    { compressIf: () => true, configureProtocols: (protocols: unknown) => protocols },
  ]) {
    expect(() => install(options)).not.toThrow();
  }
});
