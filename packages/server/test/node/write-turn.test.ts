import { describe, expect, it } from "vitest";
import { WriteTurn } from "../../src/node/write-turn.js";

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Writers that say when they write. */
function writers(): { readonly written: string[]; writer(name: string, waitingBytes?: number): TestWriter } {
  const written: string[] = [];
  return {
    written,
    writer: (name, waitingBytes = 0) => ({ waitingBytes, writeTurn: () => void written.push(name) }),
  };
}

interface TestWriter {
  readonly waitingBytes: number;
  writeTurn(): void;
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
      waitingBytes: 0,
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

  it("does not keep those that answered waiting for the input of all others, thirty-two at a time", async () => {
    const turns = new WriteTurn();
    const { written, writer } = writers();
    const other = writer("other");
    for (let index = 0; index < 70; index++) {
      const reader = writer(`${index}`);
      turns.reads(reader);
      turns.add(reader);
      if (index === 0) turns.add(other);
      expect(written).toHaveLength(index - (index % 32));
    }
    await turn();
    expect(written).toHaveLength(71);
    expect(written.slice(0, 64)).toEqual(Array.from({ length: 64 }, (_, index) => `${index}`));
    expect(written.at(-1)).toBe("other");
  });

  it("comes sooner for long answers", () => {
    const turns = new WriteTurn();
    const { written, writer } = writers();
    for (const name of ["one", "two", "three"]) {
      const reader = writer(name, 512 * 1024);
      turns.reads(reader);
      turns.add(reader);
    }
    expect(written).toEqual(["one", "two"]);
  });

  it("leaves what a connection gets from others to the end of the turn, whoever reads", async () => {
    const turns = new WriteTurn();
    const { written, writer } = writers();
    const chat = Array.from({ length: 100 }, (_, index) => writer(`${index}`));
    const added = new Set<TestWriter>();
    for (const reader of chat) {
      turns.reads(reader);
      for (const each of chat) if (!added.has(each)) turns.add(each);
      for (const each of chat) added.add(each);
    }
    expect(written).toEqual([]);
    await turn();
    expect(written).toHaveLength(100);
  });

  it("counts a writer that is gone no more", async () => {
    const turns = new WriteTurn();
    const { written, writer } = writers();
    const gone = writer("gone");
    turns.reads(gone);
    turns.forget(gone);
    turns.add(gone);
    for (let index = 0; index < 40; index++) turns.reads(writer(`${index}`));
    expect(written).toEqual([]);
    await turn();
    expect(written).toEqual(["gone"]);
  });
});
