import type { WebSocketContentConverter } from "@sluice/core";
import { Frame, InvalidOptionError, WebSocketDeserializeError, WebSocketSerializeError } from "@sluice/core";

/** A format of bytes: both ends throw at what they cannot do. */
export interface BinaryFormat {
  /** As messages of errors call it. */
  readonly name: string;
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/** The converter of a format: whole binary messages each way, and errors that carry what they are about. */
export function binaryConverter({ name, encode, decode }: BinaryFormat): WebSocketContentConverter {
  return {
    isApplicable: (frame) => frame.fin && frame.type === "binary",
    serialize(value) {
      try {
        return new Frame.Binary(encode(value));
      } catch (error) {
        throw new WebSocketSerializeError(`The value has no ${name}: ${messageOf(error)}`, { value, cause: error });
      }
    },
    deserialize(frame) {
      const { data } = frame;
      try {
        // Not a subclass such as Node's Buffer: those slice differently.
        return decode(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      } catch (error) {
        throw new WebSocketDeserializeError(`The message is not ${name}: ${messageOf(error)}`, { frame, cause: error });
      }
    },
  };
}

/** @throws InvalidOptionError (`INVALID_OPTION`) */
export function checkDepth(maxDepth: number): number {
  if (Number.isInteger(maxDepth) && maxDepth >= 1) return maxDepth;
  throw new InvalidOptionError("maxDepth", maxDepth, "a whole number from 1");
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
