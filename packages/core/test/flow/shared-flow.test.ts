import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { DONE } from "../../src/done.js";
import type { SharedFlow } from "../../src/flow/flow.js";
import { MutableSharedFlow } from "../../src/flow/shared-flow.js";
import { collected, gate, isPending, SlowCollector, settle } from "./collected.js";

describe("a shared flow without collectors", () => {
  it("emits at once and keeps nothing by default", async () => {
    const flow = MutableSharedFlow<number>();
    expect(flow.tryEmit(1)).toBe(true);
    await flow.emit(2);
    expect(flow.replayCache).toEqual([]);
    expect(collected(flow)).toEqual([]);
  });

  it("keeps the last `replay` values, however small the policy's buffer", async () => {
    for (const onBufferOverflow of ["suspend", "dropOldest", "dropLatest"] as const) {
      const flow = MutableSharedFlow<number>({ replay: 2, onBufferOverflow });
      for (const value of [1, 2, 3, 4]) expect(flow.tryEmit(value)).toBe(true);
      expect(flow.replayCache).toEqual([3, 4]);
    }
  });

  it("does not use the extra buffer", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 8 });
    flow.tryEmit(1);
    const values = collected(flow);
    await settle();
    expect(values).toEqual([]);
  });
});

describe("replay", () => {
  it("comes first for a new collector, before what is emitted later", async () => {
    const flow = MutableSharedFlow<number>({ replay: 2, extraBufferCapacity: 2 });
    for (const value of [1, 2, 3]) flow.tryEmit(value);
    const values = collected(flow);
    flow.tryEmit(4);
    await settle();
    expect(values).toEqual([2, 3, 4]);
  });

  it("rolls on under collectors that keep up", async () => {
    const flow = MutableSharedFlow<number>({ replay: 2 });
    const values = collected(flow);
    for (const value of [1, 2, 3, 4, 5]) await flow.emit(value);
    await settle();
    expect(values).toEqual([1, 2, 3, 4, 5]);
    expect(flow.replayCache).toEqual([4, 5]);
  });

  it("is forgotten by reset, but not by those who collect already", async () => {
    const flow = MutableSharedFlow<number>({ replay: 3 });
    const before = collected(flow);
    flow.tryEmit(1);
    flow.tryEmit(2);
    flow.resetReplayCache();
    const after = collected(flow);
    expect(flow.replayCache).toEqual([]);
    await flow.emit(3);
    await settle();
    expect(before).toEqual([1, 2, 3]);
    expect(after).toEqual([3]);
    expect(flow.replayCache).toEqual([3]);
  });

  it("is a copy that cannot change the flow", () => {
    const flow = MutableSharedFlow<number>({ replay: 1 });
    flow.tryEmit(1);
    (flow.replayCache as number[]).push(2);
    expect(flow.replayCache).toEqual([1]);
  });
});

describe("without a buffer", () => {
  it("emit waits until every collector has taken the value", async () => {
    const flow = MutableSharedFlow<number>();
    const fast = collected(flow);
    const slow = new SlowCollector(flow);
    await flow.emit(1);
    const second = flow.emit(2);
    expect(await isPending(second)).toBe(true);
    expect(fast).toEqual([1, 2]);
    expect(slow.taken).toEqual([1]);
    await slow.release();
    await second;
    expect(slow.taken).toEqual([1, 2]);
  });

  it("tryEmit is false with a collector, true without", async () => {
    const flow = MutableSharedFlow<number>();
    const controller = new AbortController();
    const values = collected(flow, controller.signal);
    expect(flow.tryEmit(1)).toBe(false);
    controller.abort();
    expect(flow.tryEmit(2)).toBe(true);
    await settle();
    expect(values).toEqual([]);
  });

  it("gives a value that is being handed over to who comes meanwhile", async () => {
    const flow = MutableSharedFlow<number>();
    const slow = new SlowCollector(flow);
    await flow.emit(1);
    const second = flow.emit(2);
    const late = collected(flow);
    await slow.release();
    await second;
    await settle();
    expect(late).toEqual([2]);
  });

  it("emitters in line are let in one at a time, in order", async () => {
    const flow = MutableSharedFlow<number>();
    const slow = new SlowCollector(flow);
    const done: number[] = [];
    for (const value of [1, 2, 3]) flow.emit(value).then(() => done.push(value));
    await settle();
    expect(done).toEqual([1]);
    await slow.release();
    expect(done).toEqual([1, 2]);
    await slow.release();
    expect(done).toEqual([1, 2, 3]);
    await slow.release();
    expect(slow.taken).toEqual([1, 2, 3]);
  });
});

describe('under "suspend"', () => {
  it("emit waits only when the slowest collector's buffer is full", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 2 });
    const slow = new SlowCollector(flow);
    await flow.emit(1);
    await settle();
    expect(slow.taken).toEqual([1]);
    expect(flow.tryEmit(2)).toBe(true);
    expect(flow.tryEmit(3)).toBe(true);
    expect(flow.tryEmit(4)).toBe(false);
    const fourth = flow.emit(4);
    expect(await isPending(fourth)).toBe(true);
    expect(flow.tryEmit(5)).toBe(false);
    await slow.release();
    await fourth;
    await slow.release(3);
    expect(slow.taken).toEqual([1, 2, 3, 4]);
  });

  it("counts replay as buffer", async () => {
    const flow = MutableSharedFlow<number>({ replay: 1, extraBufferCapacity: 1 });
    const slow = new SlowCollector(flow);
    await flow.emit(1);
    await settle();
    expect([2, 3, 4].map((value) => flow.tryEmit(value))).toEqual([true, true, false]);
    await slow.release(2);
    expect(slow.taken).toEqual([1, 2, 3]);
  });

  it("a full replay cache does not make a new collector's emitters wait once it has read", async () => {
    const flow = MutableSharedFlow<number>({ replay: 2 });
    flow.tryEmit(1);
    flow.tryEmit(2);
    const values = collected(flow);
    expect(flow.tryEmit(3)).toBe(false);
    await flow.emit(3);
    await settle();
    expect(values).toEqual([1, 2, 3]);
  });

  it("a fast collector gets nothing ahead of a slow one's buffer, and nothing is lost", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 1 });
    const fast = collected(flow);
    const slow = new SlowCollector(flow);
    const emitted = (async () => {
      for (let value = 0; value < 6; value++) await flow.emit(value);
    })();
    await settle();
    expect(fast).toEqual([0, 1]);
    await slow.release(6);
    await emitted;
    expect(fast).toEqual([0, 1, 2, 3, 4, 5]);
    expect(slow.taken).toEqual([0, 1, 2, 3, 4, 5]);
  });

  for (const extraBufferCapacity of [0, 1]) {
    it(`a collector that leaves frees the emitters that wait for it (buffer ${extraBufferCapacity})`, async () => {
      const flow = MutableSharedFlow<number>({ extraBufferCapacity });
      const fast = collected(flow);
      const slow = new SlowCollector(flow);
      const emitted = Promise.all([1, 2, 3, 4].map((value) => flow.emit(value)));
      expect(await isPending(emitted)).toBe(true);
      slow.leave();
      await emitted;
      await settle();
      expect(fast).toEqual([1, 2, 3, 4]);
    });

    it(`the last collector's departure frees everyone and keeps only the replay (buffer ${extraBufferCapacity})`, async () => {
      const flow = MutableSharedFlow<number>({ extraBufferCapacity, replay: extraBufferCapacity });
      const slow = new SlowCollector(flow);
      const emitted = Promise.all([1, 2, 3, 4].map((value) => flow.emit(value)));
      await settle();
      slow.leave();
      await emitted;
      expect(flow.replayCache).toEqual(extraBufferCapacity === 0 ? [] : [4]);
    });
  }
});

describe("under the policies that drop", () => {
  it('"dropOldest" takes the oldest value from the collector that is too slow, and from no other', async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 2, onBufferOverflow: "dropOldest" });
    const slow = new SlowCollector(flow);
    const fast = collected(flow);
    for (const value of [1, 2, 3, 4, 5]) {
      expect(flow.tryEmit(value)).toBe(true);
      await settle();
    }
    await slow.release(3);
    expect(slow.taken).toEqual([1, 4, 5]);
    expect(fast).toEqual([1, 2, 3, 4, 5]);
  });

  it('"dropLatest" drops what is being emitted, for everyone', async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 2, onBufferOverflow: "dropLatest" });
    const slow = new SlowCollector(flow);
    const fast = collected(flow);
    for (const value of [1, 2, 3, 4, 5]) {
      await flow.emit(value);
      await settle();
    }
    await slow.release(3);
    expect(slow.taken).toEqual([1, 2, 3]);
    expect(fast).toEqual([1, 2, 3]);
  });

  it("never make emit wait, and keep no more than the buffer", async () => {
    for (const onBufferOverflow of ["dropOldest", "dropLatest"] as const) {
      const flow = MutableSharedFlow<number>({ replay: 1, extraBufferCapacity: 2, onBufferOverflow });
      const stuck = new SlowCollector(flow);
      const resolved = flow.emit(0);
      await settle();
      for (let value = 1; value <= 1000; value++) expect(flow.emit(value)).toBe(resolved);
      await stuck.release(10);
      expect(stuck.taken).toEqual(onBufferOverflow === "dropOldest" ? [0, 998, 999, 1000] : [0, 1, 2, 3]);
      expect(flow.replayCache).toEqual(onBufferOverflow === "dropOldest" ? [1000] : [3]);
    }
  });

  it("need a buffer, and name both options when there is none", () => {
    for (const onBufferOverflow of ["dropOldest", "dropLatest"] as const) {
      const make = (): unknown => MutableSharedFlow({ onBufferOverflow });
      expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      expect(make).toThrow(/replay \+ extraBufferCapacity.*onBufferOverflow/);
    }
  });
});

describe("options", () => {
  it.each([
    ["replay", { replay: -1 }],
    ["replay", { replay: 1.5 }],
    ["extraBufferCapacity", { extraBufferCapacity: Number.NaN }],
    ["onBufferOverflow", { onBufferOverflow: "drop" as "suspend" }],
  ])("%s is checked and named", (option, options) => {
    expect(() => MutableSharedFlow(options)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", option }));
  });
});

describe("collect", () => {
  it("never calls the collector from inside collect or emit", async () => {
    const flow = MutableSharedFlow<number>({ replay: 1, extraBufferCapacity: 1 });
    flow.tryEmit(1);
    const values = collected(flow);
    flow.tryEmit(2);
    expect(values).toEqual([]);
    await settle();
    expect(values).toEqual([1, 2]);
  });

  it("never runs one collector twice at once", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 16 });
    let running = 0;
    let most = 0;
    let taken = 0;
    flow.collect(async () => {
      most = Math.max(most, ++running);
      await settle();
      running -= 1;
      taken += 1;
    });
    for (let value = 0; value < 8; value++) flow.tryEmit(value);
    await vi.waitFor(() => expect(taken).toBe(8));
    expect(most).toBe(1);
  });

  it("rejects with the signal's reason, at once, while the collector runs", async () => {
    const flow = MutableSharedFlow<number>();
    const controller = new AbortController();
    const stuck = gate();
    const ending = flow.collect(() => stuck.opened, { signal: controller.signal });
    await flow.emit(1);
    const reason = new Error("gone");
    controller.abort(reason);
    await expect(ending).rejects.toBe(reason);
    expect(flow.subscriptionCount.value).toBe(0);
    stuck.open();
    await settle();
  });

  it("does not subscribe on a signal that has aborted", async () => {
    const flow = MutableSharedFlow<number>({ replay: 1 });
    flow.tryEmit(1);
    const collector = vi.fn();
    const ending = flow.collect(collector, { signal: AbortSignal.abort("late") });
    expect(flow.subscriptionCount.value).toBe(0);
    await expect(ending).rejects.toBe("late");
    expect(collector).not.toHaveBeenCalled();
  });

  it("stops between two queued values when its collector aborts it", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 4 });
    const controller = new AbortController();
    const values: number[] = [];
    const ending = flow.collect(
      (value) => {
        values.push(value);
        if (value === 2) controller.abort("enough");
      },
      { signal: controller.signal },
    );
    for (const value of [1, 2, 3]) flow.tryEmit(value);
    await expect(ending).rejects.toBe("enough");
    expect(values).toEqual([1, 2]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("bad");
      },
    ],
    ["rejects", () => Promise.reject(new Error("bad"))],
  ])("rejects when its collector %s, and others go on", async (_, failing) => {
    const flow = MutableSharedFlow<number>();
    const ending = flow.collect(failing);
    const values = collected(flow);
    ending.catch(() => {});
    await flow.emit(1);
    await expect(ending).rejects.toThrow("bad");
    await flow.emit(2);
    expect(values).toEqual([1, 2]);
    expect(flow.subscriptionCount.value).toBe(1);
  });

  it("swallows what a collector does after its abort", async () => {
    const flow = MutableSharedFlow<number>();
    const controller = new AbortController();
    const stuck = gate();
    const ending = flow.collect(
      async () => {
        await stuck.opened;
        throw new Error("too late to matter");
      },
      { signal: controller.signal },
    );
    await flow.emit(1);
    controller.abort("over");
    await expect(ending).rejects.toBe("over");
    stuck.open();
    await settle();
  });

  it("waits for any thenable, and only once for one that calls back twice", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 4 });
    const callbacks: (() => void)[] = [];
    const values: number[] = [];
    const twice = (resolve: () => void): void => void callbacks.push(resolve, resolve);
    flow.collect((value) => {
      values.push(value);
      const thenable = {};
      Reflect.set(thenable, "then", twice);
      return thenable;
    });
    for (const value of [1, 2, 3]) flow.tryEmit(value);
    await settle();
    for (const callback of callbacks.splice(0)) callback();
    await settle();
    expect(values).toEqual([1, 2]);
  });

  it("leaves no listener on the signal", async () => {
    const flow = MutableSharedFlow<number>();
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, "removeEventListener");
    const added = vi.spyOn(signal, "addEventListener");
    const ending = flow.collect(() => Promise.reject(new Error("bad")), { signal });
    await flow.emit(1);
    await expect(ending).rejects.toThrow("bad");
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed).toHaveBeenCalledWith(...(added.mock.calls[0] as [string, () => void]));
  });

  it("may emit to its own flow", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 4 });
    const values: number[] = [];
    flow.collect((value) => {
      values.push(value);
      if (value < 5) flow.tryEmit(value + 1);
    });
    flow.tryEmit(1);
    await settle();
    expect(values).toEqual([1, 2, 3, 4, 5]);
  });

  it("keeps one order of emission for all collectors and emitters", async () => {
    const flow = MutableSharedFlow<string>({ extraBufferCapacity: 3 });
    const seen = [collected(flow), collected(flow)];
    const late = new SlowCollector(flow);
    const emitters = ["a", "b", "c"].map(async (name) => {
      for (let value = 0; value < 20; value++) await flow.emit(`${name}${value}`);
    });
    await late.release(70);
    await Promise.all(emitters);
    expect(seen[0]).toHaveLength(60);
    expect(seen[1]).toEqual(seen[0]);
    expect(late.taken).toEqual(seen[0]);
    for (const name of ["a", "b", "c"]) {
      const own = seen[0]?.filter((value) => value.startsWith(name));
      expect(own).toEqual(Array.from({ length: 20 }, (_, value) => `${name}${value}`));
    }
  });

  it("carries undefined like any value", async () => {
    const flow = MutableSharedFlow<undefined>({ extraBufferCapacity: 2 });
    const values = collected(flow);
    flow.tryEmit(undefined);
    flow.tryEmit(undefined);
    await settle();
    expect(values).toEqual([undefined, undefined]);
  });
});

/** Runs `action` and counts the calls of `then` in it. A spy would call `then` itself. */
function countThens<R>(action: () => R): { readonly result: R; readonly calls: number } {
  const { then } = Promise.prototype;
  let calls = 0;
  Reflect.set(Promise.prototype, "then", function counting(this: unknown, ...args: unknown[]): unknown {
    calls += 1;
    return Reflect.apply(then, this, args);
  });
  try {
    const result = action();
    return { result, calls };
  } finally {
    Reflect.set(Promise.prototype, "then", then);
  }
}

describe("a broadcast", () => {
  it("to 1,000 fast collectors schedules one microtask for a burst of values and makes no promise", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 16 });
    let taken = 0;
    for (let collector = 0; collector < 1000; collector++) flow.collect(() => void taken++);
    await settle();
    const { result: resolved, calls: chained } = countThens(() => {
      const first = flow.emit(0);
      for (let value = 1; value < 16; value++) expect(flow.emit(value)).toBe(first);
      return first;
    });
    expect(chained).toBe(1);
    await resolved;
    await settle();
    expect(taken).toBe(16_000);
  });

  it("reaches a collector as a whole, where each value is awaited and there is room for all", async () => {
    const flow = MutableSharedFlow<string>({ extraBufferCapacity: 16 });
    const order: string[] = [];
    for (const name of ["a", "b"]) flow.collect((value) => void order.push(`${name}${value}`));
    await settle();
    for (const value of ["1", "2", "3"]) await flow.emit(value);
    await settle();
    expect(order).toEqual(["a1", "a2", "a3", "b1", "b2", "b3"]);
  });

  it("waits for no more values than there is room for", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 4 });
    const values = collected(flow);
    const most: number[] = [];
    for (let value = 0; value < 12; value++) {
      await flow.emit(value);
      most.push(value + 1 - values.length);
    }
    expect(Math.max(...most)).toBeLessThanOrEqual(4);
    await settle();
    expect(values).toHaveLength(12);
  });

  it("that drops what a collector is late for gives it the time of each await", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 1, onBufferOverflow: "dropOldest" });
    const values = collected(flow);
    for (const value of [1, 2, 3]) await flow.emit(value);
    await settle();
    expect(values).toEqual([1, 2, 3]);
  });

  it("hands over the next value at once where a session had room for the last", async () => {
    const flow = MutableSharedFlow<string>({ extraBufferCapacity: 16 });
    const order: string[] = [];
    for (const name of ["a", "b"]) {
      flow.collect((value) => {
        order.push(`${name}${value}`);
        return DONE;
      });
    }
    for (const value of ["1", "2", "3"]) flow.tryEmit(value);
    await settle();
    expect(order).toEqual(["a1", "a2", "a3", "b1", "b2", "b3"]);
  });

  it("is not held up by collectors that come and go", async () => {
    const flow = MutableSharedFlow<number>({ replay: 1, extraBufferCapacity: 2 });
    const steady = collected(flow);
    for (let value = 0; value < 200; value++) {
      const controller = new AbortController();
      collected(flow, controller.signal);
      const leaver = new SlowCollector(flow);
      await flow.emit(value);
      controller.abort();
      leaver.leave();
    }
    await settle();
    expect(steady).toEqual(Array.from({ length: 200 }, (_, value) => value));
    expect(flow.subscriptionCount.value).toBe(1);
  });
});

describe("for await", () => {
  it("gets the values and withdraws on break", async () => {
    const flow = MutableSharedFlow<number>({ replay: 3 });
    for (const value of [1, 2, 3]) flow.tryEmit(value);
    const values: number[] = [];
    for await (const value of flow) {
      values.push(value);
      expect(flow.subscriptionCount.value).toBe(1);
      if (value === 2) break;
    }
    expect(values).toEqual([1, 2]);
    expect(flow.subscriptionCount.value).toBe(0);
  });

  it("is a slow collector while its body runs, and break frees the emitter", async () => {
    const flow = MutableSharedFlow<number>();
    const stuck = gate();
    const loop = (async () => {
      for await (const _ of flow) {
        await stuck.opened;
        break;
      }
    })();
    await flow.emit(1);
    const second = flow.emit(2);
    expect(await isPending(second)).toBe(true);
    stuck.open();
    await loop;
    await second;
  });

  it("subscribes at the first next, not before", () => {
    const flow = MutableSharedFlow<number>();
    const iterator = flow.values();
    expect(flow.subscriptionCount.value).toBe(0);
    void iterator.next();
    expect(flow.subscriptionCount.value).toBe(1);
  });

  it("ends pending calls of next on return", async () => {
    const iterator = MutableSharedFlow<number>().values();
    const pending = [iterator.next(), iterator.next()];
    await iterator.return?.();
    expect(await Promise.all(pending)).toEqual([{ done: true }, { done: true }]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("serves several calls of next in order", async () => {
    const flow = MutableSharedFlow<number>({ extraBufferCapacity: 2 });
    const iterator = flow.values();
    const pending = [iterator.next(), iterator.next()];
    flow.tryEmit(1);
    flow.tryEmit(2);
    expect((await Promise.all(pending)).map((result) => result.value)).toEqual([1, 2]);
  });

  it("with a signal throws its reason, whether it waits or works", async () => {
    for (const waits of [true, false]) {
      const flow = MutableSharedFlow<number>({ replay: 1 });
      flow.tryEmit(1);
      const controller = new AbortController();
      const loop = (async () => {
        for await (const _ of flow.values({ signal: controller.signal })) if (!waits) controller.abort("over");
      })();
      const ending = expect(loop).rejects.toBe("over");
      await settle();
      if (waits) controller.abort("over");
      await ending;
      expect(flow.subscriptionCount.value).toBe(0);
    }
  });

  it("with a signal that has aborted throws before it subscribes", async () => {
    const flow = MutableSharedFlow<number>();
    const iterator = flow.values({ signal: AbortSignal.abort("late") });
    await expect(iterator.next()).rejects.toBe("late");
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});

describe("subscriptionCount", () => {
  it("is a flow of the number of collectors", async () => {
    const flow = MutableSharedFlow<number>();
    const counts = collected(flow.subscriptionCount);
    await settle();
    const controller = new AbortController();
    collected(flow, controller.signal);
    collected(flow, controller.signal);
    await settle();
    controller.abort();
    await settle();
    expect(counts).toEqual([0, 2, 0]);
  });

  it("cannot be set", () => {
    const { subscriptionCount } = MutableSharedFlow<number>();
    expect(() => Object.assign(subscriptionCount, { value: 7 })).toThrow(TypeError);
    expect(subscriptionCount.value).toBe(0);
  });
});

describe("asSharedFlow", () => {
  it("shows the same values", async () => {
    const flow = MutableSharedFlow<number>({ replay: 1 });
    const view = flow.asSharedFlow();
    flow.tryEmit(1);
    expect(view.replayCache).toEqual([1]);
    const values = collected(view);
    await flow.emit(2);
    await settle();
    expect(values).toEqual([1, 2]);
    for await (const value of view) {
      expect(value).toBe(2);
      break;
    }
  });

  it("has no way back to emit, at run time either", () => {
    const flow = MutableSharedFlow<number>();
    const view = flow.asSharedFlow();
    expectTypeOf(view).toEqualTypeOf<SharedFlow<number>>();
    for (const name of ["emit", "tryEmit", "resetReplayCache", "subscriptionCount"]) expect(name in view).toBe(false);
    const reachable: unknown[] = [...Reflect.ownKeys(view)].map((key) => Reflect.get(view, key));
    expect(reachable).not.toContain(flow);
  });
});
