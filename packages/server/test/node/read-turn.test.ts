import { describe, expect, it } from "vitest";
import { processCodec } from "../../src/node/codec.js";
import type { Reader } from "../../src/node/read-turn.js";
import { ReadTurn } from "../../src/node/read-turn.js";
import { WriteTurn } from "../../src/node/write-turn.js";

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Readers that note what they get and answer it, what became of it, and a socket that they share. */
function world() {
  const codec = processCodec("wasm");
  const writes = new WriteTurn();
  const reads = new ReadTurn(codec, writes);
  const events: string[] = [];
  const reader = (name: string): Reader => ({
    readTurn(start, end) {
      const text = Buffer.from(codec.readBuffer.slice(start, end)).toString("latin1");
      events.push(`${name} reads ${text.length > 20 ? text.length : text}`);
      const writer = { writeTurn: () => void events.push(`${name} writes`) };
      void Promise.resolve()
        .then(() => undefined)
        .then(() => writes.add(writer));
    },
  });
  /** As the kernel does: the next one comes where this one lies. */
  const receive = (by: Reader, text: string): void => {
    reads.memory.set(Buffer.from(text, "latin1"));
    reads.received(by, text.length);
    reads.memory.fill(0, 0, text.length);
  };
  return { reads, events, reader, receive };
}

describe("a read turn", () => {
  it("handles the small input of all sockets in one go and in order, and writes the answers behind it", async () => {
    const { events, reader, receive } = world();
    for (const name of ["one", "two", "three"]) receive(reader(name), `from ${name}`);
    expect(events).toEqual([]);
    await turn();
    expect(events).toEqual([
      "one reads from one",
      "two reads from two",
      "three reads from three",
      "one writes",
      "two writes",
      "three writes",
    ]);
  });

  it("comes again for what is read in the next turn", async () => {
    const { events, reader, receive } = world();
    const one = reader("one");
    for (const text of ["first", "second"]) {
      receive(one, text);
      await turn();
    }
    expect(events).toEqual(["one reads first", "one writes", "one reads second", "one writes"]);
  });

  it("gives bytes as they were read, of every length", async () => {
    const { events, reader, receive } = world();
    const all = reader("all");
    for (let length = 1; length <= 20; length++) receive(all, "abcdefghijklmnopqrst".slice(0, length));
    await turn();
    expect(events.slice(0, 20)).toEqual(
      Array.from({ length: 20 }, (_, index) => `all reads ${"abcdefghijklmnopqrst".slice(0, index + 1)}`),
    );
  });

  it("does not keep a large chunk waiting, and handles what came in front of it first", async () => {
    const { events, reader, receive } = world();
    receive(reader("small"), "small");
    receive(reader("large"), "x".repeat(513));
    expect(events).toEqual(["small reads small", "large reads 513"]);
    await turn();
    expect(events.slice(2).sort()).toEqual(["large writes", "small writes"]);
  });

  it("handles what waits as soon as it is 4 KiB, and does not write before the turn ends", async () => {
    const { events, reader, receive } = world();
    const names = Array.from({ length: 8 }, (_, index) => `${index}`);
    for (const name of names) {
      expect(events).toEqual([]);
      receive(reader(name), name.repeat(512));
    }
    expect(events).toEqual(names.map((name) => `${name} reads 512`));
    await Promise.resolve();
    expect(events).toHaveLength(8);
    await turn();
    expect(events.slice(8)).toEqual(names.map((name) => `${name} writes`));
  });

  it("writes the answers to more than a hundred chunks before it handles those behind them", async () => {
    const { events, reader, receive } = world();
    const names = Array.from({ length: 300 }, (_, index) => `${index}`);
    for (const name of names) {
      receive(reader(name), name.padEnd(20));
      // Between two reads Node does what promises and ticks have waiting.
      await new Promise<void>((resolve) => process.nextTick(resolve));
    }
    const firstWrite = events.findIndex((event) => event.endsWith("writes"));
    const lastRead = events.findLastIndex((event) => event.includes("reads"));
    expect(firstWrite).toBeGreaterThan(100);
    expect(firstWrite).toBeLessThan(lastRead);
    await turn();
    expect(events.filter((event) => event.endsWith("writes"))).toEqual(names.map((name) => `${name} writes`));
  });

  it("is brought forward by what comes behind its input", async () => {
    const { reads, events, reader, receive } = world();
    receive(reader("one"), "last words");
    reads.handle();
    expect(events).toEqual(["one reads last words"]);
    await turn();
    expect(events).toEqual(["one reads last words", "one writes"]);
  });
});
