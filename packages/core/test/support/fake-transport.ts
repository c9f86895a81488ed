import type { Codec } from "@sluice/codec-wasm";
import type { Transport, TransportListener, WriteBatch } from "../../src/session/transport.js";
import type { FakePlatform } from "./fake-platform.js";
import { decode, describeFrame } from "./wire.js";

const SILENT: TransportListener = { receive() {}, drained() {}, peerEnded() {}, closed() {} };

/** A connection whose other end is the test. What is written is taken in the next turn, unless `stuck`. */
export class FakeTransport implements Transport {
  listener: TransportListener = SILENT;
  /** Whether the kernel takes nothing. */
  stuck = false;
  /** Whether it takes only what the test lets it `take`, without being blocked. */
  slow = false;
  reading = true;
  ended = false;
  destroyed = false;
  /** Calls of `flush`. */
  flushes = 0;

  readonly #codec: Codec;
  readonly #platform: FakePlatform;
  readonly #written: Uint8Array[] = [];
  #batch: WriteBatch = { bytes: new Uint8Array(0), length: 0 };
  #waitingFrames = 0;
  #waitingBytes = 0;
  #input: Uint8Array[] = [];
  #peerEnd: "none" | "coming" | "told" = "none";
  #closed = false;

  constructor(codec: Codec, platform: FakePlatform) {
    this.#codec = codec;
    this.#platform = platform;
  }

  get blocked(): boolean {
    return this.stuck && this.#waitingFrames > 0;
  }

  reserve(size: number): WriteBatch {
    this.#batch = { bytes: new Uint8Array(size), length: 0 };
    return this.#batch;
  }

  commit(size: number): void {
    this.#write(this.#batch.bytes.slice(0, size));
  }

  writeLarge(header: Uint8Array, payload: Uint8Array): void {
    this.#write(Uint8Array.from(Buffer.concat([header, payload])));
  }

  flush(): void {
    this.flushes++;
  }

  pause(): void {
    this.reading = false;
  }

  resume(): void {
    this.reading = true;
    this.#platform.nextTurn(() => this.#deliver());
  }

  end(): void {
    this.ended = true;
    this.#closeWhenDone();
  }

  destroy(): void {
    this.destroyed = true;
    this.#close();
  }

  /** The kernel takes so many of the frames that wait; by default all. */
  take(frames: number = this.#waitingFrames): void {
    const share =
      frames === this.#waitingFrames
        ? this.#waitingBytes
        : Math.floor(this.#waitingBytes / this.#waitingFrames) * frames;
    this.#waitingFrames -= frames;
    this.#waitingBytes -= share;
    if (frames > 0 && !this.#closed) this.listener.drained(frames, share);
  }

  /** The peer sends bytes, in one read. */
  deliver(bytes: Uint8Array): void {
    this.#input.push(bytes);
    this.#deliver();
  }

  /** Bytes that were on their way when reading was paused. */
  deliverLate(bytes: Uint8Array): void {
    this.#codec.readBuffer.set(bytes);
    this.listener.receive(0, bytes.length);
  }

  /** The peer ends its side. */
  endPeer(): void {
    this.#peerEnd = "coming";
    this.#deliver();
  }

  /** FIN though reading is paused. */
  endPeerLate(): void {
    this.#peerEnd = "told";
    this.listener.peerEnded();
    this.#closeWhenDone();
  }

  /** The connection breaks. */
  break(): void {
    this.#close();
  }

  /** What was written, in words. */
  get output(): string[] {
    return decode(Uint8Array.from(Buffer.concat(this.#written))).map(describeFrame);
  }

  get outputBytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#written));
  }

  #write(bytes: Uint8Array): void {
    if (this.ended || this.destroyed) throw new Error("Written after the end");
    this.#written.push(bytes);
    this.#waitingFrames++;
    this.#waitingBytes += bytes.length;
    if (this.stuck || this.slow) return;
    this.#platform.nextTurn(() => {
      if (!this.stuck && !this.slow) this.take();
    });
  }

  #deliver(): void {
    while (this.reading && !this.#closed && this.#input.length > 0) {
      const chunk = this.#input.shift() ?? new Uint8Array(0);
      this.#codec.readBuffer.set(chunk);
      this.listener.receive(0, chunk.length);
    }
    if (this.#peerEnd !== "coming" || !this.reading || this.#closed) return;
    this.#peerEnd = "told";
    this.listener.peerEnded();
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.ended && this.#peerEnd === "told") this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#platform.nextTurn(() => this.listener.closed());
  }
}
