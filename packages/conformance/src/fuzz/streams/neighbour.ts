import type { Codec, Role } from "@sluice/codec-wasm";
import type { ConnectionProfile, Frame } from "@sluice/core";
import { Connection } from "@sluice/core";
import { expectSame } from "../difference.js";
import { describeFrame } from "./describe.js";
import { Wire } from "./wire.js";

const TEXT = new TextEncoder().encode("größer, 日本語, 🙂");
const BINARY = Uint8Array.of(0, 0x81, 0xff);

/** Two messages, and one in two fragments that are cut inside a character. */
const FRAMES: readonly (readonly [first: number, payload: Uint8Array])[] = [
  [0x81, TEXT],
  [0x82, BINARY],
  [0x01, TEXT.subarray(0, 3)],
  [0x80, TEXT.subarray(3)],
];

/**
 * Another connection of the same kind, which shares what connections of a kind share. It reads a stream of its own, a few
 * bytes at a time, in between: neither may notice.
 */
export class Neighbour {
  readonly #codec: Codec;
  readonly #connection: Connection;
  readonly #bytes: Uint8Array;
  readonly #events: string[] = [];
  #at = 0;

  constructor(codec: Codec, role: Role, profile: ConnectionProfile) {
    const report = (frame: Frame): void => void this.#events.push(describeFrame(frame));
    const wire = new Wire();
    for (const [first, payload] of FRAMES) wire.frame(first, payload, role === "server" ? 0x2143_65a7 : undefined);
    this.#bytes = wire.take();
    this.#codec = codec;
    this.#connection = new Connection({
      profile,
      sink: {
        freePlaces: FRAMES.length,
        freeBytes: 1024,
        data: report,
        ping: report,
        pong: report,
        peerClose: () => void this.#events.push("close"),
        violation: (error) => void this.#events.push(error.message),
      },
      output: {
        waiting: undefined,
        share() {},
        reserve: () => ({ bytes: new Uint8Array(0), length: 0 }),
        commit() {},
        writeLarge() {},
      },
      limits: { maxFrameSize: 1024, maxFragments: FRAMES.length },
      masking: role === "client",
    });
  }

  /** Reads some bytes more. */
  read(count: number): void {
    const chunk = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += chunk.length;
    this.#codec.readBuffer.set(chunk);
    this.#connection.receive(0, chunk.length);
  }

  /** Reads the rest. @throws Difference unless it all came as it was written. */
  finish(raw: boolean): void {
    this.read(this.#bytes.length);
    const whole = [`text 80 ${latin1(TEXT)}`, `binary 80 ${latin1(BINARY)}`];
    const parts = [`text 0 ${latin1(TEXT.subarray(0, 3))}`, `text 80 ${latin1(TEXT.subarray(3))}`];
    const expected = raw ? [...whole, ...parts] : [...whole, `text 80 ${latin1(TEXT)}`];
    expectSame("what a neighbour read", this.#events.join("\n"), expected.join("\n"));
    this.#connection.lose();
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
