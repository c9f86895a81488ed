import type { Codec } from "@sluice/codec-wasm";
import type { Platform } from "../session/platform.js";
import type { Transport, TransportListener, WriteBatch } from "../session/transport.js";

/** Bytes that one end may have written and the other end not read, as in a socket's buffers. */
const CAPACITY = 64 * 1024;

const IDLE: TransportListener = { receive() {}, drained() {}, peerEnded() {}, closed() {} };

export interface MemoryTransportOptions {
  /** The codec that the listener of this end parses with. */
  readonly codec: Codec;
  readonly platform: Pick<Platform, "nextTurn">;
  /** Bytes that may be on the way from this end to the other. Default 64 KiB. */
  readonly capacity?: number;
}

/** Two transports, each the other's peer. */
export function memoryTransports(
  first: MemoryTransportOptions,
  second: MemoryTransportOptions = first,
): readonly [MemoryTransport, MemoryTransport] {
  const one = new MemoryTransport(first);
  const other = new MemoryTransport(second);
  one.connect(other);
  return [one, other];
}

/**
 * A connection without a socket. It behaves as one: bytes are copied, arrive in a later turn, in pieces where the other
 * end is slow, and what the other end does not read blocks the writer.
 */
export class MemoryTransport implements Transport {
  listener: TransportListener = IDLE;

  readonly #codec: Codec;
  readonly #nextTurn: (callback: () => void) => void;
  readonly #capacity: number;
  #peer: MemoryTransport | undefined;

  /** What this end wrote and the other end has not got yet. */
  #outgoing: Uint8Array[] = [];
  #batch: { bytes: Uint8Array; length: number } = { bytes: new Uint8Array(0), length: 0 };
  /** Bytes written, bytes that left for the other end, and bytes reported, since the beginning. */
  #written = 0;
  #sent = 0;
  #reported = 0;
  /** Where the frames that are not reported yet end. */
  readonly #frameEnds: number[] = [];
  /** Bytes on the way, or held by the other end. */
  #underWay = 0;

  #incoming: Uint8Array[] = [];
  #reading = true;
  #ended = false;
  #endSent = false;
  #peerEnd: "none" | "coming" | "told" = "none";
  #destroyed = false;
  #scheduled = false;

  constructor(options: MemoryTransportOptions) {
    this.#codec = options.codec;
    this.#nextTurn = (callback) => options.platform.nextTurn(callback);
    this.#capacity = options.capacity ?? CAPACITY;
  }

  /** @internal */
  connect(peer: MemoryTransport): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  get blocked(): boolean {
    return this.#sent < this.#written && this.#underWay >= this.#capacity;
  }

  reserve(size: number): WriteBatch {
    const batch = this.#batch;
    if (batch.bytes.length - batch.length < size) {
      this.#seal();
      this.#batch = { bytes: new Uint8Array(Math.max(size, 1024)), length: 0 };
    }
    return this.#batch;
  }

  commit(size: number): void {
    this.#batch.length += size;
    this.#count(size);
  }

  writeLarge(header: Uint8Array, payload: Uint8Array): void {
    this.#seal();
    this.#outgoing.push(header.slice(), payload.slice());
    this.#count(header.length + payload.length);
  }

  flush(): void {
    this.#schedule();
  }

  pause(): void {
    this.#reading = false;
  }

  resume(): void {
    this.#reading = true;
    this.#schedule();
  }

  end(): void {
    this.#ended = true;
    this.#schedule();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#incoming = [];
    this.#outgoing = [];
    this.#nextTurn(() => this.listener.closed());
    this.#peer?.destroy();
  }

  #count(size: number): void {
    this.#written += size;
    this.#frameEnds.push(this.#written);
    this.#schedule();
  }

  #seal(): void {
    const { bytes, length } = this.#batch;
    if (length > 0) this.#outgoing.push(bytes.slice(0, length));
    this.#batch = { bytes, length: 0 };
  }

  #schedule(): void {
    if (this.#scheduled || this.#destroyed) return;
    this.#scheduled = true;
    this.#nextTurn(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  /** One turn of this end: write what fits, report what left, read what came. */
  #turn(): void {
    if (this.#destroyed) return;
    this.#seal();
    this.#write();
    this.#report();
    this.#read();
    if (this.#endSent && this.#peerEnd === "told") this.#close();
  }

  #write(): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    while (this.#outgoing.length > 0 && this.#underWay < this.#capacity) {
      const bytes = this.#outgoing.shift() as Uint8Array;
      const size = Math.min(bytes.length, this.#capacity - this.#underWay);
      if (size < bytes.length) this.#outgoing.unshift(bytes.subarray(size));
      peer.#incoming.push(bytes.subarray(0, size));
      this.#underWay += size;
      this.#sent += size;
      peer.#schedule();
    }
    if (this.#ended && !this.#endSent && this.#outgoing.length === 0) {
      this.#endSent = true;
      peer.#peerEnd = "coming";
      peer.#schedule();
    }
  }

  #report(): void {
    const before = this.#reported;
    let frames = 0;
    while ((this.#frameEnds[0] ?? Number.POSITIVE_INFINITY) <= this.#sent) {
      this.#reported = this.#frameEnds.shift() as number;
      frames++;
    }
    if (frames > 0) this.listener.drained(frames, this.#reported - before);
  }

  #read(): void {
    const { readBuffer } = this.#codec;
    while (this.#reading && !this.#destroyed && this.#incoming.length > 0) {
      const bytes = this.#incoming.shift() as Uint8Array;
      const size = Math.min(bytes.length, readBuffer.length);
      if (size < bytes.length) this.#incoming.unshift(bytes.subarray(size));
      readBuffer.set(bytes.subarray(0, size));
      this.#taken(size);
      this.listener.receive(0, size);
    }
    if (this.#reading && this.#peerEnd === "coming" && this.#incoming.length === 0 && !this.#destroyed) {
      this.#peerEnd = "told";
      this.listener.peerEnded();
    }
  }

  /** This end read bytes: the other end may write more. */
  #taken(size: number): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    peer.#underWay -= size;
    peer.#schedule();
  }

  /** Both ends said all they had. */
  #close(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#nextTurn(() => this.listener.closed());
  }
}
