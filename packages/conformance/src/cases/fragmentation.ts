import type { ConformanceCase } from "../case.js";
import { answer, clientClose, clientFrame, concat } from "../frames.js";

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const PING = 9;
const PONG = 10;

const bye = clientClose(1000);

export const fragmentation: readonly ConformanceCase[] = [
  {
    name: "a text message in three fragments is one message",
    section: "5.4",
    send: concat(
      clientFrame({ opcode: TEXT, payload: "one ", fin: false }),
      clientFrame({ opcode: CONTINUATION, payload: "two ", fin: false }),
      clientFrame({ opcode: CONTINUATION, payload: "three" }),
      bye,
    ),
    answers: [answer(TEXT, "one two three")],
    close: 1000,
  },
  {
    name: "empty fragments add nothing",
    section: "5.4",
    send: concat(
      clientFrame({ opcode: BINARY, fin: false }),
      clientFrame({ opcode: CONTINUATION, fin: false }),
      clientFrame({ opcode: CONTINUATION, payload: "x", fin: false }),
      clientFrame({ opcode: CONTINUATION }),
      bye,
    ),
    answers: [answer(BINARY, "x")],
    close: 1000,
  },
  {
    name: "a ping between fragments is answered before the message",
    section: "5.4",
    send: concat(
      clientFrame({ opcode: TEXT, payload: "be", fin: false }),
      clientFrame({ opcode: PING, payload: "now" }),
      clientFrame({ opcode: CONTINUATION, payload: "tween" }),
      bye,
    ),
    answers: [answer(PONG, "now"), answer(TEXT, "between")],
    close: 1000,
  },
  {
    name: "a Close between fragments ends the message unfinished",
    section: "5.4",
    send: concat(clientFrame({ opcode: TEXT, payload: "never", fin: false }), clientClose(1001)),
    answers: [],
    close: 1001,
  },
  {
    name: "a continuation with nothing to continue",
    section: "5.4",
    send: clientFrame({ opcode: CONTINUATION, payload: "what" }),
    answers: [],
    close: 1002,
  },
  {
    name: "a continuation behind a finished message",
    section: "5.4",
    send: concat(clientFrame({ opcode: TEXT, payload: "done" }), clientFrame({ opcode: CONTINUATION, payload: "?" })),
    answers: [answer(TEXT, "done")],
    close: 1002,
  },
  {
    name: "a new message inside an unfinished one",
    section: "5.4",
    send: concat(
      clientFrame({ opcode: TEXT, payload: "one", fin: false }),
      clientFrame({ opcode: BINARY, payload: "two" }),
    ),
    answers: [],
    close: 1002,
  },
];
