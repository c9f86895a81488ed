import { expect, test } from "vitest";
import { clientFrame, closeCode } from "../../src/frames.js";
import { handshake, open, send } from "../../src/peer.js";
import { openHealthy } from "../support/healthy-peer.js";
import { startSubjectForTest } from "../support/subject.js";

test.each(["throws", "rejects", "blocks"] as const)(
  "a logger that %s ends nobody but who is logged",
  async (logger) => {
    const subject = await startSubjectForTest({ logger, webSockets: { pingPeriod: 200, timeout: 400 } });
    const bystander = await openHealthy(subject, "/echo");
    for (let round = 0; round < 20; round++) {
      const failing = await open(subject, "/throw", clientFrame({ opcode: 1, payload: "go" }));
      expect(closeCode(await failing.frame())).toBe(1011);
      const foreign = await send(subject, handshake("/echo", { Origin: `https://evil${round}.example` }));
      expect((await foreign.response()).status).toBe(403);
      expect(await bystander.ask(`${round}`)).toBe(`${round}`);
    }
    expect((await subject.status()).logged).toBe(40);
    expect(await subject.stop(0)).toEqual({ code: 0, signal: null, errors: "" });
  },
);
