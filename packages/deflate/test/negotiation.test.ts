import { parseWebSocketExtensions, printWebSocketExtensions } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkAnswer } from "../src/answer.js";
import type { NegotiationOptions } from "../src/config.js";
import type { NegotiatedDeflate } from "../src/negotiation.js";
import { negotiate } from "../src/negotiation.js";
import type { DeflateWindowBits, WindowBits } from "../src/parameters.js";
import { readOffer } from "../src/parameters.js";

const PLAIN: NegotiatedDeflate = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

describe("an offer, the server's options and the answer", () => {
  test.each<[string, NegotiationOptions, string, Partial<NegotiatedDeflate>]>([
    // The offers of browsers.
    ["permessage-deflate", {}, "permessage-deflate", {}],
    ["permessage-deflate; client_max_window_bits", {}, "permessage-deflate", {}],
    // Context takeover: the client's demand is met, its hint is taken, and the server may ask unasked.
    [
      "permessage-deflate; server_no_context_takeover",
      {},
      "permessage-deflate; server_no_context_takeover",
      { serverNoContextTakeover: true },
    ],
    [
      "permessage-deflate; client_no_context_takeover",
      {},
      "permessage-deflate; client_no_context_takeover",
      { clientNoContextTakeover: true },
    ],
    [
      "permessage-deflate",
      { serverNoContextTakeOver: true, clientNoContextTakeOver: true },
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
      { serverNoContextTakeover: true, clientNoContextTakeover: true },
    ],
    // The server's window: never larger than offered, smaller where it wants, named where it was offered.
    [
      "permessage-deflate; server_max_window_bits=10",
      {},
      "permessage-deflate; server_max_window_bits=10",
      { serverMaxWindowBits: 10 },
    ],
    ["permessage-deflate; server_max_window_bits=15", {}, "permessage-deflate; server_max_window_bits=15", {}],
    [
      "permessage-deflate; server_max_window_bits=12",
      { serverMaxWindowBits: 9 },
      "permessage-deflate; server_max_window_bits=9",
      { serverMaxWindowBits: 9 },
    ],
    [
      "permessage-deflate; server_max_window_bits=9",
      { serverMaxWindowBits: 12 },
      "permessage-deflate; server_max_window_bits=9",
      { serverMaxWindowBits: 9 },
    ],
    [
      "permessage-deflate",
      { serverMaxWindowBits: 11 },
      "permessage-deflate; server_max_window_bits=11",
      { serverMaxWindowBits: 11 },
    ],
    // The client's window: only where it offered to be told.
    [
      "permessage-deflate; client_max_window_bits",
      { clientMaxWindowBits: 10 },
      "permessage-deflate; client_max_window_bits=10",
      { clientMaxWindowBits: 10 },
    ],
    [
      "permessage-deflate; client_max_window_bits=9",
      { clientMaxWindowBits: 10 },
      "permessage-deflate; client_max_window_bits=9",
      { clientMaxWindowBits: 9 },
    ],
    [
      "permessage-deflate; client_max_window_bits=8",
      {},
      "permessage-deflate; client_max_window_bits=8",
      { clientMaxWindowBits: 8 },
    ],
    ["permessage-deflate", { clientMaxWindowBits: 10 }, "permessage-deflate", {}],
    // Several offers: the first that can be taken.
    [
      "permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=9, permessage-deflate",
      {},
      "permessage-deflate; server_max_window_bits=9",
      { serverMaxWindowBits: 9 },
    ],
    [
      "permessage-deflate; mystery, x-webkit-deflate-frame, permessage-deflate; client_no_context_takeover=1, permessage-deflate",
      {},
      "permessage-deflate",
      {},
    ],
  ])("%s with %o: %s", (offers, options, answer, expected) => {
    expect(negotiate(parseWebSocketExtensions(offers), options)).toMatchObject({
      kind: "answer",
      header: parseWebSocketExtensions(answer)[0],
      negotiated: { ...PLAIN, ...expected },
    });
  });
});

describe("declined, without an error", () => {
  test.each<[string, number]>([
    ["permessage-bzip2", 0],
    ["Permessage-Deflate", 0],
    ["permessage-deflate; server_max_window_bits=8", 1],
    ["permessage-deflate; client_max_window_bits=16", 1],
    ["permessage-deflate; server_max_window_bits=08, permessage-deflate; server_no_context_takeover=0", 2],
  ])("%s", (offers, reasons) => {
    const outcome = negotiate(parseWebSocketExtensions(offers));
    expect(outcome).toEqual({ kind: "decline", reasons: Array<unknown>(reasons).fill(expect.any(String)) });
  });

  test("no offer at all", () => {
    expect(negotiate([])).toEqual({ kind: "decline", reasons: [] });
  });
});

describe("a client that checks an answer", () => {
  test.each<[string, string, Partial<NegotiatedDeflate>]>([
    ["permessage-deflate", "permessage-deflate", {}],
    ["permessage-deflate", "permessage-deflate; server_no_context_takeover", { serverNoContextTakeover: true }],
    ["permessage-deflate", "permessage-deflate; client_no_context_takeover", { clientNoContextTakeover: true }],
    ["permessage-deflate", "permessage-deflate; server_max_window_bits=8", { serverMaxWindowBits: 8 }],
    ["permessage-deflate; client_max_window_bits", "permessage-deflate", {}],
    ["permessage-deflate; client_max_window_bits=10", "permessage-deflate", { clientMaxWindowBits: 10 }],
    [
      "permessage-deflate; client_max_window_bits",
      "permessage-deflate; client_max_window_bits=9",
      { clientMaxWindowBits: 9 },
    ],
    ["permessage-deflate; client_no_context_takeover", "permessage-deflate", { clientNoContextTakeover: true }],
  ])("that offered %s accepts %s", (offer, answer, expected) => {
    expect(check(offer, answer)).toEqual({ kind: "accepted", negotiated: { ...PLAIN, ...expected } });
  });

  test.each([
    ["permessage-deflate", "permessage-bzip2"],
    ["permessage-deflate", "permessage-deflate; mystery"],
    ["permessage-deflate", "permessage-deflate; server_max_window_bits"],
    ["permessage-deflate", "permessage-deflate; server_max_window_bits=16"],
    ["permessage-deflate", "permessage-deflate; server_no_context_takeover; server_no_context_takeover"],
    ["permessage-deflate", "permessage-deflate; client_max_window_bits=15"],
    ["permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits"],
    ["permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=11"],
    ["permessage-deflate; server_max_window_bits=10", "permessage-deflate"],
    ["permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=11"],
    ["permessage-deflate; server_no_context_takeover", "permessage-deflate"],
  ])("that offered %s refuses %s", (offer, answer) => {
    expect(check(offer, answer)).toEqual({ kind: "refused", reason: expect.any(String) });
  });
});

test("what the server answers to any offer, under any options, the client accepts, and both mean the same", () => {
  const bits = fc.integer({ min: 8, max: 15 });
  const parameter = fc.record({
    server_no_context_takeover: fc.boolean(),
    client_no_context_takeover: fc.boolean(),
    server_max_window_bits: fc.option(bits),
    client_max_window_bits: fc.option(fc.oneof(bits, fc.constant("bare"))),
  });
  const optional = fc.record(
    {
      serverNoContextTakeOver: fc.boolean(),
      clientNoContextTakeOver: fc.boolean(),
      serverMaxWindowBits: fc.integer({ min: 9, max: 15 }) as fc.Arbitrary<DeflateWindowBits>,
      clientMaxWindowBits: bits as fc.Arbitrary<WindowBits>,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(parameter, optional, (chosen, options) => {
      const parts = ["permessage-deflate"];
      for (const [name, value] of Object.entries(chosen)) {
        if (value === true || value === "bare") parts.push(name);
        else if (typeof value === "number") parts.push(`${name}=${value}`);
      }
      const offer = parts.join("; ");
      const outcome = negotiate(parseWebSocketExtensions(offer), options);
      if (outcome.kind === "decline") {
        expect(chosen.server_max_window_bits).toBe(8);
      } else {
        expect(check(offer, printWebSocketExtensions([outcome.header]))).toEqual({
          kind: "accepted",
          negotiated: outcome.negotiated,
        });
      }
    }),
    { numRuns: 1000 },
  );
});

function check(offer: string, answer: string): ReturnType<typeof checkAnswer> {
  const [offered] = parseWebSocketExtensions(offer);
  const [answered] = parseWebSocketExtensions(answer);
  if (offered === undefined || answered === undefined) throw new Error("There is no extension in the header");
  const read = readOffer(offered);
  if (read.kind === "declined") throw new Error(read.reason);
  return checkAnswer(read, answered);
}
