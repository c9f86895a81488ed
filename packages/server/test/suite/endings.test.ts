import { describe, expect, it } from "vitest";
import type { DefaultWebSocketServerSession, WebSocketOptions } from "../../src/index.js";
import { bounded, CloseReason } from "../../src/index.js";
import { route } from "../support/serve.js";
import { signal } from "../support/until.js";
import { BINARY, close, closeCode, frame, PING, TEXT } from "../support/wire.js";
import type { Peer, Served } from "./host.js";
import { hosts } from "./host.js";

type Session = DefaultWebSocketServerSession;

/** One way for a session to end, and what everybody sees of it. */
interface Row {
  readonly what: string;
  readonly options?: WebSocketOptions;
  /** What the handler does besides iterating. */
  readonly handler?: (session: Session) => unknown;
  /** Whether iteration begins only when the session has ended. */
  readonly late?: boolean;
  /** What the client, or somebody else, does. */
  readonly act?: (peer: Peer, served: Served, session: Session) => unknown;
  /** What ends iteration: nothing, or this error. */
  readonly thrown?: object;
  readonly reason: CloseReason | null;
  /** The code of our Close; "empty" without one, "none" where there is no Close. */
  readonly wire: number | "empty" | "none";
  readonly logged?: unknown;
}

const FAILURE = new Error("not as planned");

const rows: readonly Row[] = [
  {
    what: "the peer sent Close with a code",
    act: (peer) => peer.write(close(4321, "enough")),
    reason: new CloseReason(4321, "enough"),
    wire: 4321,
  },
  {
    what: "the peer sent an empty Close",
    act: (peer) => peer.write(close()),
    reason: new CloseReason(1005),
    wire: "empty",
  },
  {
    what: "the handler called close",
    handler: (session) => session.close(new CloseReason(4000, "bye")),
    reason: new CloseReason(4000, "bye"),
    wire: 4000,
  },
  {
    what: "the socket was lost without Close",
    act: (peer) => peer.destroy(),
    reason: new CloseReason(1006),
    wire: "none",
  },
  {
    what: "no ping was answered in time",
    options: { pingPeriod: 10, timeout: 10 },
    thrown: { code: "PING_TIMEOUT" },
    reason: expect.objectContaining({ code: 1011 }) as CloseReason,
    wire: 1011,
  },
  {
    what: "the peer broke the protocol",
    act: (peer) => peer.write(frame(TEXT, "bare", { masked: false })),
    thrown: { code: "PROTOCOL_VIOLATION", violation: "MASK_MISSING" },
    reason: expect.objectContaining({ code: 1002 }) as CloseReason,
    wire: 1002,
  },
  {
    what: "text was not UTF-8",
    act: (peer) => peer.write(frame(TEXT, Buffer.from([0xff]))),
    thrown: { code: "PROTOCOL_VIOLATION", violation: "INVALID_UTF8" },
    reason: expect.objectContaining({ code: 1007 }) as CloseReason,
    wire: 1007,
  },
  {
    what: "a frame was too big",
    options: { maxFrameSize: 10 },
    act: (peer) => peer.write(frame(BINARY, Buffer.alloc(11))),
    thrown: { code: "FRAME_TOO_BIG" },
    reason: expect.objectContaining({ code: 1009 }) as CloseReason,
    wire: 1009,
  },
  {
    what: 'the incoming channel overflowed under "close"',
    options: { channels: { incoming: bounded(2, "close") } },
    late: true,
    act: (peer) => peer.write(...["one", "two", "three", "four"].map((text) => frame(TEXT, text))),
    thrown: { code: "CHANNEL_OVERFLOW", channel: "incoming" },
    reason: expect.objectContaining({ code: 1008 }) as CloseReason,
    wire: 1008,
  },
  {
    what: "a launched job failed",
    handler: (session) => void session.launch(() => Promise.reject(FAILURE)),
    thrown: FAILURE,
    reason: expect.objectContaining({ code: 1011 }) as CloseReason,
    wire: 1011,
    logged: FAILURE,
  },
  {
    what: "the session was cancelled",
    act: (_peer, _served, session) => session.cancel(FAILURE),
    thrown: FAILURE,
    reason: null,
    wire: "none",
  },
  {
    what: "more messages came than messageRate lets in",
    options: { messageRate: { messages: 2, per: "1h" } },
    act: (peer) => peer.write(...["one", "two", "three", "four"].map((text) => frame(TEXT, text)), close(1000)),
    thrown: { code: "PROTOCOL_VIOLATION", violation: "MESSAGE_RATE_EXCEEDED" },
    reason: expect.objectContaining({ code: 1008 }) as CloseReason,
    wire: 1008,
  },
  {
    what: "maxLifetime was over",
    options: { maxLifetime: 20 },
    reason: expect.objectContaining({ code: 1001, message: expect.stringContaining("maxLifetime") }) as CloseReason,
    wire: 1001,
  },
  {
    what: "idleTimeout was over",
    options: { idleTimeout: 20 },
    reason: expect.objectContaining({ code: 1001, message: expect.stringContaining("idleTimeout") }) as CloseReason,
    wire: 1001,
  },
  {
    what: "the server stopped",
    act: (_peer, served) => void served.stop({ gracePeriod: "1s" }),
    reason: expect.objectContaining({ code: 1001 }) as CloseReason,
    wire: 1001,
  },
];

describe.each(hosts)("the endings ($host, $codec codec)", ({ serve }) => {
  it.each(rows)("$what", async ({ options = {}, handler, late = false, act, thrown, reason, wire, logged }) => {
    const opened = signal<Session>();
    const seen = signal<unknown>();
    const served = await serve(
      route(async (session) => {
        opened.resolve(session);
        await handler?.(session);
        if (late) await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
        seen.resolve(await ending(session));
      }, options),
    );
    const peer = await served.open();
    const session = await opened.promise;
    await act?.(peer, served, session);
    expect(await closeOf(peer)).toBe(wire);
    peer.destroy();

    // `receive` rejects where iteration ends, and with the same error where it throws.
    const received = thrown ?? { code: "CLOSED_RECEIVE_CHANNEL" };
    expect(await seen.promise).toMatchObject({ iteration: thrown ?? "ended", received });
    expect(await session.closeReason).toEqual(reason);
    expect(session.isActive).toBe(false);
    expect(session.signal.aborted).toBe(true);
    if (thrown === undefined) expect(session.signal.reason).toEqual(reason);
    else expect(session.signal.reason).toMatchObject(thrown);
    expect(served.takeLog().map(({ error }) => error)).toEqual(logged === undefined ? [] : [logged]);
  });

  it("the handler returned: 1000", async () => {
    const opened = signal<Session>();
    const served = await serve(route((session) => opened.resolve(session)));
    expect(await closeOf(await served.open())).toBe(1000);
    expect(await (await opened.promise).closeReason).toEqual(new CloseReason(1000));
  });

  it("the handler threw: 1011, and it is logged with the route", async () => {
    const opened = signal<Session>();
    const served = await serve(
      route((session) => {
        opened.resolve(session);
        throw FAILURE;
      }),
    );
    expect(await closeOf(await served.open())).toBe(1011);
    expect((await (await opened.promise).closeReason)?.code).toBe(1011);
    expect(served.takeLog()).toEqual([{ error: FAILURE, message: expect.stringContaining("webSocket(/)") }]);
  });
});

/** How iteration ends behind the buffered frames, and what `receive` says then. */
async function ending(session: Session): Promise<{ readonly iteration: unknown; readonly received: unknown }> {
  let iteration: unknown = "ended";
  try {
    for await (const _ of session.incoming);
  } catch (error) {
    iteration = error;
  }
  return { iteration, received: await session.incoming.receive().catch((error: unknown) => error) };
}

/** The code of the server's Close, which is the last thing that it sends, but for pings the only one. */
async function closeOf(peer: Peer): Promise<Row["wire"]> {
  try {
    let received = await peer.frame();
    while (received.opcode === PING) received = await peer.frame();
    return closeCode(received) ?? "empty";
  } catch {
    await peer.ended();
    return "none";
  }
}
