import { describe } from "vitest";
import type { DeflatePath } from "../../src/compression.js";
import { Compression } from "../../src/compression.js";

const ALL: readonly DeflatePath[] = ["wasm", "synchronous", "asynchronous"];

/** The paths of this runtime: the asynchronous one is there always. */
export const PATHS: readonly DeflatePath[] = ALL.filter((path) => {
  try {
    return new Compression({}, path).path === path;
  } catch {
    return false;
  }
});

/** One suite that every path owes. */
export function describeEachPath(name: string, suite: (path: DeflatePath) => void): void {
  describe.each(PATHS)(`${name}, on the %s path`, suite);
}
