import { describe, expect, it } from "vitest";
import { Channel } from "../../src/channel/channel.js";
import { settle } from "../support/fake-platform.js";

interface Setup {
  readonly channel: Channel<string>;
  /** What the owner was told. */
  readonly told: string[];
}

function setup(capacity = 4, maxBytes = 1000): Setup {
  const told: string[] = [];
  const channel = new Channel<string>({
    bounds: { capacity, maxBytes },
    sizeOf: (element) => element.length,
    room: () => told.push("room"),
    exhausted: () => told.push("exhausted"),
    cancelled: () => told.push("cancelled"),
  });
  return { channel, told };
}

const ENDED = { code: "CLOSED_RECEIVE_CHANNEL" };

describe("a channel", () => {
  it("gives what was put in, in order, and lets readers wait", async () => {
    const { channel } = setup();
    channel.put("a");
    channel.put("b");
    expect(await channel.receive()).toBe("a");
    expect(await channel.receive()).toBe("b");
    const waiting = channel.receive();
    channel.put("c");
    expect(await waiting).toBe("c");
    expect(channel.length).toBe(0);
  });

  it("keeps order over many elements, taken and put in turns", async () => {
    const { channel } = setup(10_000, 1_000_000);
    const taken: string[] = [];
    for (let round = 0; round < 50; round++) {
      for (let index = 0; index < 20; index++) channel.put(String(round * 20 + index));
      for (let index = 0; index < (round % 3) * 15; index++) {
        const result = channel.tryReceive();
        if (result.ok) taken.push(result.value);
      }
    }
    channel.close();
    for await (const element of channel) taken.push(element);
    expect(taken).toEqual(Array.from({ length: 1000 }, (_, index) => String(index)));
  });

  it("serves waiting readers in the order in which they came, whichever way they read", async () => {
    const { channel } = setup();
    const iterator = channel[Symbol.asyncIterator]();
    const waiting = [channel.receive(), channel.receiveCatching(), iterator.next(), channel.receive()];
    for (const element of ["a", "b", "c", "d"]) channel.put(element);
    expect(await Promise.all(waiting)).toEqual(["a", { ok: true, value: "b" }, { done: false, value: "c" }, "d"]);
  });

  it("gives each element to exactly one of several readers", async () => {
    const { channel } = setup(100);
    const taken: string[][] = [[], [], []];
    const readers = taken.map(async (mine) => {
      for await (const element of channel) {
        mine.push(element);
        await settle();
      }
    });
    for (let index = 0; index < 30; index++) {
      channel.put(String(index));
      if (index % 4 === 0) await settle();
    }
    channel.close();
    await Promise.all(readers);
    expect(taken.every((mine) => mine.length > 0)).toBe(true);
    expect(taken.flat().sort()).toEqual(Array.from({ length: 30 }, (_, index) => String(index)).sort());
  });

  it("counts free places: those of the queue, and one for each reader that waits", () => {
    const { channel } = setup(2);
    expect(channel.freePlaces).toBe(2);
    void channel.receive();
    expect(channel.freePlaces).toBe(3);
    channel.put("a");
    expect(channel.freePlaces).toBe(2);
    channel.put("b");
    channel.put("c");
    expect(channel.freePlaces).toBe(0);
    channel.tryReceive();
    expect(channel.freePlaces).toBe(1);
  });

  it("counts bytes, and has no place where they are used up", () => {
    const { channel } = setup(10, 8);
    channel.put("12345");
    expect(channel.freeBytes).toBe(3);
    expect(channel.freePlaces).toBe(9);
    channel.put("12345");
    expect(channel.freeBytes).toBe(-2);
    expect(channel.freePlaces).toBe(0);
    channel.tryReceive();
    expect(channel.freeBytes).toBe(3);
    expect(channel.freePlaces).toBe(9);
  });

  it("tells its owner once that there is room, if it asked", () => {
    const { channel, told } = setup(2);
    channel.put("a");
    channel.put("b");
    channel.tryReceive();
    expect(told).toEqual([]);
    channel.notifyRoom();
    channel.tryReceive();
    channel.put("c");
    channel.tryReceive();
    expect(told).toEqual(["room"]);
  });

  it("tries: something, nothing now, nothing ever", () => {
    const { channel } = setup();
    expect(channel.tryReceive()).toEqual({ ok: false, closed: false });
    channel.put("a");
    expect(channel.tryReceive()).toEqual({ ok: true, value: "a" });
    channel.close();
    expect(channel.tryReceive()).toEqual({ ok: false, closed: true, cause: undefined });
    const failed = setup().channel;
    const cause = new Error("broken");
    failed.close(cause);
    expect(failed.tryReceive()).toEqual({ ok: false, closed: true, cause });
  });
});

describe("aborting a receive", () => {
  it("withdraws the reader and loses nothing", async () => {
    const { channel } = setup();
    const abort = new AbortController();
    const first = channel.receive({ signal: abort.signal });
    const second = channel.receive();
    abort.abort(new Error("enough"));
    channel.put("a");
    channel.put("b");
    await expect(first).rejects.toThrow("enough");
    expect(await second).toBe("a");
    expect(await channel.receive()).toBe("b");
  });

  it("takes nothing when the signal was aborted before", async () => {
    const { channel } = setup();
    channel.put("a");
    await expect(channel.receive({ signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
    expect(channel.length).toBe(1);
  });

  it("changes nothing once the element came, and the signal keeps no listener", async () => {
    const { channel } = setup();
    const abort = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = abort.signal;
    abort.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(abort.signal, args);
    };
    abort.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(abort.signal, args);
    };
    const received = channel.receive({ signal: abort.signal });
    const other = channel.receive();
    channel.put("a");
    abort.abort();
    channel.put("b");
    expect(await received).toBe("a");
    expect(await other).toBe("b");
    const ended = channel.receive({ signal: new AbortController().signal });
    channel.close();
    await expect(ended).rejects.toMatchObject(ENDED);
    expect(listeners).toBe(0);
  });
});

describe("iterating", () => {
  it("goes on after a break", async () => {
    const { channel } = setup(10);
    for (const element of ["a", "b", "c", "d"]) channel.put(element);
    const taken: string[] = [];
    for await (const element of channel) {
      taken.push(element);
      if (element === "b") break;
    }
    expect(channel.isClosedForReceive).toBe(false);
    channel.close();
    for await (const element of channel) taken.push(element);
    expect(taken).toEqual(["a", "b", "c", "d"]);
  });

  it("ends at once where everything was read", async () => {
    const { channel } = setup();
    channel.close();
    for await (const _ of channel) throw new Error("There is nothing");
    for await (const _ of channel) throw new Error("There is still nothing");
    expect(channel.isClosedForReceive).toBe(true);
  });

  it("throws the error that the channel was closed with, behind what was queued, each time", async () => {
    const { channel } = setup();
    const cause = new Error("broken");
    channel.put("a");
    channel.close(cause);
    const taken: string[] = [];
    const read = async (): Promise<void> => {
      for await (const element of channel) taken.push(element);
    };
    await expect(read()).rejects.toBe(cause);
    await expect(read()).rejects.toBe(cause);
    expect(taken).toEqual(["a"]);
  });
});

describe("closing", () => {
  it("ends behind what is queued, and drops what comes later", async () => {
    const { channel, told } = setup();
    channel.put("a");
    channel.close();
    channel.put("late");
    expect(channel.isClosedForReceive).toBe(false);
    expect(await channel.receive()).toBe("a");
    expect(channel.isClosedForReceive).toBe(true);
    expect(told).toEqual([]);
    await expect(channel.receive()).rejects.toMatchObject(ENDED);
    expect(await channel.receiveCatching()).toEqual({ ok: false, closed: true, cause: undefined });
    expect(told).toEqual(["exhausted"]);
  });

  it("keeps the first end", async () => {
    const { channel } = setup();
    channel.close();
    channel.close(new Error("second"));
    await expect(channel.receive()).rejects.toMatchObject(ENDED);
  });

  it("tells every reader that waits, and that there was one", async () => {
    const { channel, told } = setup();
    const waiting = [channel.receive(), channel.receiveCatching(), channel[Symbol.asyncIterator]().next()];
    channel.close();
    await expect(waiting[0]).rejects.toMatchObject(ENDED);
    expect(await waiting[1]).toEqual({ ok: false, closed: true, cause: undefined });
    expect(await waiting[2]).toEqual({ done: true, value: undefined });
    expect(channel.isExhausted).toBe(true);
    expect(told).toEqual([]);
  });

  it("tells every reader the error", async () => {
    const { channel } = setup();
    const cause = new Error("broken");
    const waiting = [channel.receive(), channel.receiveCatching(), channel[Symbol.asyncIterator]().next()];
    channel.close(cause);
    await expect(waiting[0]).rejects.toBe(cause);
    expect(await waiting[1]).toEqual({ ok: false, closed: true, cause });
    await expect(waiting[2]).rejects.toBe(cause);
  });

  it.each(["tryReceive", "receive", "receiveCatching", "iteration"])(
    "counts %s past the end as asking for more, once",
    async (way) => {
      const { channel, told } = setup();
      channel.close();
      for (let count = 0; count < 2; count++) {
        if (way === "tryReceive") channel.tryReceive();
        else if (way === "receive") await expect(channel.receive()).rejects.toMatchObject(ENDED);
        else if (way === "receiveCatching") await channel.receiveCatching();
        else await channel[Symbol.asyncIterator]().next();
      }
      expect(told).toEqual(["exhausted"]);
      expect(channel.isExhausted).toBe(true);
    },
  );
});

describe("cancelling", () => {
  it("drops what is queued and what comes, and gives readers the cause", async () => {
    const { channel, told } = setup();
    const cause = new Error("enough");
    channel.put("a");
    channel.cancel(cause);
    channel.put("b");
    await expect(channel.receive()).rejects.toBe(cause);
    expect(channel.length).toBe(0);
    expect(channel.freeBytes).toBe(1000);
    expect(told).toEqual(["cancelled"]);
  });

  it("has a cause of its own", async () => {
    const { channel } = setup();
    const waiting = channel.receive();
    channel.cancel();
    await expect(waiting).rejects.toMatchObject({ code: "CANCELLED" });
    await expect(channel.receive()).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("drops what is queued in front of an end that nobody has seen", async () => {
    const { channel, told } = setup();
    channel.put("a");
    channel.close();
    channel.cancel(new Error("enough"));
    expect(channel.isExhausted).toBe(true);
    expect(told).toEqual(["cancelled"]);
    await expect(channel.receive()).rejects.toThrow("enough");
  });

  it("tells its owner also when there was nothing left to drop", () => {
    const { channel, told } = setup();
    channel.close();
    channel.cancel();
    expect(told).toEqual(["cancelled"]);
    expect(channel.isExhausted).toBe(true);
  });

  it("does nothing the second time, nor once the end was seen", async () => {
    const { channel, told } = setup();
    channel.cancel(new Error("first"));
    channel.cancel(new Error("second"));
    await expect(channel.receive()).rejects.toThrow("first");
    expect(told).toEqual(["cancelled"]);
    const seen = setup();
    seen.channel.close();
    seen.channel.tryReceive();
    seen.channel.cancel();
    expect(seen.told).toEqual(["exhausted"]);
    await expect(seen.channel.receive()).rejects.toMatchObject(ENDED);
  });
});

it("rejects nothing that harms the process where nobody looks", async () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on("unhandledRejection", listen);
  try {
    const { channel } = setup();
    const abort = new AbortController();
    void channel.receive({ signal: abort.signal });
    void channel.receive();
    void channel[Symbol.asyncIterator]().next();
    abort.abort();
    channel.close(new Error("broken"));
    void channel.receive();
    void channel.receive({ signal: abort.signal });
    void channel[Symbol.asyncIterator]().next();
    // Unhandled rejections are reported between turns of the real event loop.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", listen);
  }
});

describe("consumeEach", () => {
  /** How far a call of it is. */
  async function stateOf(consumed: Promise<void>): Promise<unknown> {
    let state: unknown = "pending";
    void consumed.then(
      () => {
        state = "done";
      },
      (error: unknown) => {
        state = error;
      },
    );
    await settle();
    return state;
  }

  it("hands over what is there and what comes, and resolves where the channel ends", async () => {
    const { channel, told } = setup();
    const taken: string[] = [];
    channel.put("a");
    channel.put("b");
    const consumed = channel.consumeEach((element) => taken.push(element));
    await settle();
    expect(taken).toEqual(["a", "b"]);
    channel.put("c");
    expect(taken).toEqual(["a", "b"]);
    channel.put("d");
    channel.close();
    expect(await stateOf(consumed)).toBe("done");
    expect(taken).toEqual(["a", "b", "c", "d"]);
    expect(told).toEqual(["exhausted"]);
  });

  it("never calls inside put, and hands over a burst without giving others a turn in between", async () => {
    const { channel } = setup(100);
    const steps: string[] = [];
    void channel.consumeEach((element) => {
      steps.push(element);
      queueMicrotask(() => steps.push(`after ${element}`));
    });
    await settle();
    for (const element of ["a", "b", "c"]) channel.put(element);
    expect(steps).toEqual([]);
    await settle();
    expect(steps).toEqual(["a", "b", "c", "after a", "after b", "after c"]);
  });

  it("waits for a promise before it goes on", async () => {
    const { channel } = setup();
    const taken: string[] = [];
    let open = (): void => {};
    const consumed = channel.consumeEach((element) => {
      taken.push(element);
      return new Promise<void>((resolve) => {
        open = resolve;
      });
    });
    for (const element of ["a", "b"]) channel.put(element);
    channel.close();
    await settle();
    expect(taken).toEqual(["a"]);
    open();
    await settle();
    expect(taken).toEqual(["a", "b"]);
    expect(await stateOf(consumed)).toBe("pending");
    open();
    expect(await stateOf(consumed)).toBe("done");
  });

  it("throws what the channel was closed with, behind what was queued", async () => {
    const { channel } = setup();
    const taken: string[] = [];
    channel.put("a");
    const cause = new Error("closed with it");
    channel.close(cause);
    expect(await stateOf(channel.consumeEach((element) => taken.push(element)))).toBe(cause);
    expect(taken).toEqual(["a"]);
  });

  it.each([
    [
      "throws",
      (error: Error): never => {
        throw error;
      },
    ],
    ["rejects", (error: Error): Promise<never> => Promise.reject(error)],
  ])("cancels the channel with what its function %s", async (_, fail) => {
    const { channel, told } = setup();
    const error = new Error("a bug");
    for (const element of ["a", "b", "c"]) channel.put(element);
    const consumed = channel.consumeEach((element) => (element === "b" ? fail(error) : undefined));
    expect(await stateOf(consumed)).toBe(error);
    expect(told).toEqual(["cancelled"]);
    expect(channel.length).toBe(0);
    await expect(channel.receive()).rejects.toBe(error);
  });

  it("looks at the channel anew after every call: its function may take, cancel or close", async () => {
    const taking = setup().channel;
    const taken: string[] = [];
    for (const element of ["a", "b", "c", "d"]) taking.put(element);
    taking.close();
    const consumed = taking.consumeEach((element) => {
      taken.push(element);
      const next = taking.tryReceive();
      if (next.ok) taken.push(`took ${next.value}`);
    });
    expect(await stateOf(consumed)).toBe("done");
    expect(taken).toEqual(["a", "took b", "c", "took d"]);

    const cancelling = setup().channel;
    const seen: string[] = [];
    for (const element of ["a", "b"]) cancelling.put(element);
    const cancelled = cancelling.consumeEach((element) => {
      seen.push(element);
      cancelling.cancel("my cause");
    });
    expect(await stateOf(cancelled)).toBe("my cause");
    expect(seen).toEqual(["a"]);
  });

  it("shares a channel with other readers, each element for one of them", async () => {
    const { channel } = setup();
    const taken: string[] = [];
    const each = (name: string) => (element: string) => taken.push(`${name} ${element}`);
    const consumed = [channel.consumeEach(each("one")), channel.consumeEach(each("other"))];
    await settle();
    for (const element of ["a", "b", "c"]) channel.put(element);
    channel.close();
    await Promise.all(consumed);
    expect(taken.map((element) => element.slice(-1)).sort()).toEqual(["a", "b", "c"]);
  });

  it("asks its owner for more only when its function is done with the last element", async () => {
    const { channel, told } = setup();
    let open = (): void => {};
    const consumed = channel.consumeEach(
      () =>
        new Promise<void>((resolve) => {
          open = resolve;
        }),
    );
    channel.put("a");
    await settle();
    channel.close();
    await settle();
    expect(told).toEqual([]);
    open();
    expect(await stateOf(consumed)).toBe("done");
    expect(told).toEqual(["exhausted"]);
  });

  it("rejects nothing that harms the process where nobody looks", async () => {
    const { channel } = setup();
    void channel.consumeEach(() => undefined);
    await settle();
    channel.close(new Error("of the network"));
    // The runtime would report it after this turn of the real event loop, and the test would fail.
    await new Promise(setImmediate);
  });
});
