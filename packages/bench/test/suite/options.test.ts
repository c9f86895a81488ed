import { describe, expect, it } from "vitest";
import { readOptions } from "../../src/suite/options.js";
import { options, SUITE } from "./results.js";

describe("the command line of a bench", () => {
  it("asks for everything, unless it says something else", () => {
    expect(options()).toEqual({
      json: false,
      quick: false,
      rounds: 5,
      workloads: SUITE.workloads,
      contenders: SUITE.contenders,
      svg: undefined,
    });
  });

  it("has fewer rounds when it is quick, and as many as it says", () => {
    expect(options("--quick").rounds).toBe(3);
    expect(options("--quick", "--rounds", "12").rounds).toBe(12);
  });

  it("names workloads and servers, with commas or again", () => {
    const names = (...args: string[]) => options(...args).workloads.map(({ name }) => name);
    expect(names("--only", "growth,small")).toEqual(["small", "growth"]);
    expect(names("--only", "idle", "--only", "small")).toEqual(["small", "idle"]);
    expect(options("--servers", "uwebsockets,sluice").contenders).toEqual(["sluice", "uwebsockets"]);
  });

  it("wants JSON, and a chart in a file", () => {
    expect(options("--json", "--svg", "a.svg")).toMatchObject({ json: true, svg: "a.svg" });
  });

  it.each([
    [["--rounds", "0"], '--rounds must be a whole number from 1 to 9999, got "0".'],
    [["--rounds", "1e3"], '--rounds must be a whole number from 1 to 9999, got "1e3".'],
    [["--only", "large"], '--only has no "large". There are: small, idle, growth.'],
    [["--only", "small,"], '--only has no "". There are: small, idle, growth.'],
    [["--servers", "nginx"], '--servers has no "nginx". There are: sluice, ws-bufferutil, uwebsockets.'],
    [["--svg", ""], "--svg must name a file, got nothing."],
    [
      ["--fast"],
      "Unknown option '--fast'. Options: --json, --quick, --rounds NUMBER, --only WORKLOAD, --servers LIST, --svg FILE.",
    ],
  ])("%j is refused in one line", (args, message) => {
    expect(() => readOptions(SUITE, args)).toThrow(expect.objectContaining({ name: "Problem", message }));
  });
});
