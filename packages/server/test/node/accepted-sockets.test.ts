import { expect, it } from "vitest";
import { run } from "../support/run.js";

/** Looks at what sockets are made with: the options that `net.Socket` hands to its stream. */
const SCRIPT = `
  import { connect } from "node:net";
  import stream from "node:stream";
  import { setFlagsFromString } from "node:v8";
  import { embeddedServer } from "@sluice/server";

  setFlagsFromString("--allow-natives-syntax");
  const share = new Function("one", "other", "return %HaveSameMap(one, other)");
  const made = [];
  const { Duplex } = stream;
  stream.Duplex = Object.setPrototypeOf(function (options) {
    if (options?.handle !== undefined) made.push(options);
    return Duplex.call(this, options);
  }, Duplex);
  stream.Duplex.prototype = Duplex.prototype;

  const server = embeddedServer({ host: "127.0.0.1", port: 0 }, () => {});
  await server.start();
  const [{ port }] = await server.resolvedConnectors();
  made.length = 0;
  for (let count = 0; count < 40; count++) {
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.destroy();
  }
  while (made.length < 40) await new Promise((resolve) => setTimeout(resolve, 10));
  await server.stop();
  const [first] = made;
  console.log(made.filter((options) => share(options, first)).length);
`;

// Node 20; where V8 is another, there is nothing to be done.
it.runIf(process.versions.v8.startsWith("11."))("accepted sockets make no hidden classes", async () => {
  expect((await run(SCRIPT)).output).toBe("40\n");
});
