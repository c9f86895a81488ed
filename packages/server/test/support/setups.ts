import { expect } from "vitest";
import type { ApplicationModule, ServerConfig } from "../../src/index.js";
import { certificate } from "./certificate.js";
import type { Served } from "./serve.js";
import { serve } from "./serve.js";

/** A way to run a server on which sessions behave the same. */
export interface Setup {
  readonly codec: "wasm" | "typescript";
  readonly tls: boolean;
}

export const setups: readonly Setup[] = [
  { codec: "wasm", tls: false },
  { codec: "typescript", tls: false },
  { codec: "wasm", tls: true },
];

/** Serves on a setup, and makes sure that it is the one that runs. */
export async function serveOn(setup: Setup, module: ApplicationModule, config: ServerConfig = {}): Promise<Served> {
  const served = await serve(module, { ...config, codec: setup.codec, ...(setup.tls ? { tls: certificate } : {}) });
  expect(served.server.codec.backend).toBe(setup.codec);
  return served;
}
