import { describe, expect, it } from "vitest";
import { chooseSubprotocol, parseSubprotocols, requireSubprotocol } from "../../src/handshake/subprotocol.js";

describe("choosing a subprotocol", () => {
  it.each<[string, readonly string[], string | readonly string[], string | undefined]>([
    ["follows the client's order", ["b", "a"], ["a", "b"], "b"],
    ["skips what the route does not speak", ["x", "a"], ["a", "b"], "a"],
    ["takes the one of a route that speaks one", ["a", "b"], "b", "b"],
    ["chooses nothing where nothing fits", ["x"], ["a"], undefined],
    ["chooses nothing where nothing was offered", [], ["a"], undefined],
    ["chooses nothing for a route that speaks none", ["a"], [], undefined],
    ["tells case apart", ["Chat"], ["chat"], undefined],
    ["knows no inherited names", ["__proto__", "constructor"], ["chat"], undefined],
    ["takes any token", ["__proto__"], "__proto__", "__proto__"],
  ])("%s", (_, offered, spoken, chosen) => {
    expect(chooseSubprotocol(offered, spoken)).toBe(chosen);
  });
});

it("reads tokens of every kind in the client's order", () => {
  const header = "v10.stomp, \tgraphql-ws ,!#$%&'*+-.^_`|~";
  expect(parseSubprotocols(header)).toEqual({
    kind: "offered",
    protocols: ["v10.stomp", "graphql-ws", "!#$%&'*+-.^_`|~"],
  });
});

it("refuses a route's subprotocol that nobody could offer", () => {
  expect(() => requireSubprotocol("chat")).not.toThrow();
  for (const protocol of ["", "a b", "a,b", "a\r\nb", "é"]) {
    expect(() => requireSubprotocol(protocol)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", option: "protocol" }),
    );
  }
});
