import type { Codec, Role } from "@sluice/codec-wasm";
import { afterEach, expect } from "vitest";
import { bounded } from "../../src/channel/overflow.js";
import type { CloseReason } from "../../src/close-reason.js";
import type { ActiveExtension } from "../../src/extension/negotiation.js";
import type { Frame } from "../../src/frame.js";
import { RetainedBytes } from "../../src/protocol/limits.js";
import { DefaultSession } from "../../src/session/default-session.js";
import { RawSession } from "../../src/session/raw-session.js";
import type { SessionOptions, SessionOwner, SessionSettings } from "../../src/session/session-options.js";
import { describe } from "./connection-harness.js";
import { FakePlatform, settle } from "./fake-platform.js";
import { FakeTransport } from "./fake-transport.js";
import type { WireFrame } from "./wire.js";
import { encode } from "./wire.js";

export const CLOSE_TIMEOUT = 10_000;
export const MAX_PAUSE = 600_000;

/** No pings, and room for everything a test does not look at. */
export const SETTINGS: SessionSettings = {
  masking: false,
  maxFrameSize: 1 << 20,
  maxFragments: 16_384,
  pingPeriod: 0,
  timeout: 15_000,
  closeTimeout: CLOSE_TIMEOUT,
  maxPause: MAX_PAUSE,
  maxLifetime: 0,
  idleTimeout: 0,
  messageRate: undefined,
  incoming: { ...bounded(64), maxBytes: 1 << 20 },
  outgoing: { ...bounded(1024), maxBytes: 4 << 20 },
};

/** A channel's configuration, its bytes included. */
export function channelOf(
  capacity: number,
  onOverflow: "suspend" | "close" = "suspend",
  maxBytes = 1 << 20,
): SessionSettings["incoming"] {
  return { ...bounded(capacity, onOverflow), maxBytes };
}

/** What the harnesses of the running test have to let go of by its end. */
const harnesses: { finish(): Promise<void> }[] = [];

afterEach(async () => {
  for (const harness of harnesses.splice(0)) await harness.finish();
});

export function atTheEnd(harness: { finish(): Promise<void> }): void {
  harnesses.push(harness);
}

/** What a test says beside the settings. */
type MoreOptions = Partial<SessionOptions> & { readonly extensions?: readonly ActiveExtension[] };

/** A session of either kind. */
export type AnySession = DefaultSession | RawSession;

abstract class Harness<Session extends AnySession> {
  readonly platform = new FakePlatform();
  readonly transport: FakeTransport;
  readonly retained = new RetainedBytes(64 << 20);
  readonly role: Role;
  abstract readonly session: Session;

  constructor(codec: Codec, role: Role) {
    this.role = role;
    this.transport = new FakeTransport(codec, this.platform);
    atTheEnd(this);
  }

  /** What the session's owner was told. */
  readonly told: { readonly jobs: unknown[]; readonly extensions: unknown[] } = { jobs: [], extensions: [] };

  protected options(codec: Codec, settings: Partial<SessionSettings>): SessionOptions {
    const { role, platform, retained } = this;
    const owner: SessionOwner = {
      jobFailed: (error) => void this.told.jobs.push(error),
      extensionFailed: (error) => void this.told.extensions.push(error),
    };
    return { role, codec, platform, retained, owner, settings: { ...SETTINGS, ...settings } };
  }

  /** The peer sends these frames, in one read; then everything that can settles. */
  async receive(...frames: WireFrame[]): Promise<void> {
    this.transport.deliver(encode(frames, this.role));
    await this.platform.idle();
  }

  /** Runs turns until nothing is left to do; the promise has to be settled by then. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    await this.platform.idle();
    if ((await outcome(promise)) === "pending")
      throw new Error("The promise is still pending when nothing is left to do");
    return promise;
  }

  get output(): string[] {
    return this.transport.output;
  }

  /** Whether the session has let go of everything, once its connection is gone. */
  async finish(): Promise<void> {
    this.session.cancel();
    await this.platform.idle();
    await this.session.ended;
    expect({ retained: this.retained.used, timers: this.platform.liveTimers }).toEqual({ retained: 0, timers: 0 });
    await expect(Promise.race([this.session.flush(), settle().then(() => "never")])).resolves.toBeUndefined();
  }
}

/** A default session whose peer is the test. */
export class SessionHarness extends Harness<DefaultSession> {
  readonly session: DefaultSession;

  constructor(codec: Codec, settings: Partial<SessionSettings> = {}, role: Role = "server", more: MoreOptions = {}) {
    super(codec, role);
    const { extensions, ...options } = more;
    this.session = new DefaultSession({ ...this.options(codec, settings), ...options }, this.transport, extensions);
  }
}

/** A raw session whose peer is the test. */
export class RawSessionHarness extends Harness<RawSession> {
  readonly session: RawSession;

  constructor(codec: Codec, settings: Partial<SessionSettings> = {}, role: Role = "server", more: MoreOptions = {}) {
    super(codec, role);
    const { extensions, ...options } = more;
    this.session = new RawSession({ ...this.options(codec, settings), ...options }, this.transport, extensions);
  }
}

/** A reader that takes everything, and how its loop ended. */
export class Reader {
  readonly taken: string[] = [];
  /** "reading", "ended", or the error. */
  end: unknown = "reading";

  constructor(session: AnySession, each: (frame: Frame) => void | Promise<void> = () => {}) {
    void this.#read(session, each);
  }

  async #read(session: AnySession, each: (frame: Frame) => void | Promise<void>): Promise<void> {
    try {
      for await (const frame of session.incoming) {
        this.taken.push(describe(frame));
        await each(frame);
      }
      this.end = "ended";
    } catch (error) {
      this.end = error;
    }
  }
}

/** What a promise came to by now. */
export async function outcome(promise: Promise<unknown>): Promise<unknown> {
  const pending = Symbol("pending");
  const result = await Promise.race([
    promise.then(
      (value) => value ?? "done",
      (error: unknown) => error,
    ),
    settle().then(() => pending),
  ]);
  return result === pending ? "pending" : result;
}

export function codeOf(reason: CloseReason | null): number | null {
  return reason === null ? null : reason.code;
}

/** A promise that the test settles. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
