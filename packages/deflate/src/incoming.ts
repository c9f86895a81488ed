import type { Frame, WebSocketExtensionSession } from "@sluice/core";
import { FrameTooBigError } from "@sluice/core";
import { InflatedFrameTooBigError } from "./errors.js";
import { remade } from "./frames.js";
import type { Inflater } from "./inflater.js";

/** The messages that a session receives. */
export class IncomingMessages {
  readonly #inflater: Inflater;
  readonly #session: WebSocketExtensionSession;
  readonly #maxInflatedFrameSize: number;

  constructor(inflater: Inflater, session: WebSocketExtensionSession, maxInflatedFrameSize: number) {
    this.#inflater = inflater;
    this.#session = session;
    this.#maxInflatedFrameSize = maxInflatedFrameSize;
  }

  /**
   * @throws what {@link Inflater} throws, and FrameTooBigError (`FRAME_TOO_BIG`, 1009) where it was `maxFrameSize` that the
   * message grew over; a promise rejects with the same.
   */
  process(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    if (!frame.rsv1) return frame;
    const { maxFrameSize } = this.#session;
    let made: Uint8Array | Promise<Uint8Array>;
    try {
      made = this.#inflater.inflate(frame.data, Math.min(maxFrameSize, this.#maxInflatedFrameSize));
    } catch (error) {
      throw named(error, maxFrameSize);
    }
    if (!(made instanceof Promise)) return remade(frame, made, false);
    return made.then(
      (payload) => remade(frame, payload, false),
      (error: unknown) => {
        throw named(error, maxFrameSize);
      },
    );
  }

  close(): void {
    this.#inflater.close();
  }
}

/** Which of the two bounds it was. */
function named(error: unknown, maxFrameSize: number): unknown {
  return error instanceof InflatedFrameTooBigError && error.maxInflatedFrameSize === maxFrameSize
    ? new FrameTooBigError(maxFrameSize + 1, maxFrameSize)
    : error;
}
