import { describe, expect, it } from "vitest";
import { readSoakArguments, UsageError } from "../../src/soak/options.js";
import { Tally } from "../../src/soak/tally.js";

describe("the command line of a soak", () => {
  it("has defaults, and takes numbers", () => {
    expect(readSoakArguments([])).toMatchObject({ minutes: 3, connections: 1000, idle: 0 });
    expect(readSoakArguments(["--minutes", "0.5", "--connections", "10", "--idle", "20", "--seed", "7"])).toEqual({
      minutes: 0.5,
      connections: 10,
      idle: 20,
      seed: 7,
    });
  });

  it.each([
    [["--minutes", "0"], "--minutes"],
    [["--minutes", "soon"], "--minutes"],
    [["--connections", "0"], "--connections"],
    [["--connections", "1e3"], "--connections"],
    [["--idle=-1"], "--idle"],
    [["--seed", ""], "--seed"],
    [["--minute", "1"], "--minute"],
    [["more"], "more"],
    [["--idle", "999999999"], "ulimit -Hn"],
  ])("%j is refused in one line that names %s", (args, name) => {
    const read = (): unknown => readSoakArguments(args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(name);
  });
});

describe("a tally", () => {
  it("sums up, and keeps the first of what went wrong", () => {
    const tally = new Tally();
    tally.of("talkers").tried += 2;
    tally.of("echoers").tried += 3;
    tally.of("talkers").lost++;
    expect(tally.total()).toEqual({ lives: 0, tried: 5, acknowledged: 0, lost: 1 });
    for (let index = 0; index < 100; index++) tally.note("talkers", new Error(`${index}`));
    expect([tally.wrong.length, tally.wrong[0]]).toEqual([20, "talkers: 0"]);
  });
});
