import { describe, expect, it } from "vitest";
import type { MemoryTransport } from "../../src/testing/memory-transport.js";
import { memoryTransports } from "../../src/testing/memory-transport.js";
import { codecOf } from "../support/backends.js";
import { FakePlatform } from "../support/fake-platform.js";

const codec = codecOf("typescript");

/** What one end was told, and the bytes that it got. */
class Ear {
  readonly told: string[] = [];
  readonly chunks: Uint8Array[] = [];

  constructor(transport: MemoryTransport, onReceive: () => void = () => {}) {
    transport.listener = {
      receive: (start, end) => {
        this.told.push(`receive ${end - start}`);
        this.chunks.push(codec.readBuffer.slice(start, end));
        onReceive();
      },
      drained: (frames, bytes) => this.told.push(`drained ${frames} ${bytes}`),
      peerEnded: () => this.told.push("peerEnded"),
      closed: () => this.told.push("closed"),
    };
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.chunks));
  }
}

function write(transport: MemoryTransport, bytes: Uint8Array): void {
  const batch = transport.reserve(bytes.length);
  batch.bytes.set(bytes, batch.length);
  transport.commit(bytes.length);
}

function pair(capacity?: number): {
  platform: FakePlatform;
  one: MemoryTransport;
  other: MemoryTransport;
  oneEar: Ear;
  otherEar: Ear;
} {
  const platform = new FakePlatform();
  const [one, other] = memoryTransports({ codec, platform, ...(capacity === undefined ? {} : { capacity }) });
  return { platform, one, other, oneEar: new Ear(one), otherEar: new Ear(other) };
}

const numbers = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, index) => index & 0xff);

describe("a memory transport", () => {
  it("copies, and delivers in a later turn", async () => {
    const { platform, one, otherEar, oneEar } = pair();
    const bytes = numbers(10);
    write(one, bytes);
    one.writeLarge(bytes.subarray(0, 2), bytes);
    bytes.fill(99);
    one.flush();
    expect(otherEar.told).toEqual([]);
    await platform.idle();
    expect(otherEar.bytes).toEqual(Uint8Array.from([...numbers(10), 0, 1, ...numbers(10)]));
    expect(oneEar.told).toEqual(["drained 2 22"]);
  });

  it("never calls back from inside a call", async () => {
    const { platform, one, other, oneEar, otherEar } = pair();
    const silent = (): void => expect([oneEar.told, otherEar.told]).toEqual([[], []]);
    for (const call of [() => write(one, numbers(3)), () => one.flush(), () => other.pause(), () => other.resume()]) {
      call();
      silent();
    }
    one.end();
    one.destroy();
    silent();
    await platform.idle();
    expect(oneEar.told).toEqual(["closed"]);
  });

  it("writes what fits, blocks, and goes on in pieces as the other end reads", async () => {
    const { platform, one, other, oneEar, otherEar } = pair(8);
    other.pause();
    for (let count = 0; count < 3; count++) write(one, numbers(5));
    expect(one.blocked).toBe(false);
    await platform.idle();
    expect(one.blocked).toBe(true);
    expect(oneEar.told).toEqual(["drained 1 5"]);
    expect(otherEar.told).toEqual([]);
    other.resume();
    await platform.idle();
    expect(otherEar.bytes).toEqual(Uint8Array.from([...numbers(5), ...numbers(5), ...numbers(5)]));
    expect(otherEar.chunks.length).toBeGreaterThan(1);
    expect(one.blocked).toBe(false);
    expect(oneEar.told).toEqual(["drained 1 5", "drained 2 10"]);
  });

  it("is blocked only while something is left to be taken, which drained then tells", async () => {
    const { platform, one, other, oneEar } = pair(5);
    other.pause();
    write(one, numbers(5));
    await platform.idle();
    expect(oneEar.told).toEqual(["drained 1 5"]);
    expect(one.blocked).toBe(false);
  });

  it("cuts what is longer than the codec's read buffer", async () => {
    const { platform, one, otherEar } = pair(1 << 20);
    one.writeLarge(numbers(2), numbers(codec.readBuffer.length + 10));
    await platform.idle();
    expect(otherEar.told).toEqual([`receive 2`, `receive ${codec.readBuffer.length}`, "receive 10"]);
  });

  it("stops in the middle of what came when its reader pauses", async () => {
    const platform = new FakePlatform();
    const [one, other] = memoryTransports({ codec, platform });
    const ear = new Ear(other, () => other.pause());
    one.writeLarge(numbers(1), numbers(2));
    one.writeLarge(numbers(3), numbers(4));
    await platform.idle();
    expect(ear.told).toEqual(["receive 1"]);
    for (let count = 0; count < 3; count++) {
      other.resume();
      await platform.idle();
    }
    expect(ear.told).toEqual(["receive 1", "receive 2", "receive 3", "receive 4"]);
  });

  it("ends behind what was written, and is closed when both ends have ended", async () => {
    const { platform, one, other, oneEar, otherEar } = pair(4);
    write(one, numbers(10));
    one.end();
    await platform.idle();
    expect(otherEar.bytes).toEqual(numbers(10));
    expect(otherEar.told.at(-1)).toBe("peerEnded");
    expect(oneEar.told).not.toContain("closed");
    write(other, numbers(3));
    other.end();
    await platform.idle();
    expect(oneEar.bytes).toEqual(numbers(3));
    expect(oneEar.told.slice(-2)).toEqual(["peerEnded", "closed"]);
    expect(otherEar.told.at(-1)).toBe("closed");
  });

  it("tells of the end only when its reader reads", async () => {
    const { platform, one, other, otherEar } = pair();
    other.pause();
    one.end();
    await platform.idle();
    expect(otherEar.told).toEqual([]);
    other.resume();
    await platform.idle();
    expect(otherEar.told).toEqual(["peerEnded"]);
  });

  it("is destroyed on both ends at once, whatever was under way, and tells it once", async () => {
    const { platform, one, other, oneEar, otherEar } = pair(4);
    write(one, numbers(10));
    write(other, numbers(10));
    await platform.turn();
    one.destroy();
    other.destroy();
    one.destroy();
    const got = otherEar.bytes.length;
    await platform.idle();
    expect(otherEar.bytes).toHaveLength(got);
    expect(oneEar.told.filter((event) => event === "closed")).toHaveLength(1);
    expect(otherEar.told.filter((event) => event === "closed")).toHaveLength(1);
    write(one, numbers(1));
    one.end();
    await platform.idle();
    expect(oneEar.told.at(-1)).toBe("closed");
  });
});
