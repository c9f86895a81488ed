import type { FuzzTargets } from "../target.js";
import { connections } from "./connections.js";
import { deflateOffers } from "./deflate-offers.js";
import { deflating } from "./deflating.js";
import { extensionHeaders } from "./extension-headers.js";
import { frames } from "./frames.js";
import { handshakes } from "./handshakes.js";
import { headers } from "./headers.js";
import { inflating } from "./inflating.js";
import { text } from "./text.js";

/** Everything that is fuzzed, from the bytes up. A new target is a line here and a file beside. */
export const TARGETS: FuzzTargets = {
  headers,
  frames,
  text,
  connections,
  handshakes,
  "extension-headers": extensionHeaders,
  "deflate-offers": deflateOffers,
  inflating,
  deflating,
};
