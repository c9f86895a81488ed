import { performance } from "node:perf_hooks";
import type { Connection } from "./connection.js";
import { readBuffer } from "./connection.js";
import { DeflateCheck } from "./deflate-check.js";
import type { DeflateMessages } from "./deflate-messages.js";
import { deflateMessages, jsonMessages } from "./deflate-messages.js";
import { termsOf } from "./deflate-terms.js";
import { LoadFailure } from "./failure.js";
import { FrameReader } from "./frame-reader.js";
import type { DeflateIdleJob, DeflateJob } from "./job.js";
import { FollowedMessage } from "./latency.js";
import type { Load } from "./load.js";
import { drained } from "./load.js";
import type { Gauge } from "./measure.js";

/** How many messages a connection sends, and how many of them it has in flight. */
interface Plan {
  readonly window: number;
  readonly messages: number;
}

/** Keeps `window` compressed messages in flight on every connection. Messages are compressed before, not meanwhile. */
export function startDeflateEcho(connections: readonly Connection[], job: DeflateJob, gauge: Gauge): Load {
  return start(connections, job, { window: job.window, messages: Number.POSITIVE_INFINITY }, gauge);
}

/** Has every connection echo `messages` messages, one at a time. */
export async function deflateTraffic(
  connections: readonly Connection[],
  job: DeflateIdleJob,
  gauge: Gauge,
): Promise<void> {
  const all = job.messages * connections.length;
  start(connections, job, { window: 1, messages: job.messages }, gauge);
  await drained(() => all - gauge.messages);
}

function start(connections: readonly Connection[], job: DeflateJob | DeflateIdleJob, plan: Plan, gauge: Gauge): Load {
  const messages = deflateMessages(jsonMessages(job.size), termsOf(connections[0]?.extensions ?? ""));
  let stopped = false;
  const lanes = connections.map((connection) => {
    const flight = new FollowedMessage(gauge.latency);
    const reader = new FrameReader(job.verify);
    const check = new DeflateCheck(messages.plain);
    let sent = 0;
    const send = (count: number, now: number): void => {
      const allowed = Math.min(count, plan.messages - sent);
      if (stopped || allowed <= 0) return;
      write(connection, messages, sent % messages.plain.length, allowed);
      sent += allowed;
      flight.send(allowed, now);
    };
    connection.receive = (length) => {
      let count = 0;
      reader.read(readBuffer, length, (frame) => {
        gauge.wireBytes += frame.length;
        const fin = frame.firstByte >= 128;
        if (frame.payload !== undefined) check.next(frame.firstByte, frame.payload, fin);
        if (fin) count++;
      });
      if (count === 0) return;
      if (count > flight.outstanding) throw new LoadFailure("the server sent more messages than it got");
      const now = performance.now();
      flight.receive(count, now);
      gauge.messages += count;
      send(count, now);
    };
    return { flight, reader, send };
  });
  for (const { send } of lanes) send(plan.window, performance.now());
  return {
    stop: async () => {
      stopped = true;
      await drained(() => lanes.reduce((sum, { flight }) => sum + flight.outstanding, 0));
      if (lanes.some(({ reader }) => reader.midFrame)) throw new LoadFailure("the server sent half a frame");
    },
  };
}

/** Writes `count` messages from the `first` on, and begins anew behind the last. */
function write(connection: Connection, { frames, starts, plain }: DeflateMessages, first: number, count: number): void {
  const end = Math.min(first + count, plain.length);
  connection.write(frames.subarray(starts[first], starts[end]));
  if (first + count > end) write(connection, { frames, starts, plain }, 0, first + count - end);
}
