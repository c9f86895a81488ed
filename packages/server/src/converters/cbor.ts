import type { WebSocketContentConverter } from "@sluice/core";
import type { DecodeOptions, EncodeOptions } from "cborg";
import { decode, encode } from "cborg";
import { binaryConverter, checkDepth } from "./binary.js";
import { GuardedTokenizer } from "./cbor-tokenizer.js";

/** What `cborConverter` takes. */
export interface CborConverterOptions {
  /** How deep arrays, maps and tags of a received message may nest: `[[]]` is 2 deep. Default 64. */
  readonly maxDepth?: number;
  /** Readers of tagged items by tag number, as cborg has them; a tag without a reader is refused. Default none. */
  readonly tags?: NonNullable<DecodeOptions["tags"]>;
  /** Writers of types that CBOR has only with tags, as cborg has them. Default none: a `Date` cannot be sent. */
  readonly typeEncoders?: NonNullable<EncodeOptions["typeEncoders"]>;
}

/**
 * Reads and writes CBOR (RFC 8949) in binary messages, with the package cborg.
 *
 * - Received maps become objects, so their keys are text. A key that comes twice is refused (section 5.6), and so are
 *   the key `__proto__`, which would change a prototype once copied with `Object.assign`, text that is not UTF-8, bytes
 *   behind the item, and items of indefinite length where they are text or bytes.
 * - Whole numbers beyond `Number.MAX_SAFE_INTEGER` come as `bigint`.
 * - Of objects, properties that are `undefined` are left out, as in JSON.
 * - How long a message may be, `maxFrameSize` of the session says.
 *
 * ```ts
 * import { cborConverter } from "@sluice/server/cbor";
 *
 * app.install(WebSockets, { contentConverter: cborConverter() });
 * ```
 *
 * @throws InvalidOptionError (`INVALID_OPTION`) when `maxDepth` is no whole number from 1.
 */
export function cborConverter(options: CborConverterOptions = {}): WebSocketContentConverter {
  const maxDepth = checkDepth(options.maxDepth ?? 64);
  const { tags = {}, typeEncoders = {} } = options;
  const reading = { allowBigInt: true, rejectDuplicateMapKeys: true, tags };
  const writing = { ignoreUndefinedProperties: true, typeEncoders };
  return binaryConverter({
    name: "CBOR",
    encode: (value) => encode(value, writing),
    decode: (bytes) => decode(bytes, { ...reading, tokenizer: new GuardedTokenizer(bytes, reading, maxDepth) }),
  });
}
