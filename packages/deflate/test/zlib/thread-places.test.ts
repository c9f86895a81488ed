import type { DeflateRaw } from "node:zlib";
import { constants, createDeflateRaw } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { ThreadPlaces } from "../../src/zlib/thread-places.js";
import { json } from "../support/oracle.js";

const LARGE = json(512 * 1024);

/** A stream that notes its work. */
class Worker {
  readonly stream: DeflateRaw = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  readonly work: Promise<unknown>;
  ending = (): void => {};

  constructor(places: ThreadPlaces, log: string[], name: string) {
    const write = this.stream.write;
    Reflect.set(this.stream, "write", (input: Uint8Array, done: (error?: Error | null) => void) => {
      log.push(`${name} begins`);
      return Reflect.apply(write, this.stream, [
        input,
        (error?: Error | null) => {
          log.push(`${name} ends`);
          this.ending();
          done(error);
        },
      ]);
    });
    this.work = places
      .run(this.stream, LARGE, Number.POSITIVE_INFINITY)
      .catch((error: { code?: string }) => error.code);
    workers.push(this);
  }
}

const workers: Worker[] = [];

afterEach(() => {
  for (const { stream } of workers.splice(0)) stream.close();
});

function start(places: number, ...names: string[]): { log: string[]; all: Worker[] } {
  const shared = new ThreadPlaces(places);
  const log: string[] = [];
  return { log, all: names.map((name) => new Worker(shared, log, name)) };
}

test("no more streams work at once than there are places, and each has its turn in order", async () => {
  const { log, all } = start(2, "a", "b", "c", "d", "e");
  await Promise.all(all.map(({ work }) => work));
  let working = 0;
  for (const line of log) {
    working += line.endsWith("begins") ? 1 : -1;
    expect(working).toBeLessThanOrEqual(2);
  }
  expect(working).toBe(0);
  expect(log.filter((line) => line.endsWith("begins")).map(([name]) => name)).toEqual(["a", "b", "c", "d", "e"]);
});

test("a stream that closes while it waits hears so at once, never begins, and holds up nobody", async () => {
  const { log, all } = start(1, "a", "b", "c");
  const [a, b, c] = all;
  b?.stream.close();
  expect(await b?.work).toBe("CANCELLED");
  expect(log).toEqual(["a begins"]);
  await Promise.all([a?.work, c?.work]);
  expect(log).toEqual(["a begins", "a ends", "c begins", "c ends"]);
});

test("a stream that closes at work leaves its place to the next", async () => {
  const { all } = start(1, "a", "b");
  const [a, b] = all;
  a?.stream.close();
  expect(await a?.work).toBe("CANCELLED");
  expect(await b?.work).toMatchObject({ ended: false });
});

test("a stream that closes in the moment of its turn leaves its place to the next", async () => {
  const { all, log } = start(1, "a", "b", "c");
  const [a, b, c] = all;
  if (a !== undefined) a.ending = () => queueMicrotask(() => b?.stream.close());
  expect(await b?.work).toBe("CANCELLED");
  expect(await c?.work).toMatchObject({ ended: false });
  expect(log).toEqual(["a begins", "a ends", "c begins", "c ends"]);
});

test("a stream that is closed already takes no place", async () => {
  const places = new ThreadPlaces(1);
  const stream = createDeflateRaw();
  stream.close();
  for (let round = 0; round < 3; round++) {
    await expect(places.run(stream, LARGE, 1)).rejects.toMatchObject({ code: "CANCELLED" });
  }
  expect(await new Worker(places, [], "a").work).toMatchObject({ ended: false });
});
