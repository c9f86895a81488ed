import { run } from "../command-line/run.js";
import { readEchoOptions } from "./options.js";
import { echoServer } from "./server.js";

await run(
  () => echoServer(readEchoOptions(process.argv.slice(2))),
  (server, port) => `Echo on ws://127.0.0.1:${port}/ (codec: ${server.codec.backend})`,
);
