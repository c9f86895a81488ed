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

browserTest("the browser's WebSocket and --deflate agree over thousands of messages", async ({ browser }) => {
  const echo = startProgram("echo", { args: ["--port", "0", "--host", "127.0.0.1", "--deflate"] });
  const url = `ws://127.0.0.1:${await echo.port}/`;
  const page = await browser.newPage();
  const answers = await page.evaluate(async (url) => {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));

    const random = (length: number): Uint8Array<ArrayBuffer> => {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
      return bytes;
    };
    const json = (number: number): string =>
      JSON.stringify(Array.from({ length: number % 20 }, (_, index) => ({ id: number + index, name: "Größe", index })));
    const messages: (string | Uint8Array<ArrayBuffer>)[] = [];
    for (let number = 0; number < 3000; number++) {
      if (number % 5 === 1) messages.push(random((number * 7) % 1500));
      else messages.push(number % 5 === 2 ? "" : json(number));
      if (number % 1000 === 999) {
        messages.push(random(1024 * 1024), new Uint8Array(1024 * 1024), json(number).repeat(1000));
      }
    }

    let received = 0;
    let different = 0;
    const done = new Promise((resolve) => {
      socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
        const sent = messages[received++];
        const bytes = typeof data === "string" ? data : new Uint8Array(data);
        const same =
          typeof sent === "string" || typeof bytes === "string"
            ? sent === bytes
            : sent?.length === bytes.length && sent.every((byte, at) => byte === bytes[at]);
        if (!same) different++;
        if (received === messages.length) resolve(undefined);
      });
      socket.addEventListener("close", resolve);
    });
    for (const message of messages) socket.send(message);
    await done;
    return { extensions: socket.extensions, missing: messages.length - received, different };
  }, url);
  expect(answers).toEqual({
    extensions: expect.stringMatching(/^permessage-deflate/),
    missing: 0,
    different: 0,
  });
});
