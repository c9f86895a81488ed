import fc from "fast-check";
import { expect, it } from "vitest";
import type { Cursor } from "../../src/flow/broadcast-buffer.js";
import { BroadcastBuffer } from "../../src/flow/broadcast-buffer.js";
import { NOTHING } from "../../src/flow/collection.js";

/** The same rules on a plain list that forgets nothing, with every question answered by looking at every cursor. */
class Model {
  readonly values: number[] = [];
  readonly cursors = new Map<Cursor, number>();
  replayStart = 0;

  constructor(
    readonly replay: number,
    readonly capacity: number,
  ) {}

  get slowest(): number {
    return Math.min(this.values.length, ...this.cursors.values());
  }

  get head(): number {
    return Math.min(this.slowest, this.replayStart);
  }

  get full(): boolean {
    return this.cursors.size > 0 && this.slowest <= this.replayStart && this.values.length - this.head >= this.capacity;
  }

  push(value: number): void {
    this.values.push(value);
    this.replayStart = Math.max(this.replayStart, this.values.length - this.replay);
  }

  dropOldest(): void {
    const next = this.head + 1;
    for (const [cursor, position] of this.cursors) this.cursors.set(cursor, Math.max(position, next));
    this.replayStart = Math.max(this.replayStart, next);
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant("push" as const) },
  { weight: 1, arbitrary: fc.constant("join" as const) },
  { weight: 1, arbitrary: fc.constant("joinOldest" as const) },
  { weight: 1, arbitrary: fc.constant("leave" as const) },
  { weight: 6, arbitrary: fc.constant("take" as const) },
  { weight: 1, arbitrary: fc.constant("reset" as const) },
);

it("is a list with cursors, whatever is done to it in whatever order", () => {
  fc.assert(
    fc.property(
      fc.nat(4),
      fc.nat(5),
      fc.boolean(),
      fc.array(fc.tuple(step, fc.nat(9)), { maxLength: 120 }),
      (replay, extra, drops, steps) => {
        const capacity = Math.max(1, replay + extra);
        const model = new Model(replay, capacity);
        const buffer = new BroadcastBuffer<number>(replay, capacity);
        let next = 0;
        for (const [action, choice] of steps) {
          const cursor = [...model.cursors.keys()][choice % Math.max(1, model.cursors.size)];
          switch (action) {
            case "push":
              if (model.full && !drops) break;
              if (model.full) {
                model.dropOldest();
                buffer.dropOldest();
              }
              model.push(next);
              buffer.push(next);
              next += 1;
              break;
            case "join":
              model.cursors.set(buffer.join("replay"), model.replayStart);
              break;
            case "joinOldest": {
              const { head } = model;
              model.cursors.set(buffer.join("oldest"), head);
              break;
            }
            case "leave":
              if (cursor === undefined) break;
              model.cursors.delete(cursor);
              buffer.leave(cursor);
              break;
            case "take": {
              if (cursor === undefined) break;
              const position = model.cursors.get(cursor) ?? 0;
              const expected = position < model.values.length ? model.values[position] : NOTHING;
              expect(buffer.take(cursor)).toBe(expected);
              if (expected !== NOTHING) model.cursors.set(cursor, position + 1);
              break;
            }
            case "reset":
              model.replayStart = model.values.length;
              buffer.resetReplay();
              break;
          }
          expect(buffer.full).toBe(model.full);
          expect(buffer.drained).toBe(model.slowest === model.values.length);
          expect(buffer.replayCache).toEqual(model.values.slice(model.replayStart));
        }
      },
    ),
    { numRuns: 500 },
  );
});
