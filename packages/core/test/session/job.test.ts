import { describe, expect, it } from "vitest";
import { CloseReason } from "../../src/close-reason.js";
import { CancelledError } from "../../src/errors.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { settle } from "../support/fake-platform.js";
import { gate, outcome, RawSessionHarness, Reader, SessionHarness } from "../support/session-harness.js";
import { close, text } from "../support/wire.js";

/** What a job's signal aborted with, once it has. */
function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason), { once: true }));
}

const KINDS = BACKENDS.flatMap((backend) => [
  { backend, kind: "default" as const },
  { backend, kind: "raw" as const },
]);

describe.each(KINDS)("a job of a $kind session with the $backend codec", ({ backend, kind }) => {
  const codec = codecOf(backend);

  function setup(): { harness: SessionHarness | RawSessionHarness; failures: unknown[] } {
    const harness = kind === "raw" ? new RawSessionHarness(codec) : new SessionHarness(codec);
    return { harness, failures: harness.told.jobs };
  }

  it("runs at once, beside its session, and completes", async () => {
    const { harness, failures } = setup();
    const work = gate();
    const steps: string[] = [];
    const job = harness.session.launch(async () => {
      steps.push("began");
      await work.opened;
      await harness.session.send("done");
    });
    expect(steps).toEqual(["began"]);
    expect(job).toMatchObject({ isActive: true, isCompleted: false, isCancelled: false });
    const joined = job.join();
    expect(await outcome(joined)).toBe("pending");
    work.open();
    expect(await outcome(joined)).toBe("done");
    expect(job).toMatchObject({ isActive: false, isCompleted: true, isCancelled: false });
    expect(harness.output).toEqual(['text "done"']);
    expect(harness.session.isActive).toBe(true);
    job.cancel();
    expect(job.isCancelled).toBe(false);
    expect(failures).toEqual([]);
  });

  it("may be a function without a promise, and may launch others", async () => {
    const { harness } = setup();
    const ran: string[] = [];
    const job = harness.session.launch(() => {
      harness.session.launch(() => ran.push("inner"));
      ran.push("outer");
    });
    await harness.settled(job.join());
    expect(ran).toEqual(["inner", "outer"]);
    expect(harness.session.isActive).toBe(true);
  });

  it.each([
    ["the signal's reason", (signal: AbortSignal): unknown => signal.reason],
    ["an AbortError", (): unknown => new DOMException("aborted", "AbortError")],
    ["a CancelledError", (): unknown => new CancelledError()],
  ])("that was cancelled and rejects with %s harms nobody", async (_, errorOf) => {
    const { harness, failures } = setup();
    const job = harness.session.launch(async (signal) => {
      await aborted(signal);
      throw errorOf(signal);
    });
    job.cancel("my cause");
    expect(job).toMatchObject({ isActive: false, isCompleted: false, isCancelled: true });
    await harness.settled(job.join());
    expect(job).toMatchObject({ isActive: false, isCompleted: true, isCancelled: true });
    expect(harness.session.isActive).toBe(true);
    expect(failures).toEqual([]);
  });

  it("gets a CancelledError where it is cancelled without a cause", async () => {
    const { harness } = setup();
    let reason: unknown;
    const job = harness.session.launch(async (signal) => {
      reason = await aborted(signal);
    });
    job.cancel();
    await harness.settled(job.join());
    expect(reason).toMatchObject({ code: "CANCELLED" });
  });

  it("that was cancelled and fails in the cleaning up ends its session", async () => {
    const { harness, failures } = setup();
    const error = new TypeError("in the cleaning up");
    const job = harness.session.launch(async (signal) => {
      await aborted(signal);
      throw error;
    });
    job.cancel();
    await harness.settled(job.join());
    expect(failures).toEqual([error]);
    expect(harness.session.signal.reason).toBe(error);
  });

  it("that fails is cancelled, ends its session and the other jobs, and is told of once", async () => {
    const { harness, failures } = setup();
    const { session } = harness;
    const error = new Error("secret");
    const work = gate();
    const reasons: unknown[] = [];
    const other = session.launch(async (signal) => {
      reasons.push(await aborted(signal));
      throw signal.reason;
    });
    const job = session.launch(async () => {
      await work.opened;
      throw error;
    });
    const reader = new Reader(session);
    await harness.receive(text("a"));
    work.open();
    await harness.settled(job.join());
    await harness.settled(other.join());
    expect(job).toMatchObject({ isActive: false, isCompleted: true, isCancelled: true });
    expect(reasons).toEqual([error]);
    expect(failures).toEqual([error]);
    expect(reader).toMatchObject({ taken: ['text "a"'], end: error });
    await harness.platform.idle();
    expect(harness.output).toEqual(["close 1011"]);
  });

  it("that throws before it waits for anything fails as others do, and not in the face of who launched it", async () => {
    const { harness, failures } = setup();
    const error = new Error("at once");
    const job = harness.session.launch(() => {
      throw error;
    });
    expect(harness.session.isActive).toBe(true);
    await harness.settled(job.join());
    expect(failures).toEqual([error]);
    expect((await harness.session.closeReason)?.code).toBe(1011);
  });

  it("that fails with nothing still fails", async () => {
    const { harness, failures } = setup();
    const reader = new Reader(harness.session);
    harness.session.launch(() => Promise.reject());
    await harness.platform.idle();
    expect(failures).toEqual([expect.any(Error)]);
    expect(reader.end).toBe(failures[0]);
  });

  it("fails with what was not its own cancelling, whatever it is called", async () => {
    const { harness, failures } = setup();
    const error = new DOMException("somebody else's", "AbortError");
    harness.session.launch(() => Promise.reject(error));
    await harness.platform.idle();
    expect(failures).toEqual([error]);
    expect((await harness.session.closeReason)?.code).toBe(1011);
  });

  it("learns how its session ended, and what it then throws because of it is no failure", async () => {
    const endings: [(harness: SessionHarness | RawSessionHarness) => unknown, unknown][] = [
      [(harness) => harness.receive(close(4001)), expect.objectContaining({ code: 4001 })],
      [
        (harness) => {
          void harness.session.close(new CloseReason(4002));
          // A raw session reads on, up to the peer's Close.
          return harness.receive(close(4002));
        },
        expect.objectContaining({ code: 4002 }),
      ],
      [({ transport }) => transport.break(), expect.objectContaining({ code: 1006 })],
      [({ session }) => session.cancel("my cause"), "my cause"],
    ];
    for (const [end, reason] of endings) {
      const { harness, failures } = setup();
      const { session } = harness;
      const reasons: unknown[] = [];
      const jobs = [
        session.launch(async (signal) => {
          reasons.push(await aborted(signal));
          signal.throwIfAborted();
        }),
        session.launch(async (signal) => {
          await aborted(signal);
          await session.send("late");
        }),
        session.launch(async () => {
          for (;;) await session.incoming.receive();
        }),
      ];
      void end(harness);
      await harness.platform.idle();
      for (const job of jobs) await harness.settled(job.join());
      expect(jobs.map(({ isCancelled }) => isCancelled)).toEqual([true, true, true]);
      expect(reasons).toEqual([reason]);
      expect(failures).toEqual([]);
    }
  });

  it("that fails after the end changes nothing, and is still told of", async () => {
    const { harness, failures } = setup();
    const error = new TypeError("a bug");
    harness.session.launch(async (signal) => {
      await aborted(signal);
      throw error;
    });
    await harness.settled(harness.session.close(new CloseReason(4002)));
    await settle();
    expect(failures).toEqual([error]);
    expect((await harness.session.closeReason)?.code).toBe(4002);
    expect(harness.output).toEqual(["close 4002"]);
  });

  it("launched after the end is cancelled from the first, and its function is not called", async () => {
    const { harness } = setup();
    harness.session.cancel("my cause");
    let calls = 0;
    const job = harness.session.launch(() => calls++);
    expect(job).toMatchObject({ isActive: false, isCompleted: true, isCancelled: true });
    await harness.settled(job.join());
    expect(calls).toBe(0);
  });

  it("launched by a listener of the session's signal is cancelled too", async () => {
    const { harness } = setup();
    const { session } = harness;
    const launched: boolean[] = [];
    session.signal.addEventListener("abort", () => launched.push(session.launch(() => undefined).isCancelled));
    session.launch(async (signal) => {
      await aborted(signal);
    });
    await harness.settled(session.close());
    expect(launched).toEqual([true]);
  });

  it("is one of all that hold up the end of their session until they are done, though not the Close", async () => {
    const { harness } = setup();
    const [work, other] = [gate(), gate()];
    harness.session.launch(() => work.opened);
    harness.session.launch(() => other.opened);
    await harness.settled(harness.session.close());
    expect(harness.output).toEqual(["close 1000"]);
    await harness.receive(close(1000));
    harness.transport.break();
    await harness.platform.idle();
    expect(await outcome(harness.session.ended)).toBe("pending");
    work.open();
    expect(await outcome(harness.session.ended)).toBe("pending");
    other.open();
    expect(await outcome(harness.session.ended)).toBe("done");
  });
});
