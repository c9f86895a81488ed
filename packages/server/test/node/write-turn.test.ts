import { describe, expect, it } from "vitest";
import type { Writer } from "../../src/node/write-turn.js";
import { WriteTurn } from "../../src/node/write-turn.js";

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Writers that say when they write. */
function writers(): { readonly written: string[]; writer(name: string): Writer } {
  const written: string[] = [];
  return { written, writer: (name) => ({ writeTurn: () => void written.push(name) }) };
}

describe("a write turn", () => {
  it("comes once, for every writer that was added", async () => {
    const turns = new WriteTurn();
    const { written, writer } = writers();
    turns.add(writer("one"));
    turns.add(writer("two"));
    expect(written).toEqual([]);
    await turn();
    expect(written).toEqual(["one", "two"]);
    await turn();
    expect(written).toEqual(["one", "two"]);
  });

  it("of a writer that is added in a turn is the next one", async () => {
    const turns = new WriteTurn();
    let count = 0;
    const writer = {
      writeTurn(): void {
        count++;
        if (count < 3) turns.add(writer);
      },
    };
    turns.add(writer);
    await turn();
    expect(count).toBe(1);
    await turn();
    expect(count).toBe(2);
    await turn();
    await turn();
    expect(count).toBe(3);
  });

  it("of answers comes when no promise has anything more to say, before anything else does", async () => {
    const turns = new WriteTurn();
    const { written, writer } = writers();
    turns.answers();
    await Promise.resolve();
    await Promise.resolve();
    turns.add(writer("late"));
    expect(written).toEqual([]);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(written).toEqual(["late"]);
  });

  it("of answers takes with it what waited before", async () => {
    const turns = new WriteTurn();
    const { written, writer } = writers();
    turns.add(writer("earlier"));
    turns.answers();
    turns.add(writer("answer"));
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(written).toEqual(["earlier", "answer"]);
    turns.add(writer("later"));
    await turn();
    expect(written).toEqual(["earlier", "answer", "later"]);
  });
});
