import { Decoder, Encoder, ExtensionCodec } from "@msgpack/msgpack";
import type { WebSocketContentConverter } from "@sluice/core";
import { binaryConverter, checkDepth } from "./binary.js";
import { survey } from "./message-pack-survey.js";

/** The extension types of an application, such as an `ExtensionCodec` of `@msgpack/msgpack`. */
export interface MessagePackExtensionCodec {
  /** The extension that stands for a value which is no text, number, boolean or null; `null` where there is none. */
  tryToEncode(value: unknown, context: undefined): MessagePackExtension | null;
  /** The value that an extension stands for. */
  decode(data: Uint8Array, type: number, context: undefined): unknown;
}

/** An extension as it is written: an `ExtData` of `@msgpack/msgpack`. */
export interface MessagePackExtension {
  /** -128 to 127; those below 0 belong to MessagePack itself. */
  readonly type: number;
  /** The bytes, or what makes them for the position where they will stand. */
  readonly data: Uint8Array | ((position: number) => Uint8Array);
}

/** What `messagePackConverter` takes. */
export interface MessagePackConverterOptions {
  /** How deep arrays and maps of a received message may nest: `[[]]` is 2 deep. Default 64. */
  readonly maxDepth?: number;
  /**
   * Whether whole numbers of 64 bits come as `bigint`, and a `bigint` can be sent. Default false: those beyond
   * `Number.MAX_SAFE_INTEGER` are refused, both ways.
   */
  readonly bigints?: boolean;
  /** The extension types. Default: timestamps as `Date`, others as `ExtData`. */
  readonly extensionCodec?: MessagePackExtensionCodec;
}

/**
 * Reads and writes MessagePack in binary messages, with the package `@msgpack/msgpack`.
 *
 * - Received maps become objects, so their keys are text or numbers. A key that comes twice is refused, be it as text
 *   and as a number, and so are the key `__proto__`, which would change a prototype once copied with `Object.assign`,
 *   and bytes behind the item.
 * - Of objects, properties that are `undefined` are left out, as in JSON. What has no MessagePack and would go out as an
 *   empty map is refused, such as a `Map`.
 * - Received bytes are a view of the message, not a copy.
 * - How long a message may be, `maxFrameSize` of the session says.
 *
 * ```ts
 * import { messagePackConverter } from "@sluice/server/message-pack";
 *
 * app.install(WebSockets, { contentConverter: messagePackConverter() });
 * ```
 *
 * @throws InvalidOptionError (`INVALID_OPTION`) when `maxDepth` is no whole number from 1.
 */
export function messagePackConverter(options: MessagePackConverterOptions = {}): WebSocketContentConverter {
  const maxDepth = checkDepth(options.maxDepth ?? 64);
  const { bigints = false, extensionCodec = ExtensionCodec.defaultCodec } = options;
  const encoder = new Encoder({
    useBigInt64: bigints,
    ignoreUndefined: true,
    // What is sent is the application's own, and a cycle still ends in an error.
    maxDepth: Number.POSITIVE_INFINITY,
    extensionCodec: {
      tryToEncode(value, context) {
        const extension = extensionCodec.tryToEncode(value, context);
        if (extension === null) refuseOpaque(value);
        return extension;
      },
      decode: (data, type, context) => extensionCodec.decode(data, type, context),
    },
  });
  return binaryConverter({
    name: "MessagePack",
    encode(value) {
      if (value === undefined) throw new Error("undefined would become nil");
      return encoder.encode(value);
    },
    decode(bytes) {
      const keys = survey(bytes, { maxDepth, bigints });
      let index = 0;
      const mapKeyConverter = (key: unknown): string | number => {
        if (typeof key !== "string" && typeof key !== "number") throw new Error("a key is neither text nor a number");
        const taken = keys[index++];
        if (taken?.has(String(key))) throw new Error(`the key ${JSON.stringify(key)} comes twice`);
        taken?.add(String(key));
        return key;
      };
      return new Decoder({ useBigInt64: bigints, extensionCodec, mapKeyConverter }).decode(bytes);
    },
  });
}

/** Objects that keep what they hold elsewhere than in their properties. */
function refuseOpaque(value: unknown): void {
  if (typeof value !== "object" || Array.isArray(value) || ArrayBuffer.isView(value)) return;
  const tag = Object.prototype.toString.call(value);
  if (tag !== "[object Object]") throw new Error(`there is none for ${tag.slice("[object ".length, -1)}`);
}
