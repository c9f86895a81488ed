import type { FrameCursorOptions, Role } from "../../src/index.js";
import { ParseError } from "../../src/index.js";
import type { WireFrame } from "./wire.js";
import { encodeFrame, utf8 } from "./wire.js";

/** What a vector must come to. */
export interface Vector {
  readonly name: string;
  readonly options: FrameCursorOptions;
  readonly bytes: Uint8Array;
  /** How many frames come out before the end or the error. */
  readonly frameCount: number;
  readonly error: ParseError;
  readonly errorOffset: number;
  readonly errorLength: number;
}

/** Which byte of the last frame an error is reported at. */
type At = { readonly header: number } | { readonly payload: number };

interface Case {
  readonly name: string;
  readonly frames: readonly WireFrame[];
  readonly error?: ParseError;
  /** Counted from 0 in the last frame. */
  readonly at?: At;
  readonly errorLength?: number;
  readonly options?: Partial<FrameCursorOptions>;
  /** Only for readers in this role. */
  readonly role?: Role;
}

const KEY = [0x37, 0xfa, 0x21, 0x3d];
const LIMIT = 200;

const text = (payload: string | Uint8Array, first = 0x81): WireFrame => ({
  first,
  payload: typeof payload === "string" ? utf8(payload) : payload,
});
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const empty = bytes();
const ping: WireFrame = { first: 0x89, payload: utf8("ping") };
const declared = (first: number, length: bigint, lengthBytes?: 0 | 2 | 8): WireFrame => ({
  first,
  payload: empty,
  declared: length,
  ...(lengthBytes === undefined ? {} : { lengthBytes }),
});

const HEADERS: readonly Case[] = [
  { name: "an empty stream", frames: [] },
  {
    name: "empty text, binary, ping, pong and close",
    frames: [0x81, 0x82, 0x89, 0x8a, 0x88].map((first) => text("", first)),
  },
  {
    name: "text, binary, ping, pong and close",
    frames: [0x81, 0x82, 0x89, 0x8a, 0x88].map((first) => text("abc", first)),
  },
  { name: "a control frame of 125 bytes", frames: [{ first: 0x89, payload: new Uint8Array(125).fill(0x80) }] },
  {
    name: "lengths 125 to 127",
    frames: [125, 126, 127].map((size) => ({ first: 0x82, payload: new Uint8Array(size).fill(0xee) })),
  },
  {
    name: "a fragmented message with a ping inside",
    frames: [text("Hel", 0x01), ping, text("lo", 0x00), text("", 0x80), text("next")],
  },
  { name: "a frame exactly at the limit", frames: [{ first: 0x82, payload: new Uint8Array(LIMIT) }] },
  {
    name: "a message exactly at the limit",
    frames: [
      { first: 0x02, payload: new Uint8Array(LIMIT - 1) },
      { first: 0x80, payload: bytes(1) },
    ],
  },
  {
    name: "RSV1 with nobody to own it",
    frames: [text("a"), text("a", 0xc1)],
    error: ParseError.reservedBits,
    at: { header: 0 },
  },
  {
    name: "RSV2 in the very first frame",
    frames: [text("a", 0xa1)],
    error: ParseError.reservedBits,
    at: { header: 0 },
  },
  {
    name: "RSV3 where an extension owns RSV1",
    frames: [text("a", 0x91)],
    options: { messageRsv: 0x40 },
    error: ParseError.reservedBits,
    at: { header: 0 },
  },
  {
    name: "RSV1 on a continuation where only messages may have it",
    frames: [text("a", 0x41), text("a", 0xc0)],
    options: { messageRsv: 0x40 },
    error: ParseError.reservedBits,
    at: { header: 0 },
  },
  {
    name: "RSV1 on a control frame where messages may have it",
    frames: [text("a", 0xc9)],
    options: { messageRsv: 0x40, continuationRsv: 0x40 },
    error: ParseError.reservedBits,
    at: { header: 0 },
  },
  {
    name: "RSV before a reserved opcode in the same byte",
    frames: [text("a", 0xc3)],
    error: ParseError.reservedBits,
    at: { header: 0 },
  },
  {
    name: "owned RSV bits",
    frames: [text("a", 0xf1), text("b", 0x71), text("c", 0xd0)],
    options: { messageRsv: 0x70, continuationRsv: 0x50 },
  },
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
    name: `the reserved opcode ${opcode}`,
    frames: [ping, text("", 0x80 | opcode)],
    error: ParseError.reservedOpcode,
    at: { header: 0 },
  })),
  {
    name: "a reserved opcode before a missing FIN in the same byte",
    frames: [text("", 0x0b)],
    error: ParseError.reservedOpcode,
    at: { header: 0 },
  },
  {
    name: "a continuation with nothing to continue",
    frames: [text("x", 0x80)],
    error: ParseError.unexpectedContinuation,
    at: { header: 0 },
  },
  {
    name: "a continuation after the message's end",
    frames: [text("x", 0x01), text("y", 0x80), text("z", 0x80)],
    error: ParseError.unexpectedContinuation,
    at: { header: 0 },
  },
  {
    name: "a text frame inside a message",
    frames: [text("x", 0x01), text("y")],
    error: ParseError.messageUnfinished,
    at: { header: 0 },
  },
  {
    name: "a binary fragment inside a message",
    frames: [text("x", 0x02), ping, text("y", 0x02)],
    error: ParseError.messageUnfinished,
    at: { header: 0 },
  },
  ...[8, 9, 10].map((opcode) => ({
    name: `the control opcode ${opcode} without FIN`,
    frames: [text("x", 0x01), text("", opcode)],
    error: ParseError.fragmentedControl,
    at: { header: 0 },
  })),
  {
    name: "an unmasked frame from a client",
    role: "server",
    frames: [ping, { ...text("x"), masked: false }],
    error: ParseError.maskMissing,
    at: { header: 1 },
  },
  {
    name: "a masked frame from a server",
    role: "client",
    frames: [ping, { ...text("x"), masked: true }],
    error: ParseError.maskForbidden,
    at: { header: 1 },
  },
  {
    name: "a wrong mask bit before a wrong length in the same byte",
    role: "server",
    frames: [{ ...declared(0x89, 126n), masked: false }],
    error: ParseError.maskMissing,
    at: { header: 1 },
  },
  {
    name: "a control frame with a 16-bit length",
    frames: [declared(0x89, 126n)],
    error: ParseError.controlTooLong,
    at: { header: 1 },
  },
  {
    name: "a control frame with a 64-bit length",
    frames: [text("x", 0x01), declared(0x88, 5n, 8)],
    error: ParseError.controlTooLong,
    at: { header: 1 },
  },
  { name: "125 in 16 bits", frames: [declared(0x82, 125n, 2)], error: ParseError.lengthNotMinimal, at: { header: 3 } },
  { name: "0 in 16 bits", frames: [declared(0x82, 0n, 2)], error: ParseError.lengthNotMinimal, at: { header: 3 } },
  {
    name: "65535 in 64 bits",
    frames: [declared(0x82, 65_535n, 8)],
    error: ParseError.lengthNotMinimal,
    at: { header: 7 },
  },
  { name: "0 in 64 bits", frames: [declared(0x82, 0n, 8)], error: ParseError.lengthNotMinimal, at: { header: 7 } },
  {
    name: "a 64-bit length with its top bit set",
    frames: [declared(0x82, 2n ** 63n)],
    error: ParseError.lengthTopBit,
    at: { header: 2 },
  },
  {
    name: "all 64 bits set",
    frames: [declared(0x82, 2n ** 64n - 1n)],
    error: ParseError.lengthTopBit,
    at: { header: 2 },
  },
  {
    name: "a short length over the limit",
    frames: [declared(0x82, 101n)],
    options: { maxFrameSize: 100 },
    error: ParseError.frameTooBig,
    at: { header: 1 },
    errorLength: 101,
  },
  {
    name: "a 16-bit length over the limit",
    frames: [ping, declared(0x81, 201n)],
    error: ParseError.frameTooBig,
    at: { header: 3 },
    errorLength: 201,
  },
  ...[
    65_536n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 32n + 5n,
    2n ** 33n - 6n,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
  ].map((length) => ({
    name: `a length of ${length}`,
    frames: [declared(0x82, length)],
    error: ParseError.frameTooBig,
    at: { header: 9 },
    errorLength: Number(length),
  })),
  {
    name: "2^31 where the limit is the largest",
    frames: [declared(0x82, 2n ** 31n)],
    options: { maxFrameSize: 2 ** 31 - 1 },
    error: ParseError.frameTooBig,
    at: { header: 9 },
    errorLength: 2 ** 31,
  },
  {
    name: "an unfinished frame of 2^31 - 1 bytes",
    frames: [declared(0x82, 2n ** 31n - 1n)],
    options: { maxFrameSize: 2 ** 31 - 1 },
  },
  {
    name: "a fragment that brings its message over the limit",
    frames: [{ first: 0x02, payload: new Uint8Array(150) }, ping, declared(0x00, 51n)],
    error: ParseError.messageTooBig,
    at: { header: 1 },
    errorLength: 51,
  },
  {
    name: "a last fragment with a 16-bit length over the limit",
    frames: [{ first: 0x02, payload: new Uint8Array(20) }, declared(0x80, 190n)],
    error: ParseError.messageTooBig,
    at: { header: 3 },
    errorLength: 190,
  },
  {
    name: "a fragment over the frame's limit and the message's",
    frames: [{ first: 0x02, payload: bytes(1) }, declared(0x80, 300n)],
    error: ParseError.frameTooBig,
    at: { header: 3 },
    errorLength: 300,
  },
  {
    name: "a fragment whose sum with the message passes 2^32",
    frames: [text("x", 0x02), declared(0x80, 2n ** 32n - 1n)],
    options: { maxFrameSize: 2 ** 31 - 1 },
    error: ParseError.frameTooBig,
    at: { header: 9 },
    errorLength: 2 ** 32 - 1,
  },
  {
    name: "a message over the limit where only frames are held to it",
    frames: [150, 150, 150].map((size, index) => ({
      first: [0x02, 0x00, 0x80][index] ?? 0,
      payload: new Uint8Array(size),
    })),
    options: { limitMessages: false },
  },
  { name: "any control frame where the limit is 0", frames: [ping], options: { maxFrameSize: 0 } },
  {
    name: "one byte where the limit is 0",
    frames: [text(""), text("x")],
    options: { maxFrameSize: 0 },
    error: ParseError.frameTooBig,
    at: { header: 1 },
    errorLength: 1,
  },
];

/** Text of one frame: what it is, its bytes, and which byte is the first wrong one (its length: the text ends too early). */
export const TEXTS: readonly { readonly name: string; readonly bytes: Uint8Array; readonly wrongAt?: number }[] = [
  { name: "ASCII", bytes: utf8("The quick brown fox jumps over the lazy dog, and then some more.") },
  { name: "every length of sequence", bytes: utf8("aé€𝄞z") },
  { name: "NUL and DEL", bytes: bytes(0x00, 0x7f) },
  { name: "a byte order mark", bytes: bytes(0xef, 0xbb, 0xbf, 0x61) },
  {
    name: "noncharacters U+FFFE, U+FFFF and U+10FFFF",
    bytes: bytes(0xef, 0xbf, 0xbe, 0xef, 0xbf, 0xbf, 0xf4, 0x8f, 0xbf, 0xbf),
  },
  {
    name: "the edges U+0080, U+07FF, U+0800, U+D7FF, U+E000 and U+10000",
    bytes: utf8("\u0080\u07ff\u0800\ud7ff\ue000\u{10000}"),
  },
  { name: "a continuation byte alone", bytes: bytes(0x61, 0x80), wrongAt: 1 },
  { name: "a continuation byte too many", bytes: bytes(0xc3, 0xa9, 0xa9), wrongAt: 2 },
  { name: "the overlong C0 80", bytes: bytes(0xc0, 0x80), wrongAt: 0 },
  { name: "the overlong C1 BF", bytes: bytes(0x61, 0xc1, 0xbf), wrongAt: 1 },
  { name: "the overlong E0 80 80", bytes: bytes(0xe0, 0x80, 0x80), wrongAt: 1 },
  { name: "the overlong E0 9F BF", bytes: bytes(0xe0, 0x9f, 0xbf), wrongAt: 1 },
  { name: "the overlong F0 80 80 80", bytes: bytes(0xf0, 0x80, 0x80, 0x80), wrongAt: 1 },
  { name: "the overlong F0 8F BF BF", bytes: bytes(0xf0, 0x8f, 0xbf, 0xbf), wrongAt: 1 },
  { name: "the surrogate ED A0 80", bytes: bytes(0xed, 0xa0, 0x80), wrongAt: 1 },
  { name: "the surrogate ED BF BF", bytes: bytes(0xed, 0xbf, 0xbf), wrongAt: 1 },
  { name: "U+110000, F4 90 80 80", bytes: bytes(0xf4, 0x90, 0x80, 0x80), wrongAt: 1 },
  { name: "F5", bytes: bytes(0xf5, 0x80, 0x80, 0x80), wrongAt: 0 },
  { name: "F8, which would begin five bytes", bytes: bytes(0x61, 0xf8, 0x88, 0x80, 0x80, 0x80), wrongAt: 1 },
  { name: "FE", bytes: bytes(0xfe), wrongAt: 0 },
  { name: "FF after text", bytes: bytes(0x61, 0x62, 0xff), wrongAt: 2 },
  { name: "two bytes of which the second is ASCII", bytes: bytes(0xc3, 0x28), wrongAt: 1 },
  { name: "three bytes of which the third is ASCII", bytes: bytes(0xe2, 0x82, 0x28), wrongAt: 2 },
  { name: "four bytes of which the fourth begins another", bytes: bytes(0xf0, 0x9d, 0x84, 0xc3, 0xa9), wrongAt: 3 },
  { name: "an end after C3", bytes: bytes(0x61, 0xc3), wrongAt: 2 },
  { name: "an end after E2", bytes: bytes(0xe2), wrongAt: 1 },
  { name: "an end after E2 82", bytes: bytes(0xe2, 0x82), wrongAt: 2 },
  { name: "an end after F0", bytes: bytes(0xf0), wrongAt: 1 },
  { name: "an end after F0 9D", bytes: bytes(0xf0, 0x9d), wrongAt: 2 },
  { name: "an end after F0 9D 84", bytes: bytes(0xf0, 0x9d, 0x84), wrongAt: 3 },
  { name: "an end after ED", bytes: bytes(0xed), wrongAt: 1 },
  { name: "a lone C0 at the end", bytes: bytes(0x61, 0xc0), wrongAt: 1 },
  { name: "a wrong byte far behind others", bytes: utf8(`${"ä€𝄞".repeat(9)}`).with(71, 0x20), wrongAt: 71 },
  {
    name: "a wrong byte after 40 bytes of ASCII",
    bytes: bytes(...utf8("0123456789".repeat(4)), 0xed, 0xa0, 0x80),
    wrongAt: 41,
  },
];

/** The same texts cut into fragments, with a ping between: the sequence is carried across both. */
function textCases(): Case[] {
  const cases: Case[] = [];
  for (const { name, bytes: all, wrongAt } of TEXTS) {
    const whole: Case = { name: `${name}, in one frame`, frames: [text("ok"), text(all)] };
    cases.push(wrongAt === undefined ? whole : { ...whole, error: ParseError.invalidUtf8, at: { payload: wrongAt } });
    for (const cut of new Set([1, all.length >> 1, all.length - 1])) {
      if (cut <= 0 || cut >= all.length) continue;
      const frames = [text(all.subarray(0, cut), 0x01), ping, text(all.subarray(cut), 0x80)];
      const named = `${name}, in fragments of ${cut} and ${all.length - cut} bytes`;
      if (wrongAt === undefined) cases.push({ name: named, frames });
      else if (wrongAt < cut)
        cases.push({
          name: named,
          frames: frames.slice(0, 1),
          error: ParseError.invalidUtf8,
          at: { payload: wrongAt },
        });
      else cases.push({ name: named, frames, error: ParseError.invalidUtf8, at: { payload: wrongAt - cut } });
    }
  }
  return cases;
}

const WRONG = bytes(0x61, 0xff);

const TEXT_RULES: readonly Case[] = [
  {
    name: "an empty last fragment while a sequence is open",
    frames: [text(bytes(0xe2, 0x82), 0x01), text("", 0x80)],
    error: ParseError.invalidUtf8,
    at: { payload: 0 },
  },
  {
    name: "empty fragments while a sequence is open",
    frames: [text(bytes(0xe2), 0x01), text("", 0x00), ping, text("", 0x00), text(bytes(0x82, 0xac), 0x80)],
  },
  {
    name: "a sequence in four fragments",
    frames: [text(bytes(0xf0), 0x01), text(bytes(0x9d), 0x00), text(bytes(0x84), 0x00), text(bytes(0x9e), 0x80)],
  },
  {
    name: "bytes that are not text in a binary message",
    frames: [
      { first: 0x02, payload: WRONG },
      { first: 0x80, payload: WRONG },
    ],
  },
  {
    name: "bytes that are not text in a ping inside a text",
    frames: [text(bytes(0xc3), 0x01), { first: 0x89, payload: WRONG }, text(bytes(0xa9), 0x80)],
  },
  {
    name: "bytes that are not text where nobody checks",
    frames: [text(WRONG), text(WRONG, 0x01), text(WRONG, 0x80)],
    options: { validateText: false },
  },
  {
    name: "a message that an extension owns is not checked",
    frames: [text(WRONG, 0xc1), text(WRONG, 0x41), text(WRONG, 0x00), text(WRONG, 0x80)],
    options: { messageRsv: 0x40 },
  },
  {
    name: "the message after it is checked again",
    frames: [text(WRONG, 0x41), text(WRONG, 0x80), text(WRONG)],
    options: { messageRsv: 0x40 },
    error: ParseError.invalidUtf8,
    at: { payload: 1 },
  },
  {
    name: "a message is not checked from the fragment on that an extension owns",
    frames: [text(bytes(0xc3), 0x01), text(WRONG, 0x40), text(WRONG, 0x80)],
    options: { continuationRsv: 0x40 },
  },
  {
    name: "long text with a wrong byte in a 16-bit length",
    frames: [text(utf8("ß".repeat(70)).with(131, 0x41))],
    error: ParseError.invalidUtf8,
    at: { payload: 131 },
  },
];

function build(entry: Case, role: Role): Vector {
  const wire: number[] = [];
  let last = { start: 0, headerSize: 0 };
  for (const frame of entry.frames) {
    const encoded = encodeFrame(frame, role, KEY);
    last = { start: wire.length, headerSize: encoded.headerSize };
    for (const byte of encoded.bytes) wire.push(byte);
  }
  const { error = ParseError.none, at = { header: 0 } } = entry;
  const relative = "header" in at ? at.header : last.headerSize + at.payload;
  const isComplete = error === ParseError.none && entry.frames.every((frame) => frame.declared === undefined);
  return {
    name: `${entry.name} (${role})`,
    options: { role, maxFrameSize: LIMIT, ...entry.options },
    bytes: Uint8Array.from(wire),
    frameCount: entry.frames.length - (isComplete ? 0 : 1),
    error,
    errorOffset: error === ParseError.none ? 0 : last.start + relative,
    errorLength: entry.errorLength ?? 0,
  };
}

const CASES: readonly Case[] = [...HEADERS, ...textCases(), ...TEXT_RULES];

/** Every error, every class of UTF-8 and what must pass beside them, for both roles. */
export const VECTORS: readonly Vector[] = CASES.flatMap((entry) =>
  (["server", "client"] as const)
    .filter((role) => entry.role === undefined || entry.role === role)
    .map((role) => build(entry, role)),
);
