import { expect } from "vitest";
import type { ApplicationModule, ServerConfig } from "../../src/index.js";
import { certificate } from "./certificate.js";
import type { Served } from "./serve.js";
import { serve } from "./serve.js";

/** The ways that bytes come in from a socket, whoever accepted it. */
export const readPaths = ["shared", "data"] as const;

/** A way to run a server on which sessions behave the same. */
export interface Setup {
  readonly codec: "wasm" | "typescript";
  readonly readPath: "direct" | (typeof readPaths)[number];
  readonly tls: boolean;
}

export const setups: readonly Setup[] = [
  { codec: "wasm", readPath: "direct", tls: false },
  { codec: "wasm", readPath: "shared", tls: false },
  { codec: "typescript", readPath: "data", tls: false },
  { codec: "wasm", readPath: "data", tls: true },
];

/** Serves on a setup, and makes sure that it is the one that runs. */
export async function serveOn(setup: Setup, module: ApplicationModule, config: ServerConfig = {}): Promise<Served> {
  const { codec, readPath, tls } = setup;
  const served = await serve(module, { ...config, codec, readPath, ...(tls ? { tls: certificate } : {}) });
  expect(served.server.codec.backend).toBe(codec);
  expect(served.server.readPath.path).toBe(readPath);
  return served;
}
