import { expect } from "vitest";
import { browserTest } from "./browser.js";
import { startProgram } from "./program.js";

browserTest("the browser's WebSocket gets text as text and bytes as bytes", async ({ browser }) => {
  const echo = startProgram("echo", { args: ["--port", "0", "--host", "127.0.0.1"] });
  const url = `ws://127.0.0.1:${await echo.port}/`;
  const page = await browser.newPage();
  const answers = await page.evaluate(async (url) => {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
    const ask = (data: string | Uint8Array<ArrayBuffer>): Promise<unknown> =>
      new Promise((resolve) => {
        socket.addEventListener("message", (event) => resolve(event.data), { once: true });
        socket.send(data);
      });

    const large = new Uint8Array(1024 * 1024).map((_, index) => index % 251);
    const answer = await ask(large);
    const answers = {
      text: await ask("Grüße, 世界 🌊"),
      emptyText: await ask(""),
      bytes: [...new Uint8Array((await ask(new Uint8Array([0, 255, 128]))) as ArrayBuffer)],
      emptyBytes: ((await ask(new Uint8Array(0))) as ArrayBuffer).byteLength,
      large:
        answer instanceof ArrayBuffer &&
        answer.byteLength === large.length &&
        new Uint8Array(answer).every((byte, index) => byte === large[index]),
    };
    const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener("close", resolve));
    socket.close(1000);
    const { code, wasClean } = await closed;
    return { ...answers, closed: { code, wasClean } };
  }, url);
  expect(answers).toEqual({
    text: "Grüße, 世界 🌊",
    emptyText: "",
    bytes: [0, 255, 128],
    emptyBytes: 0,
    large: true,
    closed: { code: 1000, wasClean: true },
  });
});
