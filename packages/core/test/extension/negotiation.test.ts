import { describe, expect, it } from "vitest";
import type { InstalledWebSocketExtension, WebSocketExtension } from "../../src/extension/contract.js";
import { webSocketExtension } from "../../src/extension/contract.js";
import { parseWebSocketExtensions, printWebSocketExtensions } from "../../src/extension/header.js";
import {
  acceptedExtensions,
  checkConflicts,
  extensionOffers,
  negotiateExtensions,
} from "../../src/extension/negotiation.js";

type Negotiation = Pick<WebSocketExtension, "clientNegotiation" | "protocols" | "serverNegotiation">;

function installed(key: string, negotiation: Negotiation, traits = {}): InstalledWebSocketExtension {
  const X = webSocketExtension({
    key,
    ...traits,
    install: () => () => ({
      ...negotiation,
      processIncomingFrame: (frame) => frame,
      processOutgoingFrame: (frame) => frame,
    }),
  });
  return X();
}

/** Takes the first offer of its name. */
const taking = (name: string): InstalledWebSocketExtension =>
  installed(name, {
    protocols: [{ name, parameters: [] }],
    serverNegotiation: (requested) => requested.filter((offer) => offer.name === name).slice(0, 1),
    clientNegotiation: (negotiated) => negotiated.length === 1,
  });
const silent = installed("silent", {});

const onServer = (extensions: readonly InstalledWebSocketExtension[], offers: string): string => {
  const { active, answer } = negotiateExtensions(extensions, offers === "" ? [] : parseWebSocketExtensions(offers));
  return `${active.map(({ factory }) => factory.key).join()} | ${printWebSocketExtensions(answer)}`;
};
const candidates = (extensions: readonly InstalledWebSocketExtension[]) =>
  extensions.map(({ factory, create }) => ({ factory, extension: create() }));
const onClient = (extensions: readonly InstalledWebSocketExtension[], answer: string): string =>
  acceptedExtensions(candidates(extensions), answer === "" ? [] : parseWebSocketExtensions(answer))
    .map(({ factory }) => factory.key)
    .join();

describe("a server's negotiation", () => {
  it.each([
    { offers: "", gives: " | " },
    { offers: "a", gives: "a | a" },
    { offers: "b, a", gives: "a,b | a, b" },
    { offers: "a; x=1, a; x=2", gives: "a | a; x=1" },
    { offers: "c, __proto__; constructor", gives: " | " },
  ])("of $offers with a and b gives $gives", ({ offers, gives }) => {
    expect(onServer([taking("a"), taking("b")], offers)).toBe(gives);
  });

  it("takes an extension without protocols always, and says nothing of it", () => {
    expect(onServer([silent, taking("a")], "")).toBe("silent | ");
    expect(onServer([taking("a"), silent], "a")).toBe("a,silent | a");
  });

  it("takes an extension that cannot negotiate as a server for none", () => {
    expect(onServer([installed("a", { protocols: [{ name: "a", parameters: [] }] })], "a")).toBe(" | ");
  });

  it("refuses an answer that was not offered, and names both", () => {
    const liar = installed("liar", {
      protocols: [{ name: "liar", parameters: [] }],
      serverNegotiation: () => [{ name: "x-truth", parameters: [] }],
    });
    expect(() => onServer([liar], "a")).toThrow(
      expect.objectContaining({ code: "INVALID_EXTENSION_ANSWER", extension: "x-truth" }),
    );
  });

  it("makes an extension anew for each session", () => {
    const [one, other] = [taking("a"), taking("a")];
    const first = negotiateExtensions([one], parseWebSocketExtensions("a")).active[0]?.extension;
    expect(negotiateExtensions([one], parseWebSocketExtensions("a")).active[0]?.extension).not.toBe(first);
    expect(negotiateExtensions([other], parseWebSocketExtensions("a")).active[0]?.factory).toBe(other.factory);
  });
});

describe("a client's negotiation", () => {
  it("offers what its extensions do, in their order", () => {
    expect(printWebSocketExtensions(extensionOffers(candidates([taking("a"), silent, taking("b")])))).toBe("a, b");
  });

  it.each([
    { answer: "", gives: "" },
    { answer: "a", gives: "a" },
    { answer: "b, a", gives: "b,a" },
  ])("of the answer $answer puts $gives to use", ({ answer, gives }) => {
    expect(onClient([taking("a"), taking("b")], answer)).toBe(gives);
  });

  it("puts those that need no agreement in front", () => {
    expect(onClient([taking("a"), silent], "a")).toBe("silent,a");
  });

  it.each(["c", "a, c", "a, a"])("fails on the answer %s, which nobody takes", (answer) => {
    expect(() => onClient([taking("a")], answer)).toThrow(
      expect.objectContaining({ code: "INVALID_EXTENSION_ANSWER", extension: answer === "a, a" ? "a" : "c" }),
    );
  });
});

describe("what is installed", () => {
  it.each(["rsv1", "rsv2", "rsv3"] as const)("may claim %s only once, and the error names both", (bit) => {
    const [one, other] = [installed("one", {}, { [bit]: true }), installed("other", {}, { [bit]: true })];
    expect(() => checkConflicts([silent, one, other])).toThrow(
      expect.objectContaining({
        code: "EXTENSION_CONFLICT",
        first: "one",
        second: "other",
        claim: bit.toUpperCase(),
        message: `The extensions one and other both own ${bit.toUpperCase()}`,
      }),
    );
  });

  it("must not be there twice", () => {
    expect(() => checkConflicts([taking("a"), taking("a")])).toThrow(
      expect.objectContaining({ code: "EXTENSION_CONFLICT", claim: "key", first: "a" }),
    );
  });

  it("may own different bits", () => {
    expect(() =>
      checkConflicts([installed("a", {}, { rsv1: true }), installed("b", {}, { rsv2: true })]),
    ).not.toThrow();
  });
});

describe("webSocketExtension", () => {
  it("hands its configuration on once, where it is installed, and an empty one where there is none", () => {
    const configs: unknown[] = [];
    const X = webSocketExtension({
      key: "x",
      install: (config: { readonly size?: number }) => {
        configs.push(config);
        return () => ({ processIncomingFrame: (frame) => frame, processOutgoingFrame: (frame) => frame });
      },
    });
    const one = X({ size: 5 });
    X();
    one.create();
    one.create();
    expect(configs).toEqual([{ size: 5 }, {}]);
    expect(one.factory).toBe(X);
  });

  it("tells what it owns, and nothing by default", () => {
    const install = () => () => ({
      processIncomingFrame: (frame: never) => frame,
      processOutgoingFrame: (frame: never) => frame,
    });
    expect({ ...webSocketExtension({ key: "x", install }) }).toEqual({
      key: "x",
      rsv1: false,
      rsv2: false,
      rsv3: false,
      unit: "frame",
    });
    expect({ ...webSocketExtension({ key: "y", rsv3: true, unit: "message", install }) }).toMatchObject({
      rsv3: true,
      unit: "message",
    });
  });
});
