import { expect, test } from "vitest";
import { InOrder } from "../../src/contexts/in-order.js";

test("a job runs at once while none is under way", () => {
  expect(new InOrder().run(() => 1)).toBe(1);
});

test("a job waits for those before it, also when they fail", async () => {
  const order = new InOrder();
  const started: string[] = [];
  let fail: (error: Error) => void = () => {};
  const first = order.run(() => {
    started.push("first");
    return new Promise<number>((_resolve, reject) => {
      fail = reject;
    });
  });
  const second = order.run(() => {
    started.push("second");
    return 2;
  });
  const third = order.run(() => Promise.resolve(3));
  expect(started).toEqual(["first"]);
  fail(new Error("no"));
  await expect(first).rejects.toThrow("no");
  expect(await Promise.all([second, third])).toEqual([2, 3]);
  expect(started).toEqual(["first", "second"]);
  expect(await order.run(() => 4)).toBe(4);
});

test("a job that throws at once throws to its caller, and the next runs", () => {
  const order = new InOrder();
  expect(() =>
    order.run(() => {
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(order.run(() => 1)).toBe(1);
});

test("is synchronous again when all is done", async () => {
  const order = new InOrder();
  await order.run(() => Promise.resolve(1));
  await Promise.resolve();
  await Promise.resolve();
  expect(order.run(() => 2)).toBe(2);
});
