import { describe, expect, expectTypeOf, it } from "vitest";
import type { StateFlow } from "../../src/flow/flow.js";
import type { MutableSharedFlow } from "../../src/flow/shared-flow.js";
import { MutableStateFlow } from "../../src/flow/state-flow.js";
import { collected, SlowCollector, settle } from "./collected.js";

describe("a state flow", () => {
  it("gives a collector the current value first, then each change", async () => {
    const flow = MutableStateFlow("a");
    const values = collected(flow);
    await settle();
    flow.value = "b";
    await settle();
    await flow.emit("c");
    await settle();
    expect(values).toEqual(["a", "b", "c"]);
    expect(flow.value).toBe("c");
  });

  it("conflates: a slow collector gets the newest value only", async () => {
    const flow = MutableStateFlow(0);
    const slow = new SlowCollector(flow);
    await settle();
    for (let value = 1; value <= 100; value++) expect(flow.tryEmit(value)).toBe(true);
    await slow.release();
    expect(slow.taken).toEqual([0, 100]);
  });

  it("never gives the same value twice in a row, also when it changed and changed back meanwhile", async () => {
    const flow = MutableStateFlow("a");
    const slow = new SlowCollector(flow);
    await settle();
    flow.value = "b";
    flow.value = "a";
    await slow.release();
    expect(slow.taken).toEqual(["a"]);
    flow.value = "c";
    await settle();
    expect(slow.taken).toEqual(["a", "c"]);
  });

  it.each([
    ["NaN is itself", Number.NaN, Number.NaN, 1],
    ["0 and -0 differ", 0, -0, 2],
    ["equal objects differ", {}, {}, 2],
    ["undefined is a value", undefined, undefined, 1],
  ])("compares with Object.is: %s", async (_, first, second, count) => {
    const flow = MutableStateFlow<unknown>(first);
    const values = collected(flow);
    await settle();
    flow.value = second;
    await settle();
    expect(values).toHaveLength(count);
  });

  it("updates from the value that is there, also when the change sets the flow itself", () => {
    const flow = MutableStateFlow(1);
    flow.update((value) => value + 1);
    expect(flow.value).toBe(2);
    let first = true;
    flow.update((value) => {
      if (first) flow.value = 10;
      first = false;
      return value + 1;
    });
    expect(flow.value).toBe(11);
  });

  it("compares and sets", () => {
    const flow = MutableStateFlow("a");
    expect(flow.compareAndSet("b", "c")).toBe(false);
    expect(flow.value).toBe("a");
    expect(flow.compareAndSet("a", "c")).toBe(true);
    expect(flow.compareAndSet("c", "c")).toBe(true);
    expect(flow.value).toBe("c");
  });

  it("has its value as replay cache, which cannot be reset", () => {
    const flow = MutableStateFlow("a");
    expect(flow.replayCache).toEqual(["a"]);
    expect(() => flow.resetReplayCache()).toThrow(expect.objectContaining({ code: "STATE_FLOW_REPLAY" }));
  });

  it("counts its collectors", async () => {
    const flow = MutableStateFlow("a");
    collected(flow);
    expect(flow.subscriptionCount.value).toBe(1);
    const controller = new AbortController();
    collected(flow, controller.signal);
    expect(flow.subscriptionCount.value).toBe(2);
    controller.abort();
    expect(flow.subscriptionCount.value).toBe(1);
    expect(flow.subscriptionCount).toBe(flow.subscriptionCount);
  });

  it("is iterable, and break withdraws", async () => {
    const flow = MutableStateFlow(1);
    for await (const value of flow) {
      if (value === 3) break;
      flow.value = value + 1;
    }
    expect(flow.value).toBe(3);
    expect(flow.subscriptionCount.value).toBe(0);
  });

  it("shows itself read-only, without a way back", async () => {
    const flow = MutableStateFlow("a");
    const view = flow.asStateFlow();
    expectTypeOf(view).toEqualTypeOf<StateFlow<string>>();
    expect(view.value).toBe("a");
    expect(() => Object.assign(view, { value: "b" })).toThrow(TypeError);
    for (const name of ["emit", "tryEmit", "update", "compareAndSet"]) {
      expect(name in view).toBe(false);
      expect(name in flow.asSharedFlow()).toBe(false);
    }
    const values = collected(view);
    await settle();
    flow.value = "b";
    await settle();
    expect(values).toEqual(["a", "b"]);
    expect(view.value).toBe("b");
  });

  it("is a mutable shared flow too, as in kotlinx", () => {
    expectTypeOf<MutableStateFlow<string>>().toExtend<MutableSharedFlow<string>>();
  });
});
