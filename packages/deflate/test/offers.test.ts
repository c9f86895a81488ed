import type { WebSocketExtensionHeader } from "@sluice/core";
import { parseWebSocketExtensions, printWebSocketExtensions } from "@sluice/core";
import { describe, expect, test } from "vitest";
import type { WebSocketDeflateOptions } from "../src/index.js";
import { WebSocketDeflate } from "../src/index.js";

function offered(options: WebSocketDeflateOptions): string {
  return printWebSocketExtensions(WebSocketDeflate(options).create().protocols ?? []);
}

describe("a client's options and its offers", () => {
  test.each<[WebSocketDeflateOptions, string]>([
    [{}, "permessage-deflate; client_max_window_bits"],
    [{ clientMaxWindowBits: 15, serverMaxWindowBits: 15 }, "permessage-deflate; client_max_window_bits"],
    [{ clientMaxWindowBits: 8 }, "permessage-deflate; client_max_window_bits=8"],
    [{ serverMaxWindowBits: 9 }, "permessage-deflate; server_max_window_bits=9; client_max_window_bits"],
    [{ serverNoContextTakeOver: true }, "permessage-deflate; server_no_context_takeover; client_max_window_bits"],
    [
      { clientNoContextTakeOver: true, serverNoContextTakeOver: false, clientMaxWindowBits: 10 },
      "permessage-deflate; client_no_context_takeover; client_max_window_bits=10",
    ],
    [
      {
        configureProtocols: ([offer]) => [
          { ...offer, parameters: [...offer.parameters, { name: "server_max_window_bits", value: "10" }] },
          offer,
        ],
      },
      "permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; client_max_window_bits",
    ],
    [{ configureProtocols: ([{ name }]) => [{ name, parameters: [] }] }, "permessage-deflate"],
  ])("%o: %s", (options, offers) => {
    expect(offered(options)).toBe(offers);
  });
});

describe("what configureProtocols spoils is an error where the extension is installed", () => {
  test.each<[string, readonly WebSocketExtensionHeader[]]>([
    ["no offer", []],
    ["an offer of another extension", [{ name: "permessage-bzip2", parameters: [] }]],
    ["a parameter that there is not", parseWebSocketExtensions("permessage-deflate; mystery")],
    ["a value that cannot be", parseWebSocketExtensions("permessage-deflate; server_max_window_bits=16")],
    ["one good offer and a bad one", parseWebSocketExtensions("permessage-deflate, permessage-deflate; a; a")],
  ])("%s", (_what, protocols) => {
    expect(() => WebSocketDeflate({ configureProtocols: () => protocols })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option: expect.stringContaining("configureProtocols") }),
    );
  });
});

describe("a client and the answer to its offers", () => {
  const twoOffers: WebSocketDeflateOptions = {
    configureProtocols: ([offer]) => [
      ...parseWebSocketExtensions("permessage-deflate; server_max_window_bits=10; client_no_context_takeover"),
      offer,
    ],
  };

  test.each<[WebSocketDeflateOptions, string, object]>([
    [{}, "permessage-deflate", { clientMaxWindowBits: 15, serverMaxWindowBits: 15 }],
    [{}, "permessage-deflate; client_max_window_bits=8", { clientMaxWindowBits: 8 }],
    [{}, "permessage-deflate; server_max_window_bits=8", { serverMaxWindowBits: 8 }],
    [{}, "permessage-deflate; server_no_context_takeover", { serverNoContextTakeover: true }],
    [{ clientMaxWindowBits: 10 }, "permessage-deflate", { clientMaxWindowBits: 10 }],
    // The first offer that was answered counts.
    [
      twoOffers,
      "permessage-deflate; server_max_window_bits=9",
      { serverMaxWindowBits: 9, clientNoContextTakeover: true },
    ],
    [twoOffers, "permessage-deflate", { serverMaxWindowBits: 15, clientNoContextTakeover: false }],
    [twoOffers, "permessage-deflate; client_max_window_bits=12", { clientMaxWindowBits: 12 }],
  ])("with %o takes %s", (options, answer, negotiated) => {
    const extension = WebSocketDeflate(options).create();
    expect(extension.clientNegotiation?.(parseWebSocketExtensions(answer))).toBe(true);
    expect(extension.negotiated).toMatchObject(negotiated);
  });

  test.each<[WebSocketDeflateOptions, string, string]>([
    [{}, "permessage-deflate, permessage-deflate", "answered 2 times"],
    [{}, "permessage-deflate; mystery", "there is no parameter mystery"],
    [{ serverMaxWindowBits: 10 }, "permessage-deflate", "server_max_window_bits was asked for"],
    [twoOffers, "permessage-deflate; client_max_window_bits", "client_max_window_bits needs a value"],
  ])("with %o refuses %s", (options, answer, reason) => {
    const extension = WebSocketDeflate(options).create();
    expect(() => extension.clientNegotiation?.(parseWebSocketExtensions(answer))).toThrow(
      expect.objectContaining({ code: "INVALID_EXTENSION_ANSWER", message: expect.stringContaining(reason) }),
    );
    expect(() => extension.negotiated).toThrow(expect.objectContaining({ code: "EXTENSION_NOT_NEGOTIATED" }));
  });
});
