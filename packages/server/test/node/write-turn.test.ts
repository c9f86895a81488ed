import { describe, expect, it } from "vitest";
import { WriteTurn } from "../../src/node/write-turn.js";

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("a write turn", () => {
  it("comes once, for every writer that was added", async () => {
    const turns = new WriteTurn();
    const written: string[] = [];
    turns.add({ writeTurn: () => written.push("one") });
    turns.add({ writeTurn: () => written.push("two") });
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
});
