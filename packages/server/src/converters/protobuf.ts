import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { fromBinary, isMessage, toBinary } from "@bufbuild/protobuf";
import type { StandardSchemaV1, WebSocketContentConverter } from "@sluice/core";
import { binaryConverter, checkDepth } from "./binary.js";

/** What `protobufConverter` takes. */
export interface ProtobufConverterOptions {
  /** The message that comes. Protocols with several wrap them in one that has a `oneof`. */
  readonly receive: DescMessage;
  /** The message that is sent. */
  readonly send: DescMessage;
  /** How deep received messages and groups may nest. Default 100, as in other implementations of Protobuf. */
  readonly maxDepth?: number;
}

/**
 * Reads and writes Protobuf in binary messages, with the package `@bufbuild/protobuf`.
 *
 * - `sendSerialized` takes what `create(send, …)` made, and nothing else. `receiveDeserialized` gives a message of
 *   `receive`, typed with {@link messageSchema}.
 * - As Protobuf has it, of a field that comes twice the later counts, messages are merged, and fields that the schema
 *   does not know are kept. Bytes that are no field are refused, and so is the key `__proto__` of a map, which would change
 *   a prototype once copied with `Object.assign`.
 * - How long a message may be, `maxFrameSize` of the session says.
 *
 * ```ts
 * import { messageSchema, protobufConverter } from "@sluice/server/protobuf";
 *
 * app.install(WebSockets, { contentConverter: protobufConverter({ receive: RequestSchema, send: ReplySchema }) });
 * app.webSocket("/", async (session) => {
 *   const request = await session.receiveDeserialized(messageSchema(RequestSchema));
 *   await session.sendSerialized(create(ReplySchema, { text: request.text }));
 * });
 * ```
 *
 * @throws InvalidOptionError (`INVALID_OPTION`) when `maxDepth` is no whole number from 1.
 */
export function protobufConverter(options: ProtobufConverterOptions): WebSocketContentConverter {
  const { receive, send } = options;
  const recursionLimit = checkDepth(options.maxDepth ?? 100);
  return binaryConverter({
    name: "Protobuf",
    encode(value) {
      if (!isMessage(value, send)) throw new Error(`${send.typeName} is sent, as create() makes it`);
      return toBinary(send, value);
    },
    decode(bytes) {
      const message = fromBinary(receive, bytes, { recursionLimit });
      if (mayNameProto(bytes) && namesProto(message)) throw new Error("the key __proto__ is not allowed");
      return message;
    },
  });
}

/** The Standard Schema of a message: what it lets pass has the message's type. */
export function messageSchema<Desc extends DescMessage>(desc: Desc): StandardSchemaV1<unknown, MessageShape<Desc>> {
  return {
    "~standard": {
      version: 1,
      vendor: "sluice",
      validate: (value) =>
        isMessage(value, desc) ? { value } : { issues: [{ message: `not a ${desc.typeName} message` }] },
    },
  };
}

const PROTO: Uint8Array = new TextEncoder().encode("__proto__");

/** False where no key can be `__proto__`: its bytes would be in the message. */
function mayNameProto(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0x5f); at !== -1; at = bytes.indexOf(0x5f, at + 1)) {
    if (PROTO.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}

function namesProto(message: object): boolean {
  const left: object[] = [message];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (Object.hasOwn(value, "__proto__")) return true;
    for (const member of Object.values(value)) {
      if (typeof member === "object" && member !== null && !ArrayBuffer.isView(member)) left.push(member);
    }
  }
  return false;
}
