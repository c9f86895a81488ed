import { expect, test } from "vitest";
import { clientClose, clientFrame, closeCode } from "../../src/frames.js";
import type { Peer } from "../../src/peer.js";
import { dial, handshake, open, send } from "../../src/peer.js";
import type { Subject } from "../../src/subject/subject.js";
import { startSubjectForTest } from "../support/subject.js";
import { turn } from "../support/until.js";

const TEXT = 1;
const text = (payload: string): Uint8Array => clientFrame({ opcode: TEXT, payload });

/** Everything that a connection can be at, by name. */
const moments: Readonly<Record<string, (subject: Subject) => Promise<Peer>>> = {
  connected: (subject) => dial(subject),
  "in a handshake": (subject) => send(subject, handshake("/echo").slice(0, 50)),
  "handshake sent": (subject) => send(subject, handshake("/echo")),
  "at a gate": (subject) => send(subject, handshake("/gate"), text("early")),
  refused: (subject) => send(subject, handshake("/nowhere")),
  "no HTTP": (subject) => send(subject, "\u0016\u0003\u0001\r\n\r\n"),
  "in a page": async (subject) => {
    const peer = await send(subject, "GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
    await peer.response();
    return peer;
  },
  open: (subject) => open(subject, "/echo"),
  "in a frame": (subject) => open(subject, "/echo", text("cut off").subarray(0, 8)),
  "in a message": (subject) => open(subject, "/echo", clientFrame({ opcode: TEXT, payload: "half", fin: false })),
  "with messages that nobody reads": (subject) =>
    open(subject, "/deaf", ...Array.from({ length: 200 }, () => text("unread"))),
  "flooded, and not reading": async (subject) => {
    const peer = await dial(subject);
    peer.socket.pause();
    peer.write(handshake("/flood"));
    return peer;
  },
  closing: (subject) => open(subject, "/echo", clientClose(1000)),
  violating: (subject) => open(subject, "/echo", clientFrame({ opcode: 3 })),
  failing: (subject) => open(subject, "/throw", text("go")),
  gone: async (subject) => {
    const peer = await send(subject, handshake("/echo"), text("and"));
    peer.reset();
    return peer;
  },
};

test.each([0, 1, 2, 5])("stop ends everything that is under way, %i turns after the last of it", async (turns) => {
  const subject = await startSubjectForTest({ webSockets: { closeTimeout: 200 } });
  const peers = new Map<string, Peer[]>();
  for (let round = 0; round < 3; round++) {
    for (const [name, begin] of Object.entries(moments)) {
      peers.set(name, [...(peers.get(name) ?? []), await begin(subject)]);
    }
  }
  for (let count = 0; count < turns; count++) await turn();
  const stopping = subject.stop(500, 1000);
  const more = Array.from({ length: 20 }, () => send(subject, handshake("/echo")).catch(() => undefined));
  // Those who came too late are refused, or nobody listens any more.
  for (const late of more) {
    const response = await (await late)?.response().catch(() => undefined);
    if (response !== undefined) expect([101, 503]).toContain(response.status);
  }
  expect(await stopping).toEqual({ code: 0, signal: null, errors: "" });
  for (const [name, several] of peers) {
    for (const peer of several) {
      peer.socket.resume();
      const rest = await peer.end();
      // Sessions that were open got their Close, in front of the end.
      if (name === "open" || name === "in a frame") {
        const close = { firstByte: 0x88, payload: Uint8Array.from(rest.subarray(2)) };
        expect([name, closeCode(close)]).toEqual([name, 1001]);
      }
    }
  }
});
