import { performance } from "node:perf_hooks";
import process from "node:process";
import type { ConnectionOptions } from "./connection.js";
import { Connection, readBuffer } from "./connection.js";
import { LoadFailure } from "./failure.js";
import { BINARY, CLOSE, maskedFrame, payloadOf } from "./frames.js";
import type { HandshakeJob } from "./job.js";
import type { Load } from "./load.js";
import type { Gauge } from "./measure.js";
import { Replies } from "./replies.js";

const PAYLOAD = payloadOf(16, true);
const MESSAGE = maskedFrame(BINARY, PAYLOAD);

/** Close 1000 (RFC 6455 section 7.4.1). */
const CLOSE_FRAME = maskedFrame(CLOSE, Buffer.from([0x03, 0xe8]));

/** Linux answers for all of 127.0.0.0/8; elsewhere only 127.0.0.1 is there. An address has some 28,000 ports. */
const ADDRESSES = process.platform === "linux" ? 60 : 0;

/** Keeps `connections` sessions going: each opens, echoes once, closes as RFC 6455 has it, and is followed by the next. */
export function startHandshakes(job: HandshakeJob, failed: (failure: LoadFailure) => void, gauge: Gauge): Load {
  let stopped = false;
  let opened = 0;
  const options = (): ConnectionOptions => ({
    port: job.port,
    failed,
    localAddress: ADDRESSES > 0 ? `127.0.0.${2 + (opened++ % ADDRESSES)}` : undefined,
  });
  const lane = async (): Promise<void> => {
    while (!stopped) {
      const start = performance.now();
      const connection = await Connection.open(options());
      await session(connection);
      gauge.latency.record(performance.now() - start);
      gauge.messages++;
    }
  };
  const lanes = Promise.all(Array.from({ length: job.connections }, lane));
  // A failure is told through `failed`.
  lanes.catch(() => undefined);
  return {
    stop: async () => {
      stopped = true;
      await lanes;
    },
  };
}

/** One echo, then the closing handshake, which the server ends with its FIN (RFC 6455 section 7.1.1). */
function session(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    const replies = new Replies(BINARY, PAYLOAD, true);
    connection.receive = (length) => {
      if (replies.take(length) === 0) return;
      connection.receive = (more) => {
        if (more < 2 || readBuffer[0] !== CLOSE)
          throw new LoadFailure("the server answered a Close with something else");
        connection.receive = () => {};
        connection.ended = () => {
          connection.close();
          resolve();
        };
      };
      connection.write(CLOSE_FRAME);
    };
    connection.write(MESSAGE);
  });
}
