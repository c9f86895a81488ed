import { expect, test } from "vitest";
import { clientFrame, closeCode } from "../../src/frames.js";
import { handshake, open, send } from "../../src/peer.js";
import { openHealthy } from "../support/healthy-peer.js";
import { startSubjectForTest } from "../support/subject.js";
import { until } from "../support/until.js";

const DAY = 24 * 60 * 60 * 1000;

test.each([
  ["forward", DAY],
  ["back", -DAY],
])("a clock that is stepped %s by a day ends no session, and what is late is late as before", async (_, ms) => {
  const subject = await startSubjectForTest({
    webSockets: { pingPeriod: 50, timeout: 500, closeTimeout: 100, maxLifetime: "1h", idleTimeout: "1h" },
    server: { handshakeTimeout: 1000 },
  });
  const [healthy, silent] = [await openHealthy(subject, "/echo"), await open(subject, "/echo")];
  const half = await send(subject, handshake("/echo").slice(0, -2));
  await subject.ask({ do: "step", ms });
  const { pings } = healthy;
  await until(() => healthy.pings > pings + 5);
  let frame = await silent.frame();
  while (frame.firstByte === 0x89) frame = await silent.frame();
  expect(closeCode(frame)).toBe(1011);
  expect((await half.response()).status).toBe(408);
  expect(await healthy.ask("still here")).toBe("still here");
  expect(await subject.stop(0)).toEqual({ code: 0, signal: null, errors: "" });
});

test("a loop that stands still for longer than every timeout ends no session, and what came meanwhile is answered", async () => {
  const subject = await startSubjectForTest({
    webSockets: { pingPeriod: 100, timeout: 300, closeTimeout: 300 },
    server: { handshakeTimeout: 1000 },
  });
  const peers = await Promise.all(Array.from({ length: 10 }, () => openHealthy(subject, "/echo")));
  const blocked = subject.ask({ do: "block", ms: 2000 });
  const answers = Promise.all(peers.map((peer, index) => peer.ask(`${index}`)));
  const late = await send(subject, handshake("/echo"), clientFrame({ opcode: 1, payload: "late" }));
  await blocked;
  expect((await late.response()).status).toBe(101);
  expect(await answers).toEqual(peers.map((_, index) => `${index}`));
  expect(await subject.stop(0)).toEqual({ code: 0, signal: null, errors: "" });
});
