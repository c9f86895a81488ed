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

  it("where more than a thousand have answered does not keep them waiting for the input of all others", async () => {
    const turns = new WriteTurn();
    const { written, writer } = writers();
    const names = Array.from({ length: 1100 }, (_, index) => `${index}`);
    const readers = names.map(writer);
    /** How many were written when so many had read. */
    const readAndAnswer = (): readonly number[] =>
      readers.map((reader) => {
        turns.reads(reader);
        turns.add(reader);
        return written.length;
      });
    expect(Math.max(...readAndAnswer())).toBe(0);
    await turn();
    expect(written.splice(0)).toEqual(names);
    turns.add(writer("other"));
    const progress = readAndAnswer();
    expect([progress[255], progress[256], progress[1099]]).toEqual([0, 256, 1024]);
    await turn();
    expect(written.splice(0)).toEqual([...names, "other"]);
    // Few answer in this turn: so they all wait for its end again in the next one.
    for (const reader of readers.slice(0, 300)) {
      turns.reads(reader);
      turns.add(reader);
    }
    await turn();
    written.splice(0);
    expect(Math.max(...readAndAnswer())).toBe(0);
    await turn();
  });

  it("leaves what a connection gets from others to the end of the turn, whoever reads", async () => {
    const turns = new WriteTurn();
    const { written, writer } = writers();
    const readers = Array.from({ length: 3000 }, (_, index) => writer(`${index}`));
    const listener = writer("listener");
    for (let round = 0; round < 2; round++) {
      turns.add(listener);
      for (const reader of readers) {
        turns.reads(reader);
        turns.add(reader);
      }
      expect(written).not.toContain("listener");
      await turn();
      expect(written.splice(0).at(-1)).toBe("listener");
    }
  });

  it("counts a writer that is gone no more", async () => {
    const turns = new WriteTurn();
    const { written, writer } = writers();
    const gone = writer("gone");
    turns.reads(gone);
    turns.forget(gone);
    turns.add(gone);
    expect(written).toEqual([]);
    await turn();
    expect(written).toEqual(["gone"]);
  });
});
