import { expect, it } from "vitest";
import { run } from "../support/run.js";

// A process of its own, for what is under test reaches the process.
const script = `
import { once } from "node:events";
import { connect } from "node:net";
import { embeddedServer, WebSockets } from "@sluice/server";

const uncaught = [];
process.on("uncaughtException", (error) => uncaught.push(error.message));

const told = [];
const server = embeddedServer({ host: "127.0.0.1", port: 0 }, (app) => {
  app.install(WebSockets);
  app.routing((routing) => {
    routing.webSocket("/", async (session) => {
      session.signal.addEventListener("abort", () => {
        throw new Error("a bug in a listener");
      });
      session.signal.addEventListener("abort", () => told.push("the next listener"));
      session.launch(async (signal) => {
        await once(signal, "abort");
        told.push("a job");
      });
      for await (const frame of session.incoming) await session.send(frame);
      told.push((await session.closeReason).code);
    });
  });
});
await server.start();
const [{ port }] = await server.resolvedConnectors();

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const handshake = "GET / HTTP/1.1\\r\\nHost: a\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Key: " + KEY +
  "\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n";
const open = async () => {
  const socket = connect(port, "127.0.0.1");
  socket.write(handshake);
  await once(socket, "data");
  return socket;
};
const [first, second] = [await open(), await open()];
// Close 1000, masked with zeros.
first.write(Buffer.from("888200000000" + "03e8", "hex"));
const [answer] = await once(first, "data");
second.write(Buffer.from("818200000000" + "6869", "hex"));
const [echoed] = await once(second, "data");
await server.stop({ gracePeriod: 50 });
console.log(JSON.stringify({ uncaught, told: told.map(String).sort(), answer: answer.toString("hex"), echoed: echoed.toString("latin1", 2) }));
`;

it("a listener on a session's signal that throws is an uncaught exception, and the session and others are in order", async () => {
  const { code, output } = await run(script);
  expect({ code, ...JSON.parse(output) }).toEqual({
    code: 0,
    // The second when the server stops.
    uncaught: ["a bug in a listener", "a bug in a listener"],
    told: ["1000", "1001", "a job", "a job", "the next listener", "the next listener"],
    answer: "880203e8",
    echoed: "hi",
  });
});
