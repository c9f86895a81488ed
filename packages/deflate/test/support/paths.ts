import { describe } from "vitest";
import { deflatePath } from "../../src/compression.js";
import type { DeflatePath } from "../../src/zlib/context.js";

/** The paths of this runtime: the asynchronous one is there always. */
export const PATHS: readonly DeflatePath[] =
  deflatePath() === "synchronous" ? ["synchronous", "asynchronous"] : ["asynchronous"];

/** One suite that every path owes. */
export function describeEachPath(name: string, suite: (path: DeflatePath) => void): void {
  describe.each(PATHS)(`${name}, on the %s path`, suite);
}
