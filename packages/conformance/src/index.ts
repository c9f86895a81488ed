import type { ConformanceCase } from "./case.js";
import { closing } from "./cases/closing.js";
import { fragmentation } from "./cases/fragmentation.js";
import { framing } from "./cases/framing.js";
import { text } from "./cases/text.js";

export type { ConformanceCase, ExpectedFrame } from "./case.js";

/** Every case, by subject. */
export const CASES: Readonly<Record<string, readonly ConformanceCase[]>> = { framing, fragmentation, text, closing };
