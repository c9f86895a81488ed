import { CloseReason } from "../close-reason.js";
import { ProtocolViolationError } from "../errors.js";
import type { Frame } from "../frame.js";
import type { ConnectionOutput, ConnectionSink } from "../protocol/connection-options.js";
import { IdleTimeout } from "./idle-timeout.js";
import { MessageBudget } from "./message-rate.js";
import type { Platform, Timer } from "./platform.js";
import type { SessionSettings } from "./session-options.js";
import { WatchedOutput } from "./watched-output.js";

export interface OptionalLimitsOptions {
  readonly settings: SessionSettings;
  readonly raw: boolean;
  readonly platform: Platform;
  /** The session has lived, or was idle, for as long as it may: it ends with this reason. */
  readonly expired: (reason: CloseReason) => void;
  /** A frame that the sink was just given is one too many. */
  readonly violated: (error: ProtocolViolationError) => void;
  /** Takes a pong, and says whether it was awaited. */
  readonly pong: (frame: Frame.Pong) => boolean;
  /** A data frame that has come is to be shown to nobody. */
  readonly dropped: (frame: Frame) => void;
}

/** What is off by default, `messageRate`, `maxLifetime` and `idleTimeout`: a session has it only where its settings ask for it. */
export class OptionalLimits {
  readonly #options: OptionalLimitsOptions;
  readonly #budget: MessageBudget | undefined;
  readonly #lifetime: Timer | undefined;
  readonly #idle: IdleTimeout | undefined;

  constructor(options: OptionalLimitsOptions) {
    this.#options = options;
    const { settings, raw, platform, expired } = options;
    const { maxLifetime, idleTimeout, messageRate } = settings;
    if (messageRate !== undefined) {
      // Without one of its fragments a message is none.
      this.#budget = new MessageBudget(raw ? { ...messageRate, onExceeded: "close" } : messageRate, platform);
    }
    if (maxLifetime > 0) {
      const reason = CloseReason.goingAway(`The session has lived for ${maxLifetime} ms (maxLifetime)`);
      this.#lifetime = platform.setTimer(maxLifetime, () => expired(reason));
    }
    if (idleTimeout > 0) {
      const reason = CloseReason.goingAway(`No message came or went for ${idleTimeout} ms (idleTimeout)`);
      this.#idle = new IdleTimeout({ platform, idleTimeout, expired: () => expired(reason) });
    }
  }

  /** A way into that output that notes what goes. */
  output(output: ConnectionOutput): ConnectionOutput {
    const idle = this.#idle;
    return idle === undefined ? output : new WatchedOutput(output, () => idle.moved());
  }

  /** A sink that notes what comes, and lets through what may come. */
  sink(sink: ConnectionSink): ConnectionSink {
    if (this.#idle === undefined && this.#budget === undefined) return sink;
    const { pong } = this.#options;
    return {
      get freePlaces(): number {
        return sink.freePlaces;
      },
      get freeBytes(): number {
        return sink.freeBytes;
      },
      data: (frame) => {
        this.#idle?.came(frame);
        if (this.#passes(frame)) sink.data(frame);
        else this.#options.dropped(frame);
      },
      ping: (frame) => {
        if (this.#passes(frame)) sink.ping(frame);
      },
      // What answers our own ping is free: a peer has no choice.
      pong: (frame) => void (pong(frame) || this.#passes(frame)),
      peerClose: (reason) => sink.peerClose(reason),
      violation: (error) => sink.violation(error),
    };
  }

  /** The session stopped reading for reasons of its own, or goes on. */
  readingPaused(paused: boolean): void {
    this.#idle?.readingPaused(paused);
  }

  /** The session has its ending. */
  stop(): void {
    this.#lifetime?.cancel();
    this.#idle?.stop();
  }

  #passes(frame: Frame): boolean {
    const verdict = this.#budget?.charge(frame) ?? "pass";
    if (verdict instanceof ProtocolViolationError) this.#options.violated(verdict);
    return verdict === "pass";
  }
}

/** Whether settings ask for any of these limits. */
export function hasOptionalLimits({ maxLifetime, idleTimeout, messageRate }: SessionSettings): boolean {
  return maxLifetime > 0 || idleTimeout > 0 || messageRate !== undefined;
}
