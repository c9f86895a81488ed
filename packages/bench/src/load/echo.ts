import { performance } from "node:perf_hooks";
import type { Connection } from "./connection.js";
import { LoadFailure } from "./failure.js";
import { BINARY, maskedFrame, payloadOf, TEXT } from "./frames.js";
import type { EchoJob } from "./job.js";
import { FollowedMessage } from "./latency.js";
import type { Load } from "./load.js";
import { drained } from "./load.js";
import type { Gauge } from "./measure.js";
import { Replies } from "./replies.js";

/** Keeps `window` messages in flight on every connection: what comes back goes out again in one write. */
export function startEcho(connections: readonly Connection[], job: EchoJob, gauge: Gauge): Load {
  let stopped = false;
  const shared = messageOf(job, 0);
  const flights = connections.map((connection, index) => {
    // Where bytes are compared, each connection has its own, so that nobody gets a neighbour's.
    const message = job.verify ? messageOf(job, index) : shared;
    const flight = new FollowedMessage(gauge.latency);
    const replies = new Replies(message.firstByte, message.payload, job.verify);
    connection.receive = (length) => {
      const count = replies.take(length);
      if (count === 0) return;
      if (count > flight.outstanding) throw new LoadFailure("the server sent more messages than it got");
      const now = performance.now();
      flight.receive(count, now);
      gauge.messages += count;
      if (stopped) return;
      flight.send(count, now);
      connection.write(message.first(count));
    };
    return { connection, message, flight, replies };
  });
  for (const { connection, message, flight } of flights) {
    flight.send(job.window, performance.now());
    connection.write(message.first(job.window));
  }
  return {
    stop: async () => {
      stopped = true;
      await drained(() => flights.reduce((sum, { flight }) => sum + flight.outstanding, 0));
      for (const { replies } of flights) replies.checkWhole();
    },
  };
}

interface Message {
  readonly firstByte: number;
  readonly payload: Buffer;
  /** So many frames, one behind the other; no more than a window. */
  first(count: number): Buffer;
}

function messageOf({ text, size, window }: EchoJob, variant: number): Message {
  const firstByte = text ? TEXT : BINARY;
  const payload = payloadOf(size, text, variant);
  const frame = maskedFrame(firstByte, payload);
  const frames = Buffer.concat(Array.from({ length: window }, () => frame));
  const views: Buffer[] = [];
  const first = (count: number): Buffer => {
    views[count] ??= frames.subarray(0, count * frame.length);
    return views[count];
  };
  return { firstByte, payload, first };
}
