import { afterAll, beforeAll, expect, test } from "vitest";
import { Client } from "../client.js";
import { startNode } from "../program.js";
import { behaviours } from "./behaviours.js";
import { readBlocks } from "./blocks.js";
import type { Compiled } from "./compile.js";
import { compile } from "./compile.js";

const blocks = await readBlocks();

/** Preloaded: a program of the README names its port, and gets a free one. */
const freePort = new URL("free-port.mjs", import.meta.url).href;

let compiled: Compiled | undefined;

beforeAll(async () => {
  compiled = await compile(blocks);
}, 120_000);

afterAll(() => compiled?.remove());

test("every block of the README is tried here", () => {
  expect(blocks.map(({ place }) => place)).toEqual(Object.keys(behaviours));
});

test.each(blocks.map(({ place }, index) => ({ place, index })))(
  "the README's block under $place does what the README says",
  async ({ place, index }) => {
    const program = startNode(["--import", freePort, compiled?.files[index] ?? ""]);
    const port = await program.port;
    const endsByItself = Number.isNaN(port);
    await behaviours[place]?.((path, options) => Client.connect(`ws://127.0.0.1:${port}${path}`, options));
    program.signal("SIGKILL");
    expect(await program.ended).toMatchObject({ code: endsByItself ? 0 : null, stderr: "" });
  },
);
