import type { Role } from "@sluice/codec-wasm";
import { describe, expect, it } from "vitest";
import { BACKENDS, codecOf } from "../support/backends.js";
import { ConnectionHarness, cutsOf } from "../support/connection-harness.js";
import type { WireFrame } from "../support/wire.js";
import { announcing, binary, bytes, close, encode, headerLength, more, ping, pong, text } from "../support/wire.js";

/** A stream, and everything that is reported of it: the same for every way of cutting its bytes. */
interface Vector {
  readonly name: string;
  readonly frames: readonly WireFrame[];
  /** The events before the end. */
  readonly events?: readonly string[];
  /** The end: what was wrong, and which byte of the last frame it is reported at, header counted from 0. */
  readonly wrong?: string;
  readonly at?: { readonly header: number } | { readonly payload: number };
  /** The end, where it is the peer's Close. */
  readonly closed?: string;
  readonly role?: Role;
  readonly raw?: boolean;
  readonly validateText?: boolean;
}

const MAX = 200;
const MAX_FRAGMENTS = 4;
const fin0 = 0;

const HEADERS: readonly Vector[] = [
  ...[0x40, 0x20, 0x10].map((rsv) => ({
    name: `a reserved bit (${rsv}) in the very first frame`,
    frames: [text("a", 0x80 | rsv)],
    wrong: "RESERVED_BITS 1002",
    at: { header: 0 },
  })),
  {
    name: "a reserved bit on a continuation",
    frames: [text("a", fin0), more("b", 0xc0)],
    wrong: "RESERVED_BITS 1002",
    at: { header: 0 },
  },
  {
    name: "a reserved bit on a ping",
    frames: [ping("a", 0xc0)],
    wrong: "RESERVED_BITS 1002",
    at: { header: 0 },
  },
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
    name: `the reserved opcode ${opcode}`,
    frames: [text("hi"), { first: 0x80 | opcode, payload: bytes() }],
    events: ['text "hi"'],
    wrong: "RESERVED_OPCODE 1002",
    at: { header: 0 },
  })),
  {
    name: "a continuation that has nothing to continue",
    frames: [more("x")],
    wrong: "UNEXPECTED_CONTINUATION 1002",
    at: { header: 0 },
  },
  {
    name: "a continuation behind a message's end",
    frames: [text("a", fin0), more("b"), more("c")],
    events: ['text "ab"'],
    wrong: "UNEXPECTED_CONTINUATION 1002",
    at: { header: 0 },
  },
  {
    name: "a new text message inside an unfinished one",
    frames: [text("a", fin0), text("b")],
    wrong: "MESSAGE_UNFINISHED 1002",
    at: { header: 0 },
  },
  {
    name: "a new binary message inside an unfinished one, behind a ping",
    frames: [binary("a", fin0), ping("p"), binary("b")],
    events: ['ping "p"'],
    wrong: "MESSAGE_UNFINISHED 1002",
    at: { header: 0 },
  },
  ...[8, 9, 10].map((opcode) => ({
    name: `a fragmented control frame (${opcode})`,
    frames: [{ first: opcode, payload: bytes() }],
    wrong: "FRAGMENTED_CONTROL_FRAME 1002",
    at: { header: 0 },
  })),
  {
    name: "a frame from a client that is not masked",
    role: "server",
    frames: [text("hi"), { ...text("x"), masked: false }],
    events: ['text "hi"'],
    wrong: "MASK_MISSING 1002",
    at: { header: 1 },
  },
  {
    name: "a frame from a server that is masked",
    role: "client",
    frames: [text("hi"), { ...text("x"), masked: true }],
    events: ['text "hi"'],
    wrong: "MASK_FORBIDDEN 1002",
    at: { header: 1 },
  },
  {
    name: "a ping of 126 bytes",
    frames: [announcing(0x89, 126n)],
    wrong: "CONTROL_FRAME_TOO_LONG 1002",
    at: { header: 1 },
  },
  {
    name: "a Close with a 64-bit length",
    frames: [announcing(0x88, 2n, 8)],
    wrong: "CONTROL_FRAME_TOO_LONG 1002",
    at: { header: 1 },
  },
  {
    name: "125 in 16 bits",
    frames: [announcing(0x82, 125n, 2)],
    wrong: "LENGTH_NOT_MINIMAL 1002",
    at: { header: 3 },
  },
  {
    name: "65535 in 64 bits",
    frames: [announcing(0x82, 65_535n, 8)],
    wrong: "LENGTH_NOT_MINIMAL 1002",
    at: { header: 7 },
  },
  {
    name: "a length with its top bit set",
    frames: [announcing(0x82, 2n ** 63n)],
    wrong: "LENGTH_TOP_BIT 1002",
    at: { header: 2 },
  },
];

const SIZES: readonly Vector[] = [
  {
    name: "a frame just below the limit",
    frames: [text("x".repeat(MAX - 1))],
    events: [`text "${"x".repeat(MAX - 1)}"`],
  },
  { name: "a frame exactly at the limit", frames: [text("x".repeat(MAX))], events: [`text "${"x".repeat(MAX)}"`] },
  {
    name: "a frame one byte over the limit, judged at its header",
    frames: [text("hi"), announcing(0x82, BigInt(MAX + 1))],
    events: ['text "hi"'],
    wrong: `too big ${MAX + 1} over ${MAX}`,
    at: { header: 3 },
  },
  ...[2n ** 32n, 2n ** 32n + 5n, 2n ** 53n].map((length) => ({
    name: `a frame of ${length} bytes`,
    frames: [announcing(0x81, length)],
    wrong: `too big ${length} over ${MAX}`,
    at: { header: 9 },
  })),
  {
    name: "a message in fragments exactly at the limit",
    frames: [text("x".repeat(MAX - 2), fin0), more("", fin0), more("yz")],
    events: [`text "${"x".repeat(MAX - 2)}yz"`],
  },
  {
    name: "a message in fragments one byte over the limit, judged at the header that brings it there",
    frames: [text("x".repeat(MAX - 2), fin0), ping(), announcing(0x00, 3n)],
    events: ["ping"],
    wrong: `too big ${MAX + 1} over ${MAX}`,
    at: { header: 1 },
  },
  {
    name: "as many fragments as a message may have",
    frames: [text("a", fin0), more("", fin0), more("b", fin0), more("c"), text("d", fin0), more()],
    events: ['text "abc"', 'text "d"'],
  },
  {
    name: "one fragment too many, empty ones counted",
    frames: [text("", fin0), more("", fin0), more("", fin0), more("", fin0), more("", fin0)],
    wrong: "TOO_MANY_FRAGMENTS 1008",
    at: { header: 0 },
  },
  {
    name: "one fragment too many with a payload, behind a whole message",
    frames: [
      text("ab", fin0),
      more("c"),
      text("a", fin0),
      more("b", fin0),
      more("c", fin0),
      more("d", fin0),
      more("ee"),
    ],
    events: ['text "abc"'],
    wrong: "TOO_MANY_FRAGMENTS 1008",
    at: { header: 0 },
  },
  {
    name: "one fragment too many whose text is wrong, too, behind its header",
    frames: [text("a", fin0), more("b", fin0), more("c", fin0), more("d", fin0), more(bytes(0x65, 0xff), fin0)],
    wrong: "TOO_MANY_FRAGMENTS 1008",
    at: { header: 0 },
  },
  {
    name: "text that is wrong in the last fragment that a message may have",
    frames: [text("a", fin0), more("b", fin0), more("c", fin0), more(bytes(0x64, 0xff), fin0)],
    wrong: "INVALID_UTF8 1007",
    at: { payload: 1 },
  },
];

const REASSEMBLY: readonly Vector[] = [
  { name: "empty messages", frames: [text(), binary(), ping(), pong()], events: ["text", "binary", "ping", "pong"] },
  {
    name: "a text message in fragments, some of them empty",
    frames: [text("", fin0), more("Hel", fin0), more("", fin0), more("lo")],
    events: ['text "Hello"'],
  },
  {
    name: "control frames between fragments, in front of the message",
    frames: [binary(bytes(1, 2), fin0), ping("p"), more(bytes(3), fin0), pong("q"), more(bytes(4))],
    events: ['ping "p"', 'pong "q"', "binary 01020304"],
  },
  {
    name: "characters cut by fragments",
    frames: [text(bytes(0xe2, 0x82), fin0), ping(), more(bytes(0xac, 0xf0), fin0), more(bytes(0x9f, 0x98, 0x80))],
    events: ["ping", 'text "€😀"'],
  },
  { name: "a byte order mark, which is data", frames: [text("\ufeffhi")], events: ['text "\ufeffhi"'] },
  {
    name: "a byte order mark in a fragmented message",
    frames: [text(bytes(0xef), fin0), more(bytes(0xbb, 0xbf, 0x61))],
    events: ['text "\ufeffa"'],
  },
  { name: "noncharacters", frames: [text("\uffff\u{10ffff}")], events: ['text "\uffff\u{10ffff}"'] },
];

const TEXTS: readonly Vector[] = [
  { name: "a surrogate, wrong at its second byte", body: bytes(0x61, 0xed, 0xa0, 0x80), index: 2 },
  { name: "an overlong form", body: bytes(0x61, 0x62, 0xc0, 0x80), index: 2 },
  { name: "an overlong form of three bytes", body: bytes(0xe0, 0x9f, 0xbf), index: 1 },
  { name: "past U+10FFFF", body: bytes(0xf4, 0x90, 0x80, 0x80), index: 1 },
  { name: "a stray continuation byte", body: bytes(0x61, 0x80, 0x61), index: 1 },
  { name: "a character that breaks off inside the text", body: bytes(0xe2, 0x82, 0x61), index: 2 },
  { name: "a character that breaks off at the text's end", body: bytes(0x61, 0xe2, 0x82), index: 3 },
  { name: "an error behind much ASCII", body: bytes(...new Array<number>(150).fill(0x61), 0xff, 0x61), index: 150 },
].map(({ name, body, index }) => ({
  name: `text with ${name}`,
  frames: [ping("p"), text(body)],
  events: ['ping "p"'],
  wrong: "INVALID_UTF8 1007",
  at: { payload: index },
}));

const SPLIT_TEXTS: readonly Vector[] = [
  {
    name: "a wrong byte in a continuation that continues a character",
    frames: [text(bytes(0x61, 0xe2), fin0), ping(), more(bytes(0x28, 0xa1))],
    events: ["ping"],
    wrong: "INVALID_UTF8 1007",
    at: { payload: 0 },
  },
  {
    name: "a message that ends inside a character, with an empty last fragment",
    frames: [text(bytes(0x61, 0xe2, 0x82), fin0), more()],
    wrong: "INVALID_UTF8 1007",
    at: { payload: 0 },
  },
];

const CLOSES: readonly Vector[] = [
  { name: "an empty Close", frames: [text("hi"), close()], events: ['text "hi"'], closed: "empty" },
  { name: "a Close with a code", frames: [close(1000)], closed: "1000" },
  { name: "a Close with a code and words", frames: [close(4000, "grüß")], closed: '4000 "grüß"' },
  {
    name: "a Close with the longest reason",
    frames: [close(3000, "x".repeat(123))],
    closed: `3000 "${"x".repeat(123)}"`,
  },
  ...[1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999].map((code) => ({
    name: `a Close with the code ${code}`,
    frames: [close(code)],
    closed: `${code}`,
  })),
  {
    name: "a Close inside an unfinished message",
    frames: [text("a", fin0), close(1001)],
    closed: "1001",
  },
  {
    name: "nothing behind a Close is read",
    frames: [close(1000), text("late"), { first: 0xff, payload: bytes() }],
    closed: "1000",
  },
  {
    name: "a Close with a body of one byte",
    frames: [text("hi"), close(bytes(3))],
    events: ['text "hi"'],
    wrong: "INVALID_CLOSE_PAYLOAD 1002",
    at: { payload: 0 },
  },
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535].map((code) => ({
    name: `a Close with the code ${code}, which must not be sent`,
    frames: [close(code)],
    wrong: "INVALID_CLOSE_CODE 1002",
    at: { payload: 0 },
  })),
  {
    name: "a Close whose reason is not UTF-8",
    frames: [close(bytes(0x03, 0xe8, 0x61, 0xed, 0xa0))],
    wrong: "INVALID_UTF8 1007",
    at: { payload: 4 },
  },
  {
    name: "a Close whose reason ends inside a character",
    frames: [ping(), close(bytes(0x03, 0xe8, 0x61, 0xe2, 0x82))],
    events: ["ping"],
    wrong: "INVALID_UTF8 1007",
    at: { payload: 5 },
  },
];

const RAW: readonly Vector[] = [
  {
    name: "every frame as it came in a raw connection, the Close too",
    raw: true,
    frames: [
      text("whole"),
      text("Hel", fin0),
      ping("p"),
      more("", fin0),
      more("lo"),
      binary(bytes(1), fin0),
      more(bytes(2)),
      pong(),
      close(1000, "bye"),
    ],
    events: [
      'text "whole"',
      'text+ "Hel"',
      'ping "p"',
      "text+",
      'text "lo"',
      "binary+ 01",
      "binary 02",
      "pong",
      'close 1000 "bye"',
    ],
    closed: '1000 "bye"',
  },
  {
    name: "more fragments, and more bytes in them, than a message may have, in a raw connection",
    raw: true,
    frames: [text("a".repeat(MAX), fin0), ...Array.from({ length: MAX_FRAGMENTS }, () => more("b", fin0))],
    events: [`text+ "${"a".repeat(MAX)}"`, ...Array.from({ length: MAX_FRAGMENTS }, () => 'text+ "b"')],
  },
  {
    name: "a frame over the limit in a raw connection",
    raw: true,
    frames: [announcing(0x82, BigInt(MAX + 1))],
    wrong: `too big ${MAX + 1} over ${MAX}`,
    at: { header: 3 },
  },
  {
    name: "text of a raw connection, which is checked on demand",
    raw: true,
    validateText: true,
    frames: [text("ok", fin0), more(bytes(0xff))],
    events: ['text+ "ok"'],
    wrong: "INVALID_UTF8 1007",
    at: { payload: 0 },
  },
  {
    name: "a bad Close in a raw connection",
    raw: true,
    frames: [close(1005)],
    wrong: "INVALID_CLOSE_CODE 1002",
    at: { payload: 0 },
  },
];

const VECTORS = [...HEADERS, ...SIZES, ...REASSEMBLY, ...TEXTS, ...SPLIT_TEXTS, ...CLOSES, ...RAW];

/** All that is to be reported, offsets included. */
function expected(vector: Vector, role: Role): string[] {
  const events = [...(vector.events ?? [])];
  if (vector.closed !== undefined) events.push(`peerClose ${vector.closed}`);
  if (vector.wrong === undefined || vector.at === undefined) return events;
  const last = vector.frames.at(-1) as WireFrame;
  const before = encode(vector.frames.slice(0, -1), role).length;
  const inFrame = "header" in vector.at ? vector.at.header : headerLength(last, role) + vector.at.payload;
  const prefix = vector.wrong.startsWith("too big") ? "" : "violation ";
  return [...events, `${prefix}${vector.wrong} @${before + inFrame}`];
}

describe.each(BACKENDS)("reading frames with the %s codec", (backend) => {
  const codec = codecOf(backend);

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  for (const role of ["server", "client"] as const) {
    describe(`as ${role}`, () => {
      it.each(VECTORS.filter((vector) => (vector.role ?? role) === role))("$name", (vector) => {
        const input = encode(vector.frames, role);
        const events = expected(vector, role);
        for (const cuts of cutsOf(input.length)) {
          const harness = new ConnectionHarness({
            codec,
            role,
            maxFrameSize: MAX,
            maxFragments: MAX_FRAGMENTS,
            raw: vector.raw ?? false,
            ...(vector.validateText === undefined ? {} : { validateText: vector.validateText }),
          });
          harness.feed(input, cuts);
          expect({ cuts, events: harness.events }).toEqual({ cuts, events });
          harness.connection.lose();
          expect(harness.retained.used).toBe(0);
        }
      });
    });
  }

  it("takes one frame at a time into the last place with the same result", () => {
    for (const vector of VECTORS) {
      const role = vector.role ?? "server";
      const harness = new ConnectionHarness({
        codec,
        role,
        maxFrameSize: MAX,
        maxFragments: MAX_FRAGMENTS,
        raw: vector.raw ?? false,
        ...(vector.validateText === undefined ? {} : { validateText: vector.validateText }),
      });
      harness.freePlaces = 1;
      harness.freeBytes = 1;
      harness.feed(encode(vector.frames, role));
      expect(harness.events).toEqual(expected(vector, role));
      harness.connection.lose();
      expect(harness.retained.used).toBe(0);
    }
  });

  it("finds what is wrong at the first byte that shows it, before the frame ends", () => {
    for (const wrong of [bytes(0xed, 0xa0), bytes(0xc0), bytes(0xf4, 0x90), bytes(0xff)]) {
      const harness = new ConnectionHarness({ codec });
      const whole = encode(text(bytes(...wrong, ...new Array<number>(100).fill(0x61))), "server");
      const shown = whole.subarray(0, 6 + wrong.length);
      expect(harness.receive(shown.subarray(0, -1))).toBe("more");
      expect(harness.receive(shown.subarray(-1))).toBe("ended");
      expect(harness.events).toEqual([`violation INVALID_UTF8 1007 @${shown.length - 1}`]);
    }
  });

  it("allocates nothing for a length that is only declared", () => {
    const harness = new ConnectionHarness({ codec, maxFrameSize: 0x7fff_ffff });
    harness.feed(encode(announcing(0x82, 0x7fff_ffffn), "server"));
    harness.feed(bytes(1, 2, 3));
    expect(harness.retained.used).toBe(3);
    harness.connection.lose();
    expect(harness.retained.used).toBe(0);
  });

  it("counts offsets from the first byte after the handshake, over many chunks", () => {
    const harness = new ConnectionHarness({ codec });
    const frame = encode(binary(new Uint8Array(200_000)), "server");
    for (let count = 0; count < 6; count++) harness.feed(frame);
    harness.feed(bytes(0x83));
    expect(harness.events.at(-1)).toBe(`violation RESERVED_OPCODE 1002 @${frame.length * 6}`);
  });

  it("gives frames that keep their bytes when the next chunk comes", () => {
    const harness = new ConnectionHarness({ codec });
    harness.feed(encode([binary("first"), text("text"), binary("a", 0), more("b")], "server"));
    harness.feed(encode([binary("other"), binary("XXXXXXXXXXXXXXXXXXXXXXXX")], "server"));
    expect(harness.frames.map((frame) => new TextDecoder().decode(frame.data))).toEqual([
      "first",
      "text",
      "ab",
      "other",
      "XXXXXXXXXXXXXXXXXXXXXXXX",
    ]);
  });
});
