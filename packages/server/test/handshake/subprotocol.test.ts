import { expect, it } from "vitest";
import { parseSubprotocols, requireSubprotocol } from "../../src/handshake/subprotocol.js";

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
