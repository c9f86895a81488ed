import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ReceiveChannel } from "../channel/receive-channel.js";
import { SluiceError } from "../errors.js";
import type { Frame } from "../frame.js";
import { isFrame } from "../frame.js";
import { rejected, unobtrusive } from "../rejection.js";
import type { WebSocketContentConverter } from "./content-converter.js";
import {
  messageOf,
  WebSocketConverterNotFoundError,
  WebSocketDeserializeError,
  WebSocketSerializeError,
} from "./content-converter.js";

export type { StandardSchemaV1 } from "@standard-schema/spec";

/** What a received value is: what the schema makes of it, or `unknown` without a schema. */
export type Deserialized<Schema extends StandardSchemaV1 | undefined> = Schema extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<Schema>
  : unknown;

/** What a session offers where values are sent and received. */
export interface SerializingSession {
  /** What turns values into messages and back; `undefined` without the option `contentConverter`. Ktor: `converter`. */
  readonly converter: WebSocketContentConverter | undefined;
  /**
   * Sends a value as the converter writes it, in order with `send` where the converter is not asynchronous. Ktor:
   * `sendSerialized`.
   *
   * @throws WebSocketConverterNotFoundError (`WEBSOCKET_CONVERTER_NOT_FOUND`) without a converter.
   * @throws WebSocketSerializeError (`WEBSOCKET_SERIALIZE`) for a value that the converter cannot write.
   * @throws whatever `send` throws.
   */
  sendSerialized(value: unknown): Promise<void>;
  /**
   * Receives the next message as the converter reads it. With a schema (any Standard Schema: Zod, Valibot, ArkType …) the
   * value is what the schema makes of it, and has its type; without one it is `unknown`. Ktor: `receiveDeserialized`.
   *
   * ```ts
   * const Chat = z.object({ room: z.string(), text: z.string() });
   * const { room, text } = await session.receiveDeserialized(Chat);
   * ```
   *
   * @throws WebSocketDeserializeError (`WEBSOCKET_DESERIALIZE`) for a message that cannot be read or that the schema does
   * not allow. The session stays open, and the next call receives the next message.
   * @throws WebSocketConverterNotFoundError (`WEBSOCKET_CONVERTER_NOT_FOUND`) without a converter; no message is taken.
   * @throws ClosedReceiveChannelError (`CLOSED_RECEIVE_CHANNEL`) when the session has ended, or the error it ended with.
   */
  receiveDeserialized<Schema extends StandardSchemaV1 | undefined = undefined>(
    schema?: Schema,
  ): Promise<Deserialized<Schema>>;
}

/**
 * The message that stands for a value.
 *
 * @throws WebSocketConverterNotFoundError (`WEBSOCKET_CONVERTER_NOT_FOUND`) without a converter.
 * @throws WebSocketSerializeError (`WEBSOCKET_SERIALIZE`) for a value that the converter cannot write; an asynchronous
 * converter rejects with it.
 */
export function serialize(converter: WebSocketContentConverter | undefined, value: unknown): Frame | Promise<Frame> {
  if (converter === undefined) throw new WebSocketConverterNotFoundError();
  const fail = (error: unknown): never => {
    if (error instanceof SluiceError) throw error;
    throw new WebSocketSerializeError(messageOf(error), { value, cause: error });
  };
  try {
    const frame = converter.serialize(value);
    return isFrame(frame) ? frame : Promise.resolve(frame).catch(fail);
  } catch (error) {
    return fail(error);
  }
}

/** Sends a value, at once where the converter is not asynchronous: then messages keep their order. */
export function sendSerialized(
  session: { send(frame: Frame): Promise<void> },
  converter: WebSocketContentConverter | undefined,
  value: unknown,
): Promise<void> {
  try {
    const frame = serialize(converter, value);
    if (isFrame(frame)) return session.send(frame);
    const sent = frame.then((made) => session.send(made));
    unobtrusive(sent);
    return sent;
  } catch (error) {
    return rejected(error);
  }
}

/**
 * The value that a message stands for, for those who iterate `incoming`:
 *
 * ```ts
 * for await (const frame of session.incoming) {
 *   const { room } = await deserialize(session.converter, frame, Chat);
 * }
 * ```
 *
 * @throws as `SerializingSession.receiveDeserialized`.
 */
export async function deserialize<Schema extends StandardSchemaV1 | undefined = undefined>(
  converter: WebSocketContentConverter | undefined,
  frame: Frame,
  schema?: Schema,
): Promise<Deserialized<Schema>> {
  if (converter === undefined) throw new WebSocketConverterNotFoundError();
  const value = await read(converter, frame);
  const checked = schema === undefined ? value : await validate(schema, value, frame);
  // The schema's own types say what its `validate` gives.
  return checked as Deserialized<Schema>;
}

/** The value of the next message. */
export function receiveDeserialized<Schema extends StandardSchemaV1 | undefined = undefined>(
  incoming: Pick<ReceiveChannel<Frame>, "receive">,
  converter: WebSocketContentConverter | undefined,
  schema?: Schema,
): Promise<Deserialized<Schema>> {
  if (converter === undefined) return rejected(new WebSocketConverterNotFoundError());
  const value = incoming.receive().then((frame) => deserialize(converter, frame, schema));
  unobtrusive(value);
  return value;
}

async function read(converter: WebSocketContentConverter, frame: Frame): Promise<unknown> {
  try {
    if (converter.isApplicable(frame)) return await converter.deserialize(frame);
  } catch (error) {
    if (error instanceof WebSocketDeserializeError) throw error;
    throw new WebSocketDeserializeError(messageOf(error), { frame, cause: error });
  }
  const what = frame.fin ? `${frame.type} frames` : `fragments of a ${frame.type} message`;
  throw new WebSocketDeserializeError(`The converter does not read ${what}`, { frame });
}

async function validate(schema: StandardSchemaV1, value: unknown, frame: Frame): Promise<unknown> {
  let result: StandardSchemaV1.Result<unknown>;
  try {
    result = await schema["~standard"].validate(value);
  } catch (error) {
    throw new WebSocketDeserializeError(`The schema threw: ${messageOf(error)}`, { frame, cause: error });
  }
  if (result.issues === undefined) return result.value;
  const { issues } = result;
  throw new WebSocketDeserializeError(`The message does not match the schema: ${summary(issues)}`, { frame, issues });
}

/** The first issue, and how many there are besides it. */
function summary(issues: readonly StandardSchemaV1.Issue[]): string {
  const [first] = issues;
  if (first === undefined) return "no reason given";
  const path = first.path?.map((step) => String(typeof step === "object" ? step.key : step)).join(".") ?? "";
  const more = issues.length === 1 ? "" : ` (and ${issues.length - 1} more)`;
  return `${path === "" ? "" : `${path}: `}${first.message}${more}`;
}
