import type { Role } from "@sluice/codec-wasm";
import type { Random } from "../random.js";
import { drawLength, drawText } from "./payloads.js";
import type { LengthForm } from "./wire.js";
import { shortest, Wire } from "./wire.js";

const FIN = 0x80;
const RSV: readonly number[] = [0x40, 0x40, 0x20, 0x10, 0x60, 0x70];
const CONTROLS: readonly number[] = [0x88, 0x89, 0x89, 0x8a];

/** What messages are drawn for. */
export interface MessageSettings {
  readonly role: Role;
  /** The RSV bits that somebody owns, on first frames and on others. */
  readonly messageRsv: number;
  readonly continuationRsv: number;
  /** Whether nothing about the stream is wrong. */
  readonly sound: boolean;
}

/** A frame as it was written. */
export interface WrittenFrame {
  readonly first: number;
  readonly payload: Uint8Array;
}

/** A stream, and the frames it is made of. */
export interface WrittenStream {
  readonly bytes: Uint8Array;
  readonly frames: readonly WrittenFrame[];
}

const wire = new Wire();

/** Messages, whole and in fragments, with control frames before and between. Where it need not be sound, anything may be off. */
export function drawMessages(random: Random, settings: MessageSettings): WrittenStream {
  const frames: WrittenFrame[] = [];
  const write = (first: number, payload: Uint8Array): void => {
    const { sound, role } = settings;
    const masked = sound || !random.oneIn(100) ? role === "server" : role === "client";
    const key = random.oneIn(20) ? 0 : random.next();
    wire.frame(first, payload, masked ? key : undefined, sound ? undefined : lengthForm(random, payload.length));
    frames.push({ first, payload });
  };
  for (let count = random.below(6); count >= 0; count--) drawMessage(random, settings, write);
  // In the end, because nothing is read behind it.
  if (settings.sound && random.oneIn(2)) write(0x88, drawClose(random));
  return { bytes: wire.take(), frames };
}

function drawMessage(
  random: Random,
  settings: MessageSettings,
  write: (first: number, payload: Uint8Array) => void,
): void {
  const { sound } = settings;
  const text = random.oneIn(2);
  const rsv = random.oneIn(6) ? random.pick(RSV) : 0;
  const stray = !sound && random.oneIn(12);
  const wrong = !sound && random.oneIn(8);
  const length = drawLength(random);
  const payload = text ? drawText(random, length, wrong) : random.bytes(length);
  const fragments = random.oneIn(3) ? random.below(4) : 0;
  let from = 0;
  for (let index = 0; index <= fragments; index++) {
    if (random.oneIn(5)) drawControl(random, sound, write);
    const to = index === fragments ? length : random.between(from, length);
    const owned = index === 0 ? settings.messageRsv : settings.continuationRsv;
    const bits = index === 0 || random.oneIn(3) ? (stray ? rsv : rsv & owned) : 0;
    const fin = index === fragments ? FIN : 0;
    const opcode = index > 0 ? 0 : text ? 1 : 2;
    write(fin | bits | opcode, payload.subarray(from, to));
    from = to;
  }
}

function drawControl(random: Random, sound: boolean, write: (first: number, payload: Uint8Array) => void): void {
  // A Close would be the end.
  const first = sound ? random.pick([0x89, 0x8a]) : random.pick(CONTROLS);
  const length = random.oneIn(6) ? random.between(120, sound ? 125 : 127) : random.below(12);
  write(first, first === 0x88 ? drawClose(random) : random.bytes(length));
}

function drawClose(random: Random): Uint8Array {
  if (random.oneIn(4)) return new Uint8Array(0);
  const code = random.pick([1000, 1001, 1003, 1007, 1011, 3000, 4999]);
  const reason = drawText(random, random.below(random.oneIn(4) ? 123 : 12), false);
  return Uint8Array.of(code >> 8, code & 0xff, ...reason);
}

/** Mostly the right one. */
function lengthForm(random: Random, length: number): LengthForm | undefined {
  if (!random.oneIn(40)) return undefined;
  const { low } = shortest(length);
  return random.pick<LengthForm>([
    { size: 2, high: 0, low },
    { size: 8, high: 0, low },
    { size: 8, high: random.pick([1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x20_0000]), low },
    { size: 8, high: 0, low: 0xffff_ffff },
    { size: 0, high: 0, low: random.below(126) },
  ]);
}
