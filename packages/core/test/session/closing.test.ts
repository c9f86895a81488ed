import { describe, expect, it } from "vitest";
import { CloseReason } from "../../src/close-reason.js";
import { BACKENDS, codecOf } from "../support/backends.js";
import { CLOSE_TIMEOUT, channelOf, gate, outcome, Reader, SessionHarness } from "../support/session-harness.js";
import { bytes, close, text } from "../support/wire.js";

describe.each(BACKENDS)("closing with the %s codec", (backend) => {
  const codec = codecOf(backend);

  it("runs on the backend that was asked for", () => {
    expect(codec.backend).toBe(backend);
  });

  it("as server ends TCP first once both Closes are exchanged", async () => {
    const ours = new SessionHarness(codec);
    await ours.settled(ours.session.close());
    expect(ours.transport.ended).toBe(false);
    await ours.receive(close(1000));
    expect(ours.transport.ended).toBe(true);
    ours.transport.endPeer();
    await ours.settled(ours.session.ended);
    expect(ours.transport.destroyed).toBe(false);
    expect(ours.platform.liveTimers).toBe(0);

    const theirs = new SessionHarness(codec);
    new Reader(theirs.session);
    await theirs.receive(close(1000));
    expect(theirs.transport.ended).toBe(true);
  });

  it("as client waits for the server to end TCP", async () => {
    const client = new SessionHarness(codec, { masking: true }, "client");
    await client.settled(client.session.close());
    await client.receive(close(1000));
    expect(client.transport.ended).toBe(false);
    client.transport.endPeer();
    await client.settled(client.session.ended);
    expect(client.transport.ended).toBe(true);
    expect(client.transport.destroyed).toBe(false);
  });

  it("as client ends TCP where the server did so before the client's Close went out", async () => {
    const client = new SessionHarness(codec, { masking: true }, "client");
    await client.receive(text("a"), close(1000));
    client.transport.endPeer();
    await client.platform.idle();
    expect(client.transport.ended).toBe(false);
    new Reader(client.session);
    await client.settled(client.session.ended);
    expect(client.output).toEqual(["close 1000"]);
    expect(client.transport.ended).toBe(true);
  });

  it("destroys the connection when the peer never answers our Close", async () => {
    const { session, transport, platform } = new SessionHarness(codec);
    void session.close(new CloseReason(4000));
    await platform.advance(CLOSE_TIMEOUT - 1);
    expect(transport.destroyed).toBe(false);
    await platform.advance(1);
    expect(transport.destroyed).toBe(true);
    expect(await outcome(session.ended)).toBe("done");
    expect((await session.closeReason)?.code).toBe(4000);
  });

  it("destroys the connection when the peer never ends TCP", async () => {
    const harness = new SessionHarness(codec);
    void harness.session.close();
    await harness.receive(close(1000));
    expect(harness.transport.ended).toBe(true);
    await harness.platform.advance(CLOSE_TIMEOUT);
    expect(harness.transport.destroyed).toBe(true);
  });

  it("answers without the handler when it never comes for the ending", async () => {
    const harness = new SessionHarness(codec);
    const work = gate();
    const reader = new Reader(harness.session, () => work.opened);
    await harness.receive(text("a"), text("b"), close(4001));
    await harness.platform.advance(CLOSE_TIMEOUT - 1);
    expect(harness.output).toEqual([]);
    await harness.platform.advance(1);
    expect(harness.output).toEqual(["close 4001"]);
    expect(harness.transport.ended).toBe(true);
    expect(harness.transport.destroyed).toBe(false);
    await harness.platform.advance(CLOSE_TIMEOUT);
    expect(harness.transport.destroyed).toBe(true);
    work.open();
    await harness.platform.idle();
    expect(reader.taken).toEqual(['text "a"', 'text "b"']);
    expect(reader.end).toBe("ended");
  });

  it("answers a violation without the handler too", async () => {
    const harness = new SessionHarness(codec);
    await harness.receive(text("a"), { first: 0xff, payload: bytes() });
    await harness.platform.advance(CLOSE_TIMEOUT);
    expect(harness.output[0]).toMatch(/^close 1002 /);
    expect(harness.transport.ended).toBe(true);
  });

  it("cuts where even the answer is stuck behind sends that wait", async () => {
    const harness = new SessionHarness(codec, { outgoing: channelOf(1) });
    harness.transport.stuck = true;
    const sends = [harness.session.send("a"), harness.session.send("b")];
    const closed = harness.session.close();
    await harness.platform.advance(CLOSE_TIMEOUT);
    expect(harness.transport.destroyed).toBe(true);
    expect(await Promise.all([...sends, closed].map(outcome))).toMatchObject([
      "done",
      { code: "CLOSED_SEND_CHANNEL" },
      "done",
    ]);
  });

  it("sends its Close though the peer's FIN came right behind the peer's Close", async () => {
    const harness = new SessionHarness(codec);
    const work = gate();
    new Reader(harness.session, () => work.opened);
    await harness.receive(text("a"), close(4001));
    harness.transport.endPeer();
    await harness.platform.idle();
    expect(harness.output).toEqual([]);
    work.open();
    await harness.settled(harness.session.ended);
    expect(harness.output).toEqual(["close 4001"]);
    expect(harness.transport.destroyed).toBe(false);
    expect((await harness.session.closeReason)?.code).toBe(4001);
  });

  it("does not cut its own Close off when the peer ends TCP instead of answering", async () => {
    const harness = new SessionHarness(codec);
    void harness.session.close(new CloseReason(4000));
    harness.transport.endPeer();
    await harness.settled(harness.session.ended);
    expect(harness.transport.ended).toBe(true);
    expect(harness.transport.destroyed).toBe(false);
    expect((await harness.session.closeReason)?.code).toBe(4000);
  });

  it("takes FIN for news only when the bytes in front of it are read", async () => {
    const harness = new SessionHarness(codec, { incoming: channelOf(1) });
    await harness.receive(text("a"), text("b"), close(4001));
    harness.transport.endPeerLate();
    await harness.platform.idle();
    expect(harness.session.isActive).toBe(true);
    const reader = new Reader(harness.session);
    await harness.platform.idle();
    expect(reader.taken).toEqual(['text "a"', 'text "b"']);
    expect((await harness.session.closeReason)?.code).toBe(4001);
    expect(harness.output).toEqual(["close 4001"]);
  });

  it("reads on after its Close, however full the channel was, to find the peer's", async () => {
    const harness = new SessionHarness(codec, { incoming: channelOf(1) });
    await harness.receive(text("a"), text("b"), text("c"));
    expect(harness.transport.reading).toBe(false);
    void harness.session.close();
    await harness.platform.idle();
    expect(harness.transport.reading).toBe(true);
    await harness.receive(text("d"), close(1000));
    expect(harness.transport.ended).toBe(true);
    expect(harness.retained.used).toBe(0);
  });

  it("cancels at any moment: nothing goes out, the connection is destroyed, no timer is left", async () => {
    for (const stage of ["open", "full", "closing", "peerClosed", "failed", "closed"]) {
      const harness = new SessionHarness(codec, { incoming: channelOf(1), pingPeriod: 1000 });
      await harness.receive(text("a"));
      if (stage === "full") await harness.receive(text("b"), text("c"));
      if (stage === "peerClosed") harness.session.incoming.tryReceive();
      if (stage === "closing" || stage === "closed") void harness.session.close();
      await harness.platform.idle();
      if (stage === "peerClosed" || stage === "closed") await harness.receive(close(1000));
      if (stage === "failed") {
        harness.session.incoming.tryReceive();
        await harness.receive({ first: 0xff, payload: bytes() });
      }
      const before = harness.output;
      harness.session.cancel();
      expect(harness.platform.liveTimers).toBe(0);
      expect(harness.transport.destroyed).toBe(true);
      await harness.settled(harness.session.ended);
      expect(harness.output).toEqual(before);
      expect(harness.retained.used).toBe(0);
    }
  });

  it("settings changed after the end wake nothing", async () => {
    const harness = new SessionHarness(codec, { pingPeriod: 1000 });
    harness.session.cancel();
    harness.session.pingPeriod = 10;
    harness.session.timeout = 10;
    await harness.platform.advance(10_000);
    expect(harness.platform.liveTimers).toBe(0);
    expect(harness.output).toEqual([]);
  });
});
