import { expect, test } from "vitest";
import { clientFrame } from "../../src/frames.js";
import { dial, handshake } from "../../src/peer.js";
import type { Subject } from "../../src/subject/subject.js";
import { startCrowd } from "../support/crowd.js";
import { openHealthy } from "../support/healthy-peer.js";
import { startSubjectForTest } from "../support/subject.js";

const TEXT = 1;

/** Waits until one session is all that is left, and then stops the server. */
async function isCleanButForOne(subject: Subject): Promise<void> {
  const one = await subject.statusWhen(({ sessions, handles }) => sessions === 1 && handles["TCPSocketWrap"] === 1);
  expect(one.retained).toBe(0);
  expect(await subject.stop(0)).toEqual({ code: 0, signal: null, errors: "" });
}

test("the sessions of peers that are killed end, whatever they were at", async () => {
  const subject = await startSubjectForTest();
  const bystander = await openHealthy(subject, "/echo");
  const paths = ["/echo", "/flood", "/broadcast", "/deaf"];
  const crowds = await Promise.all(paths.map((path) => startCrowd(subject, path, 50)));
  expect((await subject.status()).sessions).toBe(201);
  for (const crowd of crowds) crowd.signal("SIGKILL");
  await subject.statusWhen(({ sessions }) => sessions === 1);
  expect(await bystander.ask("still there?")).toBe("still there?");
  await isCleanButForOne(subject);
});

// To the server a process that is stopped is a machine that has lost its network: connections without anybody behind them.
test("the sessions of peers that nobody answers for end with the timeout of a ping", async () => {
  const subject = await startSubjectForTest({ webSockets: { pingPeriod: 200, timeout: 400, closeTimeout: 100 } });
  const bystander = await openHealthy(subject, "/echo");
  const crowds = await Promise.all(["/echo", "/broadcast", "/deaf"].map((path) => startCrowd(subject, path, 50)));
  for (const crowd of crowds) crowd.signal("SIGSTOP");
  await subject.statusWhen(({ sessions }) => sessions === 1);
  expect(await bystander.ask("still there?")).toBe("still there?");
  await isCleanButForOne(subject);
});

test("a storm of resets leaves nothing behind, and others are served in it", async () => {
  const subject = await startSubjectForTest({ webSockets: { closeTimeout: 100 } });
  const bystander = await openHealthy(subject, "/echo");
  const inputs = ["/echo", "/flood", "/broadcast", "/gate", "/nowhere"].map((path) =>
    Buffer.concat([
      Buffer.from(handshake(path)),
      clientFrame({ opcode: TEXT, payload: "x".repeat(1000) }),
      clientFrame({ opcode: TEXT, payload: "never to end", fin: false }),
    ]),
  );
  const waves = 10;
  for (let wave = 1; wave <= waves; wave++) {
    const peers = await Promise.all(Array.from({ length: 100 }, () => dial(subject)));
    for (const [index, peer] of peers.entries()) {
      const input = inputs[index % inputs.length] ?? Buffer.alloc(0);
      peer.write(input.subarray(0, Math.ceil((input.length * wave) / waves)));
    }
    expect(await bystander.ask(`in wave ${wave}`)).toBe(`in wave ${wave}`);
    for (const peer of peers) peer.reset();
    expect(await bystander.ask(`behind wave ${wave}`)).toBe(`behind wave ${wave}`);
  }
  await isCleanButForOne(subject);
});
