import type { ConformanceCase } from "../case.js";
import { answer, clientClose, clientFrame, concat } from "../frames.js";

const TEXT = 1;

export const closing: readonly ConformanceCase[] = [
  { name: "an empty Close is answered with one", section: "5.5.1", send: clientClose(), answers: [], close: null },
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map(
    (code): ConformanceCase => ({
      name: `Close ${code} is answered with its code`,
      section: "7.4",
      send: clientClose(code, "so long"),
      answers: [],
      close: code,
    }),
  ),
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
    (code): ConformanceCase => ({
      name: `Close ${code} must not be sent`,
      section: "7.4",
      send: clientClose(code),
      answers: [],
      close: 1002,
    }),
  ),
  {
    name: "a Close with a body of one byte",
    section: "5.5.1",
    send: clientFrame({ opcode: 8, payload: Uint8Array.of(3) }),
    answers: [],
    close: 1002,
  },
  {
    name: "a Close whose reason is not UTF-8",
    section: "5.5.1",
    send: clientClose(1000, Uint8Array.of(0xc3, 0x28)),
    answers: [],
    close: 1007,
  },
  {
    name: "a message in front of a Close is answered first",
    section: "5.5.1",
    send: concat(clientFrame({ opcode: TEXT, payload: "last words" }), clientClose(1000)),
    answers: [answer(TEXT, "last words")],
    close: 1000,
  },
  {
    name: "what comes behind a Close is not read",
    section: "5.5.1",
    send: concat(clientClose(1000), clientFrame({ opcode: TEXT, payload: "too late" })),
    answers: [],
    close: 1000,
  },
];
