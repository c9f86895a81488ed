import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import * as server from "@sluice/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Client } from "../client.js";
import { startNode } from "../program.js";
import { behaviours } from "./behaviours.js";
import { blocksOf, README } from "./blocks.js";
import type { Compiled } from "./compile.js";
import { compile } from "./compile.js";

const readme = await readFile(README, "utf8");
const blocks = blocksOf(readme);

/** Preloaded: a program of the README names its port, and gets a free one. */
const freePort = new URL("free-port.mjs", import.meta.url).href;

let compiled: Compiled | undefined;

beforeAll(async () => {
  compiled = await compile(blocks);
}, 120_000);

afterAll(() => compiled?.remove());

test("the README names errors that there are", () => {
  const names = new Set(readme.match(/\b[A-Z]\w+Error\b/g));
  expect([...names].filter((name) => !(name in server))).toEqual([]);
});

test("the README links to files that there are", () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((path) => !existsSync(new URL(path, README)))).toEqual([]);
});

test("every block of the README is tried here", () => {
  expect(blocks.map(({ place }) => place)).toEqual(Object.keys(behaviours));
});

test.each(blocks.map(({ place }, index) => ({ place, index })))(
  "the README's block under $place does what the README says",
  async ({ place, index }) => {
    const program = startNode(["--import", freePort, compiled?.files[index] ?? ""]);
    const port = await program.port;
    const endsByItself = Number.isNaN(port);
    await behaviours[place]?.((path, options) => Client.connect(`ws://127.0.0.1:${port}${path}`, options), program);
    program.signal("SIGKILL");
    expect(await program.ended).toMatchObject({ code: endsByItself ? 0 : null, stderr: "" });
  },
);
