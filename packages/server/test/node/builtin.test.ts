import { expect, it } from "vitest";
import { run } from "../support/run.js";

/** A server, and what of Node is loaded then. */
const LOADED = `
  import { embeddedServer, WebSockets } from "@sluice/server";

  const server = embeddedServer({ host: "127.0.0.1", port: 0 }, (app) => {
    app.install(WebSockets);
    app.routing((routing) => routing.webSocket("/", () => {}));
  });
  await server.start();
  console.log(process.moduleLoadList.join("\\n"));
  await server.stop();
`;

it("loads neither Node's fetch nor TLS for a server that needs none", async () => {
  const { code, output } = await run(LOADED);
  expect(code).toBe(0);
  const loaded = output.split("\n");
  expect(loaded).toContain("NativeModule http");
  expect(loaded.filter((name) => /undici|NativeModule (tls|https)$/.test(name))).toEqual([]);
});

/** The package, and the files that came with it. */
const FILES = `
  import { Session } from "node:inspector";
  import "@sluice/server";

  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params }) => {
    if (params.url.startsWith("file:")) console.log(params.url);
  });
  session.post("Debugger.enable");
`;

it("comes in few files: each costs start-up and heap", async () => {
  const { code, output } = await run(FILES);
  expect(code).toBe(0);
  const files = output.trim().split("\n");
  expect(files.length).toBeGreaterThan(1);
  expect(files.length).toBeLessThan(10);
});
