import { describe, expect, it } from "vitest";
import { BACKENDS, codecOf } from "../support/backends.js";
import { Reader, SessionHarness } from "../support/session-harness.js";
import { close, ping, text } from "../support/wire.js";

/** Pongs of 125 bytes, two of header, that fit into the 4 KiB that may wait. */
const FITTING = Math.floor(4096 / 127);
const large = (index: number): string => String(index).padEnd(125, ".");
const pongs = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `pong "${large(from + index)}"`);

describe.each(BACKENDS)("pongs with the %s codec", (backend) => {
  const codec = codecOf(backend);

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it("answer every ping, in order, with its payload", async () => {
    const harness = new SessionHarness(codec);
    const reader = new Reader(harness.session);
    await harness.receive(ping("a"), text("x"), ping(), ping("b".repeat(125)));
    expect(harness.output).toEqual(['pong "a"', "pong", `pong "${"b".repeat(125)}"`]);
    expect(reader.taken).toEqual(['text "x"']);
  });

  it("answer between fragments of what we send", async () => {
    const harness = new SessionHarness(codec);
    await harness.receive(text("a", 0), ping("p"), { first: 0x80, payload: new Uint8Array(0) });
    expect(harness.output).toEqual(['pong "p"']);
  });

  it("wait for the kernel up to 4 KiB; past that one slot keeps the newest", async () => {
    const harness = new SessionHarness(codec);
    harness.transport.slow = true;
    await harness.receive(...Array.from({ length: FITTING + 10 }, (_, index) => ping(large(index))));
    expect(harness.output).toEqual(pongs(0, FITTING));
    harness.transport.take(1);
    expect(harness.output).toEqual([...pongs(0, FITTING), ...pongs(FITTING + 9, FITTING + 10)]);
    await harness.receive(ping(large(98)), ping(large(99)));
    expect(harness.output).toHaveLength(FITTING + 1);
    harness.transport.take();
    expect(harness.output.slice(FITTING + 1)).toEqual(pongs(99, 100));
  });

  it("keep the newest while output is blocked", async () => {
    const harness = new SessionHarness(codec);
    harness.transport.stuck = true;
    await harness.session.send("stuck");
    await harness.receive(ping("a"), ping("b"), ping("c"));
    expect(harness.output).toEqual(['text "stuck"']);
    harness.transport.stuck = false;
    harness.transport.take();
    expect(harness.output).toEqual(['text "stuck"', 'pong "c"']);
  });

  it("answer no older ping behind a newer one", async () => {
    const harness = new SessionHarness(codec);
    harness.transport.stuck = true;
    await harness.session.send("stuck");
    await harness.receive(ping("a"));
    // Free again, which nobody has been told yet.
    harness.transport.stuck = false;
    await harness.receive(ping("b"));
    harness.transport.take();
    expect(harness.output).toEqual(['text "stuck"', 'pong "b"']);
  });

  it("go on for ever on a busy session whose output is never quite empty", async () => {
    const harness = new SessionHarness(codec);
    harness.transport.slow = true;
    await harness.session.send("ahead");
    for (let count = 0; count < FITTING * 5; count++) {
      await harness.receive(ping(large(count)));
      await harness.session.send("busy");
      harness.transport.take(2);
    }
    expect(harness.output.filter((frame) => frame.startsWith("pong"))).toEqual(pongs(0, FITTING * 5));
  });

  it("are not sent behind a Close", async () => {
    const harness = new SessionHarness(codec);
    harness.transport.stuck = true;
    await harness.session.send("stuck");
    await harness.receive(ping("a"));
    void harness.session.close();
    harness.transport.stuck = false;
    harness.transport.take();
    await harness.receive(ping("b"), close(1000));
    expect(harness.output).toEqual(['text "stuck"', "close 1000"]);
  });
});
