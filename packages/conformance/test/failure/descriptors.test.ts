import { expect, test } from "vitest";
import { answer, clientFrame } from "../../src/frames.js";
import type { Peer } from "../../src/peer.js";
import { dial, handshake, open } from "../../src/peer.js";
import { startSubjectForTest } from "../support/subject.js";

const TEXT = 1;

/** Tries to open a session. Gives nothing where the server cannot take the connection. */
async function attempt(port: number): Promise<Peer | undefined> {
  const peer = await dial({ port });
  peer.write(handshake("/echo"));
  const response = await peer.response().catch(() => undefined);
  if (response === undefined) return undefined;
  expect(response.status).toBe(101);
  return peer;
}

async function isServed(peer: Peer, message: string): Promise<void> {
  peer.write(clientFrame({ opcode: TEXT, payload: message }));
  expect(await peer.frame()).toEqual(answer(TEXT, message));
}

test("a server whose file table is full refuses, serves those that it has, and recovers", async () => {
  const subject = await startSubjectForTest({ descriptors: 160 });
  for (let round = 0; round < 3; round++) {
    const opened: Peer[] = [];
    let refused = 0;
    while (refused < 20) {
      const peer = await attempt(subject.port);
      if (peer === undefined) refused++;
      else opened.push(peer);
    }
    // Node itself has some of the 160.
    expect(opened.length).toBeGreaterThan(80);
    for (const [index, peer] of opened.entries()) await isServed(peer, `${index}`);
    for (const peer of opened) peer.reset();
    await subject.idle();
  }
  const again = await open(subject, "/echo");
  await isServed(again, "as before");
  again.reset();
  expect(await subject.stop()).toEqual({ code: 0, signal: null, errors: "" });
});
