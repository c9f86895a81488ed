import type { Codec, Role } from "@sluice/codec-wasm";
import type { CloseReason, ConnectionOutput, ConnectionSink, ReceiveStatus, SharedFrames } from "@sluice/core";
import { Connection, ConnectionProfile, Frame, CloseReason as Reason, RetainedBytes, SluiceError } from "@sluice/core";
import { Difference, expectSame } from "../difference.js";
import { Random } from "../random.js";
import { describeFrame, describeViolation } from "./describe.js";
import { Neighbour } from "./neighbour.js";
import { chunks } from "./read-alike.js";

/** A stream and a connection that reads it. */
export interface ConversationInput {
  readonly role: Role;
  readonly raw: boolean;
  readonly validateText: boolean;
  readonly messageRsv: number;
  readonly continuationRsv: number;
  readonly maxFrameSize: number;
  readonly maxFragments: number;
  readonly maxRetained: number;
  /** The room of the channel behind, in frames and in bytes. */
  readonly places: number;
  readonly room: number;
  readonly bytes: Uint8Array;
  readonly cuts: readonly number[];
  /** After this many events our side closes; never below 0. */
  readonly closesAfter: number;
  /** What the reader of the channel does is drawn from it. */
  readonly drive: number;
  /** What a sound stream says, in words; `null` where nobody knows. */
  readonly messages: readonly string[] | null;
}

/** What came of it. */
export interface Conversation {
  /** What each call gave, and how the connection stood after it. */
  readonly log: readonly string[];
  /** What was reported, in words. */
  readonly events: readonly string[];
  /** What was sent. */
  readonly output: Uint8Array;
}

/** Reads a stream through a connection to its end. Every data frame is sent back when it is taken, every ping at once. */
export function converse(codec: Codec, input: ConversationInput): Conversation {
  const side = new Side(codec, input);
  for (const [from, to] of chunks(input.cuts, input.bytes.length)) side.receive(input.bytes.subarray(from, to));
  return side.finish();
}

const KEY_STEP = 0x0101_0307;

class Side implements ConnectionSink, ConnectionOutput {
  readonly #input: ConversationInput;
  readonly #codec: Codec;
  readonly #retained: RetainedBytes;
  readonly #connection: Connection;
  readonly #neighbour: Neighbour | undefined;
  readonly #random: Random;
  readonly #log: string[] = [];
  readonly #events: string[] = [];
  readonly #sent: Uint8Array[] = [];
  /** All frames that were reported, and in words what they were then: they must never change. */
  readonly #owned: { readonly frame: Frame; readonly words: string }[] = [];
  readonly #channel: Frame.Data[] = [];
  #bytesInChannel = 0;
  #status: ReceiveStatus = "more";
  #batch = new Uint8Array(256);

  constructor(codec: Codec, input: ConversationInput) {
    const { role, maxFrameSize, maxFragments } = input;
    this.#input = input;
    this.#codec = codec;
    this.#random = new Random(input.drive);
    this.#retained = new RetainedBytes(input.maxRetained);
    let key = 0x5a1c_3f07;
    const profile = new ConnectionProfile({
      role,
      codec,
      retained: this.#retained,
      raw: input.raw,
      validateText: input.validateText,
      messageRsv: input.messageRsv,
      continuationRsv: input.continuationRsv,
      maskKeys: {
        randomMaskKey: () => {
          key = (key + KEY_STEP) | 0;
          return key;
        },
      },
    });
    const limits = { maxFrameSize, maxFragments };
    this.#connection = new Connection({ profile, sink: this, output: this, limits, masking: role === "client" });
    // It would take its part of a budget, too.
    if (input.maxRetained >= 2 ** 20) this.#neighbour = new Neighbour(codec, role, profile);
  }

  get freePlaces(): number {
    return this.#input.places - this.#channel.length;
  }

  get freeBytes(): number {
    return this.#input.room - this.#bytesInChannel;
  }

  /** Gives a chunk, and lets the channel be read while the connection waits for it; sometimes the next chunk comes before. */
  receive(chunk: Uint8Array): void {
    if (this.#status === "ended") return;
    this.#codec.readBuffer.set(chunk, 0);
    this.#note("receive", this.#connection.receive(0, chunk.length));
    this.#neighbour?.read(this.#random.below(8));
    this.#goOn(() => !this.#random.oneIn(4));
    if (this.#random.oneIn(2)) this.#take(this.#random.below(4));
  }

  finish(): Conversation {
    this.#goOn(() => true);
    this.#take(this.#channel.length);
    this.#connection.finish();
    this.#log.push(`state ${this.#connection.state.name}`);
    this.#connection.lose();
    this.#neighbour?.finish(this.#input.raw);
    expectSame("bytes that a lost connection still holds", this.#retained.used, 0);
    for (const { frame, words } of this.#owned)
      expectSame("a frame that was reported, later", describeFrame(frame), words);
    return { log: this.#log, events: this.#events, output: Buffer.concat(this.#sent) };
  }

  data(frame: Frame): void {
    this.#own(frame);
    if (frame.type === "text" || frame.type === "binary") {
      this.#channel.push(frame);
      this.#bytesInChannel += frame.data.length;
    }
  }

  ping(frame: Frame.Ping): void {
    this.#own(frame);
    this.#send(() => this.#connection.send(new Frame.Pong(frame.data)));
  }

  pong(frame: Frame.Pong): void {
    this.#own(frame);
  }

  peerClose(reason: CloseReason | null): void {
    this.#events.push(reason === null ? "close" : `close ${reason.code} ${reason.message}`);
  }

  violation(error: SluiceError): void {
    this.#events.push(describeViolation(error));
  }

  /** Nothing ever does: all that is sent is taken at once. */
  readonly waiting = undefined;

  share({ bytes }: SharedFrames, size: number): void {
    this.#sent.push(bytes.subarray(0, size));
  }

  reserve(size: number): { bytes: Uint8Array; length: number } {
    if (this.#batch.length < size + 3) this.#batch = new Uint8Array(2 * size + 3);
    return { bytes: this.#batch, length: 3 };
  }

  commit(size: number): void {
    this.#sent.push(this.#batch.slice(3, 3 + size));
  }

  writeLarge(header: Uint8Array, payload: Uint8Array): void {
    this.#sent.push(header.slice(), payload.slice());
  }

  #goOn(wants: () => boolean): void {
    while (this.#status === "paused" && wants()) {
      this.#take(1 + this.#random.below(4));
      this.#note("resume", this.#connection.resume());
    }
  }

  #note(call: string, status: ReceiveStatus): void {
    this.#status = status;
    this.#log.push(`${call} ${status} ${this.#connection.backlog} ${this.#retained.used} ${this.#events.length}`);
  }

  #own(frame: Frame): void {
    const words = describeFrame(frame);
    this.#events.push(words);
    this.#owned.push({ frame, words });
  }

  /** The channel's reader takes frames, and sends them back. */
  #take(count: number): void {
    for (const frame of this.#channel.splice(0, count)) {
      this.#bytesInChannel -= frame.data.length;
      this.#send(() => this.#connection.send(frame));
    }
    const { closesAfter } = this.#input;
    if (closesAfter >= 0 && this.#events.length >= closesAfter) {
      this.#send(() => this.#connection.close(new Reason(1001, "done")));
    }
  }

  /** What cannot be sent back is refused by name: bytes of a raw session need not be text, and nothing follows a Close. */
  #send(send: () => void): void {
    try {
      send();
    } catch (error) {
      if (!(error instanceof SluiceError)) throw new Difference(`sending threw ${String(error)}`, { cause: error });
      this.#log.push(`refused ${error.code}`);
    }
  }
}
