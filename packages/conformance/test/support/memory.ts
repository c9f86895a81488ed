import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Bytes of buffers that are in use: garbage is collected first. */
export async function buffersInUse(): Promise<number> {
  // What was let go of in this turn is garbage in the next; two passes, for what the first one frees.
  for (let pass = 0; pass < 2; pass++) {
    await new Promise(setImmediate);
    gc();
  }
  return process.memoryUsage().arrayBuffers;
}
