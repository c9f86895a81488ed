import { readPort } from "../command-line/numbers.js";
import { run } from "../command-line/run.js";
import { demoServer } from "./server.js";

await run(
  () => demoServer({ port: readPort("PORT", process.env["PORT"] ?? "8080") }),
  (server, { port }) => `
  Chat   http://localhost:${port}/
  Echo   ws://localhost:${port}/echo
  Codec  ${server.codec.backend === "wasm" ? "WebAssembly" : "TypeScript"}

  Ctrl-C stops the server.
`,
);
