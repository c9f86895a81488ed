import { parseWebSocketExtensions } from "@sluice/core";
import { describe, expect, test } from "vitest";
import type { DeclinedOffer, DeflateOffer } from "../src/parameters.js";
import { readOffer } from "../src/parameters.js";

function read(parameters: string): DeflateOffer | DeclinedOffer {
  const [header] = parseWebSocketExtensions(`permessage-deflate${parameters}`);
  if (header === undefined) throw new Error("There is no extension in the header");
  return readOffer(header);
}

const PLAIN: DeflateOffer = {
  kind: "offer",
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: undefined,
  clientMaxWindowBits: undefined,
};

describe("an offer is read", () => {
  test.each<[string, Partial<DeflateOffer>]>([
    ["", {}],
    ["; server_no_context_takeover", { serverNoContextTakeover: true }],
    ["; client_no_context_takeover", { clientNoContextTakeover: true }],
    ["; server_max_window_bits=8", { serverMaxWindowBits: 8 }],
    ["; server_max_window_bits=15", { serverMaxWindowBits: 15 }],
    ['; server_max_window_bits="10"', { serverMaxWindowBits: 10 }],
    ["; client_max_window_bits", { clientMaxWindowBits: 15 }],
    ["; client_max_window_bits=9", { clientMaxWindowBits: 9 }],
    [
      "; client_max_window_bits=12; server_no_context_takeover; server_max_window_bits=11; client_no_context_takeover",
      {
        clientMaxWindowBits: 12,
        serverMaxWindowBits: 11,
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
      },
    ],
  ])("permessage-deflate%s", (parameters, expected) => {
    expect(read(parameters)).toEqual({ ...PLAIN, ...expected });
  });
});

describe("an offer is declined, without an error, when it has", () => {
  test.each([
    ["an unknown parameter", "; window_bits=10"],
    ["a parameter named like a property of every object", "; __proto__"],
    ["a parameter named like another", "; constructor=10"],
    ["a parameter twice", "; client_max_window_bits; client_max_window_bits=10"],
    ["a flag twice", "; server_no_context_takeover; server_no_context_takeover"],
    ["a flag with a value", "; server_no_context_takeover=true"],
    ["the other flag with a value", "; client_no_context_takeover=1"],
    ["server_max_window_bits without a value", "; server_max_window_bits"],
    ["server_max_window_bits below 8", "; server_max_window_bits=7"],
    ["server_max_window_bits above 15", "; server_max_window_bits=16"],
    ["a leading zero", "; server_max_window_bits=08"],
    ["a sign", "; client_max_window_bits=+9"],
    ["a fraction", "; client_max_window_bits=9.0"],
    ["no number", "; client_max_window_bits=ten"],
  ])("%s", (_what, parameters) => {
    expect(read(parameters)).toMatchObject({ kind: "declined", reason: expect.any(String) });
  });
});
