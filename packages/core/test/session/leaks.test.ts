import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { CloseReason } from "../../src/close-reason.js";
import { Frame } from "../../src/frame.js";
import { RetainedBytes } from "../../src/protocol/limits.js";
import { DefaultSession } from "../../src/session/default-session.js";
import { RawSession } from "../../src/session/raw-session.js";
import type { SessionSettings } from "../../src/session/session-options.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { FakePlatform } from "../support/fake-platform.js";
import { FakeTransport } from "../support/fake-transport.js";
import type { AnySession } from "../support/session-harness.js";
import { CLOSE_TIMEOUT, channelOf, MAX_PAUSE, SETTINGS } from "../support/session-harness.js";
import type { WireFrame } from "../support/wire.js";
import { announcing, binary, bytes, close, encode, more, text } from "../support/wire.js";

/** What every session of the test shares, and would be held by if anything were. */
interface Shared {
  readonly codec: ReturnType<typeof codecOf>;
  readonly retained: RetainedBytes;
  /** A signal that outlives them all. */
  readonly signal: AbortSignal;
}

/** One session, and everything of it that has to come to an end. */
interface Life {
  readonly session: AnySession;
  readonly transport: FakeTransport;
  readonly platform: FakePlatform;
  /** The peer sends these frames, in one read. */
  receive(...frames: WireFrame[]): void;
}

interface Way {
  readonly name: string;
  readonly happen: (life: Life) => void | Promise<void>;
  readonly code: number | null;
  readonly settings?: Partial<SessionSettings>;
  /** Whether it needs frames that nobody takes. */
  readonly unread?: boolean;
  readonly only?: "default" | "raw";
  readonly fails?: boolean;
}

const failure = new Error("a job's own fault");

const WAYS: readonly Way[] = [
  { name: "the peer sends Close", happen: ({ receive }) => receive(close(4001)), code: 4001 },
  { name: "the peer sends an empty Close", happen: ({ receive }) => receive(close()), code: 1005 },
  { name: "the handler returns", happen: ({ session }) => void session.close(), code: 1000 },
  {
    name: "the handler throws",
    happen: ({ session }) => void session.close(CloseReason.internalError()),
    code: 1011,
  },
  { name: "close with a reason", happen: ({ session }) => void session.close(new CloseReason(4002)), code: 4002 },
  { name: "outgoing.close", happen: ({ session }) => session.outgoing.close(), code: 1000 },
  {
    name: "a Close frame is sent",
    happen: ({ session }) => void session.send(new Frame.Close(new CloseReason(4003))),
    code: 4003,
  },
  { name: "closeExceptionally", happen: ({ session }) => void session.closeExceptionally(failure), code: 1011 },
  { name: "cancel", happen: ({ session }) => session.cancel(), code: null },
  { name: "cancel with a cause", happen: ({ session }) => session.cancel(failure), code: null },
  {
    name: "the reading end is cancelled, then closed",
    happen: ({ session }) => {
      session.incoming.cancel();
      void session.close();
    },
    code: 1000,
  },
  { name: "the connection breaks", happen: ({ transport }) => transport.break(), code: 1006 },
  { name: "the peer ends TCP", happen: ({ transport }) => transport.endPeer(), code: 1006 },
  { name: "the peer breaks the protocol", happen: ({ transport }) => transport.deliver(bytes(0xff)), code: 1002 },
  {
    name: "the peer sends text that is not UTF-8",
    happen: ({ receive }) => receive(more(), text(bytes(0xff))),
    code: 1007,
    only: "default",
  },
  { name: "the peer sends too much", happen: ({ receive }) => receive(announcing(0x89, 126n)), code: 1002 },
  {
    name: "the peer sends a frame that is too big",
    happen: ({ receive }) => receive(more(), announcing(0x82, 2n ** 40n)),
    code: 1009,
  },
  {
    name: "the incoming channel overflows",
    happen: ({ receive }) => receive(more(), ...Array.from({ length: 9 }, () => binary("x"))),
    code: 1008,
    settings: { incoming: channelOf(2, "close") },
    unread: true,
  },
  {
    name: "the outgoing channel overflows",
    happen: ({ session, transport }) => {
      transport.stuck = true;
      for (let count = 0; count < 9; count++) void session.send("x");
    },
    code: 1008,
    settings: { outgoing: channelOf(4, "close") },
  },
  {
    name: "a ping is not answered",
    happen: async ({ transport, platform }) => {
      transport.stuck = false;
      transport.take();
      await platform.advance(30_000);
    },
    code: 1011,
    settings: { pingPeriod: 10_000, timeout: 5000 },
    only: "default",
  },
  {
    name: "a job fails",
    happen: ({ session }) => {
      session.launch(() => Promise.reject(failure));
    },
    code: 1011,
    fails: true,
  },
  {
    name: "nobody reads for too long",
    happen: async ({ receive, platform }) => {
      receive(more(), ...Array.from({ length: 9 }, () => binary("x")));
      await platform.advance(MAX_PAUSE);
    },
    code: 1008,
    settings: { incoming: channelOf(2) },
    unread: true,
  },
  {
    name: "more messages come than may",
    happen: ({ receive }) => receive(more(), ...Array.from({ length: 9 }, () => binary("x"))),
    code: 1008,
    settings: { messageRate: { messages: 5, per: 1000, burst: 5, onExceeded: "close" } },
  },
  {
    name: "it has lived for as long as it may",
    happen: ({ platform }) => platform.advance(5000),
    code: 1001,
    settings: { maxLifetime: 5000, idleTimeout: 10_000 },
  },
  {
    name: "nobody uses it",
    happen: ({ platform }) => platform.advance(5000),
    code: 1001,
    settings: { maxLifetime: 10_000, idleTimeout: 5000 },
  },
  {
    name: "the server stops, and cuts what is left",
    happen: async ({ session, platform }) => {
      void session.close(CloseReason.goingAway());
      await platform.advance(5000);
      session.cancel();
    },
    code: 1001,
  },
];

/** Who waits for a frame when the end comes. */
const READERS = ["nobody", "iteration", "consumeEach", "receive", "receive with a signal", "two readers"] as const;
/** What is under way with the peer. */
const JOBS = ["none", "one that waits for its signal", "three that wait for the session"] as const;

/** Every combination, one after the other. */
const VARIANTS = READERS.flatMap((reader) =>
  JOBS.flatMap((jobs) =>
    [false, true].flatMap((stuck) =>
      [false, true].flatMap((polite) =>
        [false, true].flatMap((watched) =>
          (["default", "raw"] as const).map((kind) => ({ reader, jobs, stuck, polite, watched, kind })),
        ),
      ),
    ),
  ),
);
type Variant = (typeof VARIANTS)[number];

/** The promises of ours that somebody waits for, by name, until they settle. */
class Waiting {
  readonly pending = new Set<string>();
  #count = 0;

  add(name: string, promise: Promise<unknown>): void {
    const entry = `${name} ${this.#count++}`;
    this.pending.add(entry);
    const settled = (): void => void this.pending.delete(entry);
    promise.then(settled, settled);
  }
}

async function iterate(session: AnySession): Promise<void> {
  for await (const _ of session.incoming);
}

function read(session: AnySession, reader: Variant["reader"], { signal }: Shared, waiting: Waiting): void {
  const { incoming } = session;
  switch (reader) {
    case "nobody":
      break;
    case "iteration":
      waiting.add("iteration", iterate(session));
      break;
    case "consumeEach":
      waiting.add(
        "consumeEach",
        incoming.consumeEach(() => undefined),
      );
      break;
    case "receive":
      waiting.add("receive", incoming.receive());
      break;
    case "receive with a signal":
      for (let count = 0; count < 3; count++) waiting.add("receive", incoming.receive({ signal }));
      break;
    case "two readers":
      waiting.add("iteration", iterate(session));
      waiting.add("receiveCatching", incoming.receiveCatching());
      waiting.add("receive", incoming.receive({ signal }));
      break;
  }
}

function launch(session: AnySession, jobs: Variant["jobs"], waiting: Waiting, signals: AbortSignal[]): void {
  if (jobs === "none") return;
  const launched = [
    session.launch(async (signal) => {
      signals.push(signal);
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      signal.throwIfAborted();
    }),
  ];
  if (jobs === "three that wait for the session") {
    launched.push(
      session.launch(async (signal) => {
        signals.push(signal);
        await session.incoming.receive({ signal });
      }),
      session.launch(() => session.closeReason),
    );
  }
  for (const job of launched) waiting.add("join", job.join());
}

/** Opens a session, ends it, and says what is left of it. */
async function live(way: Way, variant: Variant, shared: Shared): Promise<object> {
  const { codec, retained } = shared;
  const { stuck, polite, watched, kind } = variant;
  const platform = new FakePlatform();
  const transport = new FakeTransport(codec, platform);
  const settings = { ...SETTINGS, pingPeriod: 20_000, outgoing: channelOf(stuck ? 2 : 100), ...way.settings };
  const failures: unknown[] = [];
  const note = (error: unknown): void => void failures.push(error);
  const owner = { jobFailed: note, extensionFailed: note };
  const options = { role: "server" as const, codec, platform, retained, owner, settings };
  const session = kind === "raw" ? new RawSession(options, transport) : new DefaultSession(options, transport);
  const waiting = new Waiting();
  waiting.add("closeReason", session.closeReason);
  waiting.add("ended", session.ended);

  let aborts = 0;
  if (watched) session.signal.addEventListener("abort", () => aborts++, { once: true });

  // The middle of a message, and things under way in both directions.
  const receive = (...frames: WireFrame[]): void => transport.deliver(encode(frames, "server"));
  receive(binary("unfinished", 0));
  transport.stuck = stuck;
  if (way.unread !== true) read(session, variant.reader, shared, waiting);
  const signals: AbortSignal[] = [];
  launch(session, way.unread === true ? "none" : variant.jobs, waiting, signals);
  for (let count = 0; count < 3; count++) waiting.add("send", session.send("message"));
  waiting.add("flush", session.flush());
  await platform.idle();

  await way.happen({ session, transport, platform, receive });
  await platform.idle();
  const code = (await session.closeReason)?.code ?? null;
  waiting.add("close", session.close());
  waiting.add("flush", session.flush());
  if (polite) {
    transport.stuck = false;
    transport.take();
    await platform.idle();
    receive(close(1000));
    transport.endPeer();
  } else {
    await platform.advance(3 * CLOSE_TIMEOUT);
  }
  await platform.idle();
  return {
    code,
    failures,
    pending: [...waiting.pending],
    timers: platform.liveTimers,
    turns: platform.waitingTurns,
    retained: retained.used,
    listeners: [shared.signal, session.signal, ...signals].flatMap((signal) => getEventListeners(signal, "abort")),
    aborted: session.signal.aborted,
    aborts,
  };
}

describe.each(BACKENDS)("sessions with the %s codec", (backend) => {
  const shared: Shared = {
    codec: codecOf(backend),
    retained: new RetainedBytes(64 << 20),
    signal: new AbortController().signal,
  };
  let lives = 0;

  it.each(WAYS)("leave nothing behind, whatever is under way, when $name", async (way) => {
    for (const variant of VARIANTS) {
      if (way.only !== undefined && way.only !== variant.kind) continue;
      lives++;
      const left = await live(way, variant, shared);
      expect({ variant, ...left }).toEqual({
        variant,
        code: way.code,
        failures: way.fails === true ? [failure] : [],
        pending: [],
        timers: 0,
        turns: 0,
        retained: 0,
        listeners: [],
        aborted: true,
        aborts: variant.watched ? 1 : 0,
      });
    }
  });

  it("were opened and ended 5,000 times, which makes 10,000 on both codecs", () => {
    expect(lives).toBeGreaterThanOrEqual(5000);
  });
});
