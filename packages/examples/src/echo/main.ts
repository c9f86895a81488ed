import { hostInUrl } from "../command-line/host.js";
import { run } from "../command-line/run.js";
import { readEchoOptions } from "./options.js";
import { echoServer } from "./server.js";

await run(
  () => echoServer(readEchoOptions(process.argv.slice(2))),
  (server, { host, port }) => `Echo on ws://${hostInUrl(host)}:${port}/ (codec: ${server.codec.backend})`,
);
