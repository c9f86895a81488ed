import type { DeflatePath } from "@sluice/deflate";
import { WebSocketDeflate } from "@sluice/deflate";

const ALL: readonly DeflatePath[] = ["wasm", "synchronous", "asynchronous"];

/** The paths that this runtime compresses on: asking for another is an error. */
export const PATHS: readonly DeflatePath[] = ALL.filter((path) => {
  try {
    WebSocketDeflate({ path });
    return true;
  } catch {
    return false;
  }
});
