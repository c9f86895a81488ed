import { pino } from "pino";
import { expect, expectTypeOf, it } from "vitest";
import type { Logger } from "../../src/index.js";
import { connect } from "../support/client.js";
import { route, serve } from "../support/serve.js";
import { until } from "../support/until.js";

it("a pino logger is a Logger, and gets the error and what failed", async () => {
  const lines: string[] = [];
  const logger = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
  expectTypeOf(logger).toExtend<Logger>();
  const served = await serve(
    route(() => {
      throw new Error("a bug");
    }),
    { logger: logger.child({ part: "sockets" }) },
  );
  const client = await connect(served);
  expect((await client.closed).code).toBe(1011);
  await until(() => lines.length > 0);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      level: 50,
      part: "sockets",
      msg: "The handler of webSocket(/) failed",
      err: { type: "Error", message: "a bug", stack: expect.stringContaining("pino.test") },
    },
  ]);
});
