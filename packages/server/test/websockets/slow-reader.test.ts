import { describe, expect, it } from "vitest";
import { bounded } from "../../src/index.js";
import { open } from "../support/peer.js";
import { route } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";
import { stalls } from "../support/until.js";
import { BINARY, TEXT } from "../support/wire.js";

/** Numbers that look random, and are the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The size of message number `index`: mostly small ones, and here and there one that is written from where it is. */
function sizes(count: number): readonly number[] {
  const next = numbers(7);
  return Array.from({ length: count }, () => {
    const kind = next();
    if (kind < 0.6) return Math.floor(next() * 200);
    if (kind < 0.9) return Math.floor(next() * 20_000);
    return Math.floor(next() * 400_000);
  });
}

/** Letters that show which message they are of, and where in it they stand. */
function content(index: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at++) bytes[at] = 97 + ((index * 7 + at + (at >> 8)) % 26);
  return bytes;
}

describe.each(setups)("a client that reads slowly ($codec codec, TLS: $tls)", (setup) => {
  it.each([
    ["by the default bounds of its channel", undefined],
    ["by a channel of a few frames", { outgoing: bounded(3) }],
    ["by a channel of a few bytes", { outgoing: bounded(1000, "suspend", 1) }],
  ])("gets every byte in its place, held up %s", async (_, channels) => {
    const messages = sizes(600);
    const served = await serveOn(
      setup,
      route(
        async (session) => {
          for (const [index, size] of messages.entries()) {
            const bytes = content(index, size);
            await session.send(index % 3 === 0 ? bytes.toString("latin1") : bytes);
            if (index % 50 === 0) await session.flush();
          }
        },
        channels === undefined ? {} : { channels },
      ),
    );
    const peer = await open(served);
    const { socket } = peer;
    const next = numbers(11);
    socket.pause();
    await stalls(() => socket.bytesRead);
    // A pause now and then lets the buffers of the kernel fill up again.
    socket.on("data", () => {
      if (next() > 0.1) return;
      socket.pause();
      rest(Math.floor(next() * 100), () => void socket.resume());
    });
    socket.resume();
    for (const [index, size] of messages.entries()) {
      const { opcode, payload } = await peer.frame();
      expect([index, opcode, payload.length]).toEqual([index, index % 3 === 0 ? TEXT : BINARY, size]);
      if (!payload.equals(content(index, size))) expect.fail(`message ${index} of ${size} bytes is not what was sent`);
    }
  });
});

/** Calls back some turns of the event loop from now. */
function rest(turns: number, then: () => void): void {
  if (turns === 0) then();
  else setImmediate(rest, turns - 1, then);
}
