import type { Backend } from "./codec.js";

/** Which backend to use. `"auto"` takes WebAssembly where it runs, and TypeScript elsewhere. */
export type BackendChoice = "auto" | Backend;

/** What was asked of `createCodec`, what it chose, and why. For logs, panels and bug reports. */
export interface CodecSelection {
  readonly asked: BackendChoice;
  readonly chosen: Backend;
  /** One sentence. Where "auto" fell back to TypeScript it holds the engine's own words. */
  readonly reason: string;
}
