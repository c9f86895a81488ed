import type { WebSocketContentConverter } from "@sluice/server";
import { jsonConverter, WebSocketDeserializeError } from "@sluice/server";
import { cborConverter } from "@sluice/server/cbor";
import { messagePackConverter } from "@sluice/server/message-pack";
import { describe, expect, it } from "vitest";
import { bytes, clientFrame, closeCode, concat } from "../../src/frames.js";
import { open } from "../../src/peer.js";
import { route } from "../support/serve.js";
import { everySetup } from "../support/setups.js";
import { rule } from "./rule.js";

/** A format of messages: how to write what is good, what is bad, and what is in between. */
interface Format {
  readonly name: string;
  readonly converter: WebSocketContentConverter;
  readonly opcode: number;
  /** So many arrays inside each other. */
  readonly nested: (depth: number) => Uint8Array;
  /** Messages that are read, as JSON. */
  readonly taken: Readonly<Record<string, readonly [message: Uint8Array, json: string]>>;
  readonly refused: Readonly<Record<string, Uint8Array>>;
}

const hex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(" ", ""), "hex"));
const repeated = (byte: number, count: number): Uint8Array => new Uint8Array(count).fill(byte);

/** Keys, as they stand in binary messages. */
const PROTO = Buffer.from("__proto__").toString("hex");
const CONSTRUCTOR = Buffer.from("constructor").toString("hex");

const formats: readonly Format[] = [
  {
    name: "JSON",
    converter: jsonConverter(),
    opcode: 1,
    nested: (depth) => bytes("[".repeat(depth) + "]".repeat(depth)),
    taken: {
      "a key twice, of which the later counts": [bytes('{"a":1,"a":2}'), '{"a":2}'],
      "keys that every object has": [bytes('{"constructor":1,"toString":2}'), '{"constructor":1,"toString":2}'],
      "the text __proto__": [bytes('["__proto__"]'), '["__proto__"]'],
    },
    refused: {
      "the key __proto__": bytes('{"a":[{"__proto__":{"admin":true}}]}'),
      "the key __proto__, escaped": bytes('{"\\u005f_proto__":{"admin":true}}'),
      "bytes behind the value": bytes("{} {}"),
      "a message cut short": bytes('{"a":'),
      nothing: new Uint8Array(0),
      "a byte order mark": bytes("\ufeff{}"),
    },
  },
  {
    name: "CBOR",
    converter: cborConverter(),
    opcode: 2,
    nested: (depth) => concat(repeated(0x81, depth - 1), hex("80")),
    taken: { "keys that every object has": [hex(`a1 6b ${CONSTRUCTOR} 01`), '{"constructor":1}'] },
    refused: {
      "the key __proto__": hex(`a1 69 ${PROTO} a0`),
      "a key twice": hex("a2 6161 01 6161 02"),
      "bytes behind the item": hex("01 01"),
      "a message cut short": hex("82 01"),
      nothing: new Uint8Array(0),
      "an array of four billion items": hex("9affffffff"),
      "text that is not UTF-8": hex("61ff"),
    },
  },
  {
    name: "MessagePack",
    converter: messagePackConverter(),
    opcode: 2,
    nested: (depth) => concat(repeated(0x91, depth - 1), hex("90")),
    taken: { "keys that every object has": [hex(`81 ab ${CONSTRUCTOR} 01`), '{"constructor":1}'] },
    refused: {
      "the key __proto__": hex(`81 a9 ${PROTO} 80`),
      "a key twice": hex("82 a161 01 a161 02"),
      "a key as text and as a number": hex("82 a131 01 01 02"),
      "bytes behind the item": hex("01 01"),
      "a message cut short": hex("92 01"),
      nothing: new Uint8Array(0),
      "an array of four billion items": hex("ddffffffff"),
    },
  },
];

rule(63, everySetup, (serve) => {
  describe.each(formats)("$name", ({ converter, opcode, nested, taken, refused }) => {
    /** Reads values, and says what they were. */
    const reading = () =>
      serve(
        route(
          async (session) => {
            for (;;) {
              const said = await session.receiveDeserialized().then(JSON.stringify, (error: unknown) => {
                if (!(error instanceof WebSocketDeserializeError)) throw error;
                return error.code;
              });
              await session.send(said);
            }
          },
          { contentConverter: converter, maxFrameSize: 1_000_000 },
        ),
      );

    /** What is said to each of these messages, in one session. */
    async function said(messages: readonly Uint8Array[]): Promise<string[]> {
      const peer = await open(await reading());
      const answers: string[] = [];
      for (const payload of messages) {
        peer.write(clientFrame({ opcode, payload }));
        answers.push(Buffer.from((await peer.frame()).payload).toString());
      }
      return answers;
    }

    it("what is legal is read", async () => {
      const cases = Object.values(taken);
      expect(await said(cases.map(([message]) => message))).toEqual(cases.map(([, json]) => json));
    });

    it("what is not is refused, and the session goes on", async () => {
      const messages = Object.values(refused);
      expect(await said(messages)).toEqual(messages.map(() => "WEBSOCKET_DESERIALIZE"));
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect("admin" in {}).toBe(false);
    });

    it("64 deep is read and 65 is not, and neither is as deep as a message can be", async () => {
      const [deepest, ...deeper] = await said([nested(64), nested(65), nested(10_000), nested(500_000)]);
      expect(deepest).toBe("[".repeat(64) + "]".repeat(64));
      expect(deeper).toEqual(Array(3).fill("WEBSOCKET_DESERIALIZE"));
    });

    it("longer than maxFrameSize is 1009", async () => {
      const peer = await open(await reading(), "/", clientFrame({ opcode, payload: repeated(0x20, 1_000_001) }));
      expect(closeCode(await peer.frame())).toBe(1009);
    });
  });
});
