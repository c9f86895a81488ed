import type { ConformanceCase } from "../case.js";
import { answer, clientClose, clientFrame, concat } from "../frames.js";

const TEXT = 1;
const BINARY = 2;
const PING = 9;
const PONG = 10;

const bye = clientClose(1000);

function echoed(name: string, opcode: number, payload: Uint8Array | string): ConformanceCase {
  const send = concat(clientFrame({ opcode, payload }), bye);
  return { name, section: "5.2", send, answers: [answer(opcode, payload)], close: 1000 };
}

/** Frames that are right: lengths at each boundary, both types, control frames between them. */
const right: readonly ConformanceCase[] = [
  echoed("an empty text message is echoed", TEXT, ""),
  echoed("an empty binary message is echoed", BINARY, ""),
  ...[1, 125, 126, 127, 65_535, 65_536].map((length) =>
    echoed(`a binary message of ${length} bytes is echoed`, BINARY, new Uint8Array(length).fill(0xfe)),
  ),
  {
    name: "a ping is answered with its payload",
    section: "5.5.2",
    send: concat(clientFrame({ opcode: PING, payload: "are you there" }), bye),
    answers: [answer(PONG, "are you there")],
    close: 1000,
  },
  {
    name: "a pong that nobody asked for is ignored",
    section: "5.5.3",
    send: concat(clientFrame({ opcode: PONG, payload: "here" }), bye),
    answers: [],
    close: 1000,
  },
  {
    name: "ten pings in one chunk are answered in order",
    section: "5.5.2",
    send: concat(...Array.from({ length: 10 }, (_, n) => clientFrame({ opcode: PING, payload: `ping ${n}` })), bye),
    answers: Array.from({ length: 10 }, (_, n) => answer(PONG, `ping ${n}`)),
    close: 1000,
  },
];

function refused(name: string, section: string, send: Uint8Array, close: number = 1002): ConformanceCase {
  return { name, section, send, answers: [], close };
}

/** Headers that break a rule. */
const wrong: readonly ConformanceCase[] = [
  refused("an unmasked frame from a client", "5.1", clientFrame({ opcode: TEXT, payload: "hello", masked: false })),
  ...[0x40, 0x20, 0x10, 0x70].map((rsv) =>
    refused(`RSV bits 0x${rsv.toString(16)} that no extension owns`, "5.2", clientFrame({ opcode: TEXT, rsv })),
  ),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) =>
    refused(`the reserved opcode ${opcode}`, "5.2", clientFrame({ opcode })),
  ),
  ...[8, 9, 10].flatMap((opcode) => [
    refused(`a fragmented control frame, opcode ${opcode}`, "5.5", clientFrame({ opcode, fin: false })),
    refused(
      `a control frame of 126 bytes, opcode ${opcode}`,
      "5.5",
      clientFrame({ opcode, payload: new Uint8Array(126) }),
    ),
  ]),
  refused(
    "a length of 16 bits where 7 do",
    "5.2",
    clientFrame({ opcode: BINARY, payload: "x", length: { bits: 126, extended: Uint8Array.of(0, 1) } }),
  ),
  refused(
    "a length of 64 bits where 16 do",
    "5.2",
    clientFrame({ opcode: BINARY, length: { bits: 127, extended: Uint8Array.of(0, 0, 0, 0, 0, 0, 0xff, 0xff) } }),
  ),
  refused(
    "a length with its top bit set",
    "5.2",
    clientFrame({ opcode: BINARY, length: { bits: 127, extended: Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0) } }),
  ),
  refused(
    "a length past 2^53",
    "7.4.1",
    clientFrame({ opcode: BINARY, length: { bits: 127, extended: Uint8Array.of(0x7f, 0, 0, 0, 0, 0, 0, 0) } }),
    1009,
  ),
  refused(
    "a length of 2^32",
    "7.4.1",
    clientFrame({ opcode: BINARY, length: { bits: 127, extended: Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0) } }),
    1009,
  ),
];

export const framing: readonly ConformanceCase[] = [...right, ...wrong];
