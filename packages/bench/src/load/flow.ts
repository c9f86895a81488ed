import { performance } from "node:perf_hooks";
import type { Connection } from "./connection.js";
import { BINARY, maskedFrame, payloadOf } from "./frames.js";
import type { FlowJob } from "./job.js";
import type { Load } from "./load.js";
import { drained } from "./load.js";
import type { Gauge } from "./measure.js";
import { Replies } from "./replies.js";

/** The part of a round that may be on its way when the next one is asked for: the server never waits for the slowest. */
const AHEAD = 0.5;

/**
 * One connection asks for rounds, and `burst` messages come to every connection. Begins when every connection has had an
 * answer: its handler is at work then.
 */
export async function startFlow(connections: readonly Connection[], job: FlowJob, gauge: Gauge): Promise<Load> {
  await Promise.all(connections.map(answered));
  const [asking] = connections;
  if (asking === undefined) throw new RangeError("a flow needs a connection");
  const request = burstRequest(job);
  const perRound = connections.length * job.burst;
  let asked = 0;
  let delivered = 0;
  let stopped = false;
  /** When the last rounds were asked for. More than two are never on their way. */
  const askedAt: number[] = [0, 0, 0, 0];
  const ask = (): void => {
    askedAt[asked++ & 3] = performance.now();
    asking.write(request);
  };
  const payload = payloadOf(job.size, false);
  const receivers = connections.map((connection) => {
    const replies = new Replies(BINARY, payload, job.verify);
    let received = 0;
    connection.receive = (length) => {
      const count = replies.take(length);
      if (count === 0) return;
      const rounds = Math.floor(received / job.burst);
      received += count;
      delivered += count;
      gauge.messages += count;
      const round = Math.floor(received / job.burst);
      if (round > rounds) gauge.latency.record(performance.now() - (askedAt[(round - 1) & 3] ?? 0));
      if (!stopped && asked * perRound - delivered <= perRound * AHEAD) ask();
    };
    return replies;
  });
  ask();
  return {
    stop: async () => {
      stopped = true;
      await drained(() => asked * perRound - delivered);
      for (const replies of receivers) replies.checkWhole();
    },
  };
}

/** Sends an empty message, which comes back. */
function answered(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    const replies = new Replies(BINARY, new Uint8Array(0), true);
    connection.receive = (length) => {
      if (replies.take(length) > 0) resolve();
    };
    connection.write(maskedFrame(BINARY, new Uint8Array(0)));
  });
}

function burstRequest({ burst, size }: FlowJob): Buffer {
  const request = Buffer.alloc(5);
  request.writeUInt8(burst, 0);
  request.writeUInt32LE(size, 1);
  return maskedFrame(BINARY, request);
}
