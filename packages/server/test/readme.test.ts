import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { run } from "./support/run.js";

it("the example of the README runs as it stands there, but for its port", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? "";
  expect(example).toContain("port: 8080");
  const script = `
    ${example.replace("port: 8080", 'host: "127.0.0.1", port: 0')}
    const { WebSocket } = await import("ws");
    const [{ port }] = await server.resolvedConnectors();
    const socket = new WebSocket("ws://127.0.0.1:" + port + "/echo/Ada");
    socket.on("message", (data) => {
      console.log(String(data));
      if (String(data) === "back") server.stop();
    });
    socket.on("open", () => socket.send("back"));
  `;
  expect(await run(script)).toEqual({ code: 0, output: "Hi, Ada\nback\n" });
});

it("the example of a test runs as it stands there", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const examples = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code = ""]) => code);
  const example = examples.find((code) => code.includes("testApplication")) ?? "throw new Error('There is none')";
  expect(await run(`${example}\nconsole.log("done");`)).toEqual({ code: 0, output: "done\n" });
});

it("the example of an existing server runs as it stands there, but for its port", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const examples = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code = ""]) => code);
  const example = examples.find((code) => code.includes("app.attach(server)")) ?? "throw new Error('There is none')";
  const script = `
    import { once } from "node:events";
    import { WebSocket } from "ws";
    ${example.replace("server.listen(8080)", 'server.listen(0, "127.0.0.1")')}
    await once(server, "listening");
    const at = "127.0.0.1:" + server.address().port;
    const socket = new WebSocket("ws://" + at + "/echo");
    await once(socket, "open");
    socket.send("back");
    console.log(String((await once(socket, "message"))[0]));
    console.log(await (await fetch("http://" + at + "/")).text());
    await app.stop();
    server.close();
    server.closeAllConnections();
  `;
  expect(await run(script)).toEqual({ code: 0, output: "back\na page\n" });
});
