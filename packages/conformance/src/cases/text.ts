import type { ConformanceCase } from "../case.js";
import { answer, bytes, clientClose, clientFrame, concat } from "../frames.js";

const CONTINUATION = 0;
const TEXT = 1;

const bye = clientClose(1000);

function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.split(" "), (pair) => Number.parseInt(pair, 16));
}

function echoed(name: string, payload: Uint8Array): ConformanceCase {
  const send = concat(clientFrame({ opcode: TEXT, payload }), bye);
  return { name, section: "8.1", send, answers: [answer(TEXT, payload)], close: 1000 };
}

function refused(name: string, digits: string): ConformanceCase {
  return {
    name,
    section: "8.1",
    send: clientFrame({ opcode: TEXT, payload: hex(digits) }),
    answers: [],
    close: 1007,
  };
}

const snowman = bytes("☃");

export const text: readonly ConformanceCase[] = [
  echoed("text of one, two, three and four bytes a character is echoed", bytes("aé☃😀")),
  echoed("a byte order mark is data", hex("ef bb bf 61")),
  echoed("noncharacters are legal", hex("ef bf be ef bf bf f4 8f bf bf")),
  echoed("the first and last code points around the surrogates are legal", hex("ed 9f bf ee 80 80")),
  {
    name: "a character across two fragments is whole",
    section: "8.1",
    send: concat(
      clientFrame({ opcode: TEXT, payload: snowman.subarray(0, 2), fin: false }),
      clientFrame({ opcode: CONTINUATION, payload: snowman.subarray(2) }),
      bye,
    ),
    answers: [answer(TEXT, snowman)],
    close: 1000,
  },
  refused("a lone continuation byte", "80"),
  refused("an overlong form of two bytes", "c0 af"),
  refused("an overlong form of three bytes", "e0 80 af"),
  refused("an overlong form of four bytes", "f0 80 80 af"),
  refused("a surrogate", "ed a0 80"),
  refused("a code point past U+10FFFF", "f4 90 80 80"),
  refused("a byte that UTF-8 never has", "fe"),
  refused("a character that ends too early", "61 e2 98"),
  {
    name: "a wrong byte in a message that is not finished is refused at once",
    section: "8.1",
    send: clientFrame({ opcode: TEXT, payload: hex("61 ff"), fin: false }),
    answers: [],
    close: 1007,
  },
];
