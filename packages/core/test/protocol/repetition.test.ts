import type { Codec } from "@sluice/codec-wasm";
import { describe, expect, it, vi } from "vitest";
import { Frame } from "../../src/frame.js";
import { Connection } from "../../src/protocol/connection.js";
import type { ConnectionOutput, OutputBatch } from "../../src/protocol/connection-options.js";
import { ConnectionProfile } from "../../src/protocol/connection-profile.js";
import { RetainedBytes } from "../../src/protocol/limits.js";
import { SharedFrames } from "../../src/protocol/shared-frames.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import type { WireFrame } from "../support/wire.js";
import { binary, bytes, encode, ping, text } from "../support/wire.js";

/** A connection's output: shared frames wait in it, or bytes in a batch, whose memory is used again. */
class Output implements ConnectionOutput {
  readonly written: number[] = [];
  /** How many frames were shared. */
  shared = 0;
  readonly connection: Connection;
  readonly #bytes = new Uint8Array(64 * 1024);
  #waiting: SharedFrames | { bytes: Uint8Array; length: number } | undefined;

  constructor(profile: ConnectionProfile) {
    const nothing = (): void => {};
    this.connection = new Connection({
      profile,
      sink: {
        freePlaces: 1,
        freeBytes: 1,
        data: nothing,
        ping: nothing,
        pong: nothing,
        peerClose: nothing,
        violation: nothing,
      },
      output: this,
      limits: { maxFrameSize: 1 << 20, maxFragments: 16 },
      masking: false,
    });
  }

  get waiting(): SharedFrames | OutputBatch | undefined {
    return this.#waiting;
  }

  share(frames: SharedFrames, size: number): void {
    expect(frames.length - (this.#waiting?.length ?? 0)).toBe(size);
    this.#waiting = frames;
    this.shared++;
  }

  reserve(size: number): OutputBatch {
    const bytes = this.#bytes;
    const length = this.#waiting?.length ?? 0;
    if (length + size > bytes.length) {
      this.turn();
      return this.reserve(size);
    }
    if (this.#waiting instanceof SharedFrames) bytes.set(this.#waiting.bytes);
    const batch = { bytes, length };
    this.#waiting = batch;
    return batch;
  }

  commit(size: number): void {
    const { bytes, length } = this.#waiting as OutputBatch;
    this.#waiting = { bytes, length: length + size };
  }

  writeLarge(): void {}

  turn(): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) this.written.push(...waiting.bytes.subarray(0, waiting.length));
    this.#waiting = undefined;
  }
}

function profileOf(codec: Codec): ConnectionProfile {
  const retained = new RetainedBytes(1 << 20);
  return new ConnectionProfile({ role: "server", codec, retained, maskKeys: { randomMaskKey: () => 1 } });
}

/** Numbers from 0 up to `below`, the same ones in every run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe.each(BACKENDS)("what many connections send alike (%s codec)", (backend) => {
  const codec = codecOf(backend);

  it("is encoded once for all of them, but for the one that it begins with, and never copied", () => {
    const profile = profileOf(codec);
    const encodeFrame = vi.spyOn(codec, "encodeFrame");
    const encodeText = vi.spyOn(codec, "encodeText");
    const outputs = Array.from({ length: 100 }, () => new Output(profile));
    const frames = Array.from({ length: 8 }, (_, index) => new Frame.Binary(bytes(index, 1, 2)));
    for (const { connection } of outputs) {
      for (const frame of frames) {
        connection.send(frame);
        connection.sendText(`with number ${frame.data[0]}`);
      }
    }
    expect([encodeFrame.mock.calls.length, encodeText.mock.calls.length]).toEqual([16, 16]);
    const expected = frames.flatMap(({ data }) => [binary(data), text(`with number ${data[0]}`)]);
    const waiting = outputs[1]?.waiting;
    expect(waiting).toBeInstanceOf(SharedFrames);
    for (const [index, output] of outputs.entries()) {
      expect(output.waiting === waiting).toBe(index > 0);
      output.turn();
      expect(output.written).toEqual([...encode(expected, "client")]);
    }
    vi.restoreAllMocks();
  });

  it("comes out right in every order of frames, connections and turns", () => {
    for (let seed = 0; seed < 60; seed++) {
      const roll = dice(seed);
      const profile = profileOf(codec);
      const outputs = Array.from({ length: 3 }, () => new Output(profile));
      const expected: WireFrame[][] = outputs.map(() => []);
      const frames = Array.from(
        { length: 3 },
        (_, index) => new Frame.Binary(new Uint8Array(roll(200)).fill(index + 1)),
      );
      const burst = Array.from({ length: 4 }, () => roll(5));
      const send = (to: number, what: number): void => {
        const { connection } = outputs[to] as Output;
        const frame = frames[what];
        if (frame === undefined) connection.sendText(`text ${what}`);
        else connection.send(frame);
        expected[to]?.push(frame === undefined ? text(`text ${what}`) : binary(frame.data));
      };
      for (let step = 0; step < 60; step++) {
        const to = roll(3);
        const what = roll(8);
        if (what < 3) {
          for (const one of burst) send(to, one);
        } else if (what < 6) {
          send(to, roll(5));
        } else if (what === 6) {
          outputs[to]?.connection.send(new Frame.Ping(bytes(step)));
          expected[to]?.push(ping(bytes(step)));
        } else {
          outputs[to]?.turn();
        }
      }
      for (const [index, output] of outputs.entries()) {
        output.turn();
        expect(output.written).toEqual([...encode(expected[index] ?? [], "client")]);
      }
    }
  });

  it("is only the same frame, and not the same bytes: whoever uses an array again may have changed it", () => {
    const profile = profileOf(codec);
    const payload = bytes(1);
    const outputs = Array.from({ length: 4 }, () => new Output(profile));
    for (const [index, { connection }] of outputs.entries()) {
      payload[0] = index;
      connection.send(new Frame.Binary(payload));
    }
    for (const [index, output] of outputs.entries()) {
      output.turn();
      expect(output.written).toEqual([...encode([binary(bytes(index))], "client")]);
    }
  });

  it("may be longer than what is kept of it", () => {
    const profile = profileOf(codec);
    const frames = Array.from({ length: 90 }, (_, index) => new Frame.Binary(new Uint8Array(300).fill(index)));
    const outputs = Array.from({ length: 4 }, () => new Output(profile));
    for (const output of outputs) {
      for (const frame of frames) output.connection.send(frame);
      output.turn();
      expect(output.written).toEqual([
        ...encode(
          frames.map(({ data }) => binary(data)),
          "client",
        ),
      ]);
    }
  });
});
