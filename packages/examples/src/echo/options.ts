import { parseArgs } from "node:util";
import { readInteger, readPort } from "../command-line/numbers.js";
import { Problem } from "../command-line/problem.js";
import type { EchoOptions } from "./server.js";

/** Reads `--port`, `--host`, `--max-message` and `--deflate`. @throws Problem for anything else. */
export function readEchoOptions(args: readonly string[]): EchoOptions {
  const values = parse(args);
  if (values.host === "") throw new Problem("--host must name an address, got nothing.");
  return {
    port: readPort("--port", values.port),
    host: values.host,
    maxMessage: readInteger("--max-message", values["max-message"], 1, 2 ** 31 - 1),
    deflate: values.deflate,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "9001" },
        host: { type: "string", default: "0.0.0.0" },
        "max-message": { type: "string", default: String(16 * 1024 * 1024) },
        deflate: { type: "boolean", default: false },
      },
    }).values;
  } catch (cause) {
    // Node goes on to explain how to escape a dash; the first sentence says what is wrong.
    const [sentence] = (cause as Error).message.split(/[.\n]/);
    throw new Problem(`${sentence}. Options: --port NUMBER, --host ADDRESS, --max-message BYTES, --deflate.`, {
      cause,
    });
  }
}
