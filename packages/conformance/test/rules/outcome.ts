import type { WebSocketHandler, WebSocketOptions } from "@sluice/server";
import { ProtocolViolationError, SluiceError } from "@sluice/server";
import { expect, it } from "vitest";
import type { ExpectedFrame } from "../../src/case.js";
import { closeCode, readFrame } from "../../src/frames.js";
import type { Peer } from "../../src/peer.js";
import { open } from "../../src/peer.js";
import { echo, route } from "../support/serve.js";
import type { ServeOn } from "./rule.js";

/** What a session came to: what was said to the peer, and what its handler got. */
export interface Outcome {
  /** Frames in front of the Close. */
  readonly answers: readonly ExpectedFrame[];
  /** `undefined` for an empty Close. */
  readonly close: number | undefined;
  /** The error that ended the iteration, if one did: its code, what was violated, and where. */
  readonly error: unknown;
}

/** An echo, and how each of its sessions ended, by the query of its request. */
export function observed(): { readonly handler: WebSocketHandler<"">; readonly errors: Map<string, unknown> } {
  const errors = new Map<string, unknown>();
  return {
    errors,
    async handler(session) {
      try {
        await echo(session);
      } catch (error) {
        errors.set(session.call.request.uri, describeError(error));
        throw error;
      }
    },
  };
}

function describeError(error: unknown): unknown {
  if (!(error instanceof SluiceError)) return error;
  const { code } = error;
  const offset = "offset" in error ? error.offset : undefined;
  return error instanceof ProtocolViolationError ? [code, error.violation, offset] : [code, offset];
}

/** Reads up to the server's FIN. */
export async function readAll(peer: Peer): Promise<{ answers: ExpectedFrame[]; close: number | undefined }> {
  const answers: ExpectedFrame[] = [];
  let rest: Uint8Array = await peer.end();
  for (let read = readFrame(rest); read !== undefined; read = readFrame(rest)) {
    answers.push(read.frame);
    rest = rest.subarray(read.size);
  }
  expect(rest).toHaveLength(0);
  const last = answers.pop();
  if (last === undefined) throw new Error("The server said nothing");
  return { answers, close: closeCode(last) };
}

/** Sends `input` to an echo with these options, and tells what came of it. */
export async function outcomeOf(
  serve: ServeOn,
  input: readonly Uint8Array[],
  options: WebSocketOptions = {},
): Promise<Outcome> {
  const { handler, errors } = observed();
  const served = await serve(route(handler, options));
  const peer = await open(served, "/", ...input);
  return { ...(await readAll(peer)), error: errors.get("/") };
}

/** Tests that each input, in the first frames of a session, is a violation at this offset, and nothing is echoed. */
export function violations(
  serve: ServeOn,
  violation: string,
  close: number,
  cases: Readonly<Record<string, readonly [input: Uint8Array, offset: number, answers?: readonly ExpectedFrame[]]>>,
): void {
  it.each(Object.entries(cases))("%s", async (_, [input, offset, answers = []]) => {
    const error = ["PROTOCOL_VIOLATION", violation, offset];
    expect(await outcomeOf(serve, [input])).toEqual({ answers, close, error });
  });
}
