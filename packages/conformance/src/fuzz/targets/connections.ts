import { createCodec } from "@sluice/codec-wasm";
import { expectSame } from "../difference.js";
import type { Conversation, ConversationInput } from "../streams/conversation.js";
import { converse } from "../streams/conversation.js";
import { damaged, drawCuts } from "../streams/damage.js";
import type { WrittenFrame } from "../streams/messages.js";
import { drawMessages } from "../streams/messages.js";
import type { FuzzTarget } from "../target.js";

const wasm = createCodec({ backend: "wasm" });
const typescript = createCodec({ backend: "typescript" });

const OWNED: readonly number[] = [0, 0, 0, 0x40, 0x70];
const MANY = 2 ** 31 - 1;

/**
 * Whole connections that read, report, pause, go on, answer and close. On both codecs everything happens alike, call by
 * call; in one piece, with room for all of it, the events are the same; and of a sound stream they are what was written.
 */
export const connections = (): FuzzTarget<ConversationInput> => ({
  generate(random) {
    const role = random.oneIn(4) ? "client" : "server";
    const messageRsv = random.pick(OWNED);
    const continuationRsv = random.oneIn(4) ? messageRsv : 0;
    const sound = random.oneIn(3);
    const raw = random.oneIn(3);
    const written = drawMessages(random, { role, messageRsv, continuationRsv, sound });
    const bytes = !sound && random.oneIn(2) ? damaged(random, written.bytes) : written.bytes;
    return {
      role,
      raw,
      validateText: !random.oneIn(4),
      messageRsv,
      continuationRsv,
      maxFrameSize: sound || random.oneIn(2) ? MANY : random.pick([70_000, 1024, 126, 20, 0]),
      maxFragments: sound || random.oneIn(2) ? MANY : random.between(1, 4),
      maxRetained: sound || random.oneIn(2) ? MANY : random.below(600),
      places: random.oneIn(2) ? MANY : random.between(1, 8),
      room: random.oneIn(2) ? MANY : random.between(1, 400),
      bytes,
      cuts: drawCuts(random, bytes.length),
      closesAfter: !sound && random.oneIn(6) ? random.below(6) : -1,
      drive: random.next(),
      messages: sound && !raw ? expectedMessages(written.frames) : null,
    };
  },
  check(input) {
    const ours = converse(wasm, input);
    const theirs = converse(typescript, input);
    expectSame("what happened on wasm and on typescript", report(ours), report(theirs));
    if (input.messages !== null) {
      expectSame("the messages", messagesOf(ours.events).join("\n"), input.messages.join("\n"));
    }
    checkOutput(input, ours.output);
    // A budget may be exceeded by how a stream is cut, and what comes before our Close depends on it.
    if (input.maxRetained !== MANY || input.closesAfter >= 0) return;
    const atOnce = converse(typescript, { ...input, cuts: [], places: MANY, room: MANY });
    expectSame("the events of pieces and of the whole", ours.events.join("\n"), atOnce.events.join("\n"));
  },
});

/** What was sent is right for who is at the other end, and gives back the messages of a sound stream. */
function checkOutput(input: ConversationInput, output: Uint8Array): void {
  const role = input.role === "server" ? "client" : "server";
  const raw = input.messages === null;
  const plain = { role, raw, validateText: !raw, maxFrameSize: MANY, maxFragments: MANY, maxRetained: MANY } as const;
  const { events } = converse(typescript, { ...input, ...plain, bytes: output, cuts: [], places: MANY, room: MANY });
  const violation = events.find((event) => event.startsWith("violation"));
  expectSame("what the other end finds wrong with what was sent", violation, undefined);
  if (input.messages === null) return;
  expectSame("the messages that came back", messagesOf(events).join("\n"), input.messages.join("\n"));
}

function messagesOf(events: readonly string[]): string[] {
  return events.filter((event) => event.startsWith("text") || event.startsWith("binary"));
}

function report({ log, events, output }: Conversation): string {
  return [...log, ...events, Buffer.from(output).toString("latin1")].join("\n");
}

/** Whole messages, in words, as a connection reports them. */
function expectedMessages(frames: readonly WrittenFrame[]): string[] {
  const messages: string[] = [];
  let first = 0;
  let parts: Uint8Array[] = [];
  for (const frame of frames) {
    const opcode = frame.first & 15;
    if (opcode >= 8) continue;
    if (opcode !== 0) first = frame.first;
    parts.push(frame.payload);
    if ((frame.first & 0x80) === 0) continue;
    const bits = (first & 0x70) | 0x80;
    const type = (first & 15) === 1 ? "text" : "binary";
    messages.push(`${type} ${bits.toString(16)} ${Buffer.concat(parts).toString("latin1")}`);
    parts = [];
  }
  return messages;
}
