import { FrameTooBigError, ProtocolViolationError } from "../errors.js";
import { Frame } from "../frame.js";
import type { RetainedBytes } from "../protocol/limits.js";
import { Reassembly } from "../protocol/reassembly.js";

/** What a frame is to an extension that works on whole messages. */
export type Gathered =
  /** A whole message. */
  | Frame.Data
  /** Kept until the rest of its message has come. */
  | "held"
  /** A fragment of a message that is not the extension's. */
  | "passes";

export interface GatheringOptions {
  /** The reserved bits, at their places in a frame's first byte, that mark the messages to gather; 0 gathers all. */
  readonly marks: number;
  /** What a message may come to; it may change. */
  readonly limits: { readonly maxFrameSize: number };
  /** The budget that what is held counts in. */
  readonly retained: RetainedBytes;
}

/** Puts messages together for one extension, where its session shows fragments. */
export class Gathering {
  readonly #options: GatheringOptions;
  /** The unfinished message, and its first frame. */
  #message: Reassembly | undefined;
  #first: Frame.Data | undefined;
  /** Whether the message under way passes, fragment by fragment. */
  #passing = false;

  constructor(options: GatheringOptions) {
    this.#options = options;
  }

  /**
   * @throws FrameTooBigError (`FRAME_TOO_BIG`) when the message grows over `maxFrameSize`, and ProtocolViolationError
   * (`PROTOCOL_VIOLATION`) when all sessions together hold too much.
   */
  take(frame: Frame.Data): Gathered {
    if (this.#passing) {
      this.#passing = !frame.fin;
      return "passes";
    }
    if (this.#first === undefined) {
      if (frame.fin) return frame;
      const { marks } = this.#options;
      if (marks !== 0 && (frame.bits & marks) === 0) {
        this.#passing = true;
        return "passes";
      }
      this.#first = frame;
      this.#message = new Reassembly();
    }
    return this.#append(this.#first, this.#message as Reassembly, frame);
  }

  /** Lets go of what is unfinished. */
  drop(): void {
    if (this.#message !== undefined) this.#options.retained.release(this.#message.size);
    this.#message = undefined;
    this.#first = undefined;
  }

  #append(first: Frame.Data, message: Reassembly, { data, fin }: Frame.Data): Gathered {
    const { limits, retained } = this.#options;
    const size = message.size + data.length;
    if (size > limits.maxFrameSize) throw new FrameTooBigError(size, limits.maxFrameSize);
    if (!retained.take(data.length)) {
      const problem = "The process holds too many bytes of unfinished messages";
      throw new ProtocolViolationError("RETAINED_BYTES_EXCEEDED", 1008, problem);
    }
    message.append(data, 0, data.length, fin ? 0 : Number.POSITIVE_INFINITY);
    if (!fin) return "held";
    this.drop();
    const payload = message.take();
    const { rsv1, rsv2, rsv3 } = first;
    const options = { rsv1, rsv2, rsv3 };
    return first.type === "text" ? new Frame.Text(payload, options) : new Frame.Binary(payload, options);
  }
}
