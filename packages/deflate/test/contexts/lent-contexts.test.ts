import { beforeEach, expect, test } from "vitest";
import type { Context } from "../../src/contexts/context.js";
import { LENT_FOR, LentContexts } from "../../src/contexts/lent-contexts.js";

class TestContext implements Context {
  closed = false;
  resets = 0;

  reset(): void {
    this.resets += 1;
  }

  close(): void {
    this.closed = true;
  }
}

let now = 0;
let made: TestContext[] = [];
let contexts: LentContexts<TestContext>;

beforeEach(() => {
  now = 0;
  made = [];
  contexts = new LentContexts(
    () => {
      const context = new TestContext();
      made.push(context);
      return context;
    },
    () => now,
  );
});

test("a session keeps its context from message to message, also behind a pause that hurts nobody", () => {
  const session = contexts.source();
  for (let message = 0; message < 3; message++) {
    session.release(session.acquire());
    now += 10 * LENT_FOR;
  }
  expect(made).toHaveLength(1);
  expect(made[0]?.resets).toBe(0);
});

test("a context that was idle for long goes to the session that needs one, without what was in it", () => {
  const [one, other] = [contexts.source(), contexts.source()];
  const context = one.acquire();
  one.release(context);
  now += LENT_FOR;
  expect(other.acquire()).toBe(context);
  expect(context.resets).toBe(1);
  // The first gets another when it needs one.
  expect(one.acquire()).not.toBe(context);
  expect(made).toHaveLength(2);
});

test("of several idle ones the one goes that was idle for the longest", () => {
  const sessions = [contexts.source(), contexts.source(), contexts.source()];
  const [first, second, third] = sessions.map((session) => session.acquire());
  for (const [index, context] of [second, first, third].entries()) {
    const owner = sessions[context === first ? 0 : context === second ? 1 : 2];
    if (context !== undefined) owner?.release(context);
    now += index;
  }
  now += LENT_FOR;
  expect(contexts.source().acquire()).toBe(second);
  expect(contexts.source().acquire()).toBe(first);
  expect(contexts.source().acquire()).toBe(third);
  expect(contexts.source().acquire()).toBe(made[3]);
});

test("no context goes away from a session that sent a moment ago, or whose message is under way", () => {
  const [recent, busy, other] = [contexts.source(), contexts.source(), contexts.source()];
  const context = busy.acquire();
  now += 10 * LENT_FOR;
  recent.release(recent.acquire());
  now += LENT_FOR - 1;
  other.acquire();
  expect(made).toHaveLength(3);
  expect(made.map(({ resets }) => resets)).toEqual([0, 0, 0]);
  busy.release(context);
});

test("a session that ends closes its context, and leaves nothing to others", () => {
  const [idle, busy] = [contexts.source(), contexts.source()];
  idle.release(idle.acquire());
  const context = busy.acquire();
  idle.close();
  // What closes a message under way is its own, and gives it back after that.
  busy.close();
  busy.release(context);
  expect(made.map(({ closed }) => closed)).toEqual([true, true]);
  now += 10 * LENT_FOR;
  expect(contexts.source().acquire()).toBe(made[2]);
});

test("a session whose context failed gets a new one", () => {
  const session = contexts.source();
  const context = session.acquire();
  context.close();
  session.release(context);
  expect(session.acquire()).toBe(made[1]);
});

test("a session that lost its context can end", () => {
  const [one, other] = [contexts.source(), contexts.source()];
  one.release(one.acquire());
  now += LENT_FOR;
  const context = other.acquire();
  one.close();
  expect(context.closed).toBe(false);
});
