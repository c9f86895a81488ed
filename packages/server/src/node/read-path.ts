import type { Socket } from "node:net";
import { connect } from "node:net";
import { SluiceError } from "@sluice/core";
import { handleOf, placesOf } from "./read-into.js";
import { ignore } from "./staged-end.js";
import { handleAccess } from "./tcp-handle.js";

/**
 * How bytes come in: "shared" reads them straight into the codec's memory, "data" copies each chunk there. "direct" is as
 * "shared", and does without Node's socket and its streams altogether.
 */
export type ReadPath = "direct" | "shared" | "data";

/** Which read path to take: see `ApplicationConfig.readPath`. */
export type ReadPathChoice = "auto" | ReadPath;

/** The read path that was chosen. */
export interface ReadPathSelection {
  readonly path: ReadPath;
  /** One sentence. */
  readonly reason: string;
}

/** The read path "direct" or "shared" was asked for, and this runtime does not have it. */
export class ReadPathUnavailableError extends SluiceError {
  readonly code = "READ_PATH_UNAVAILABLE";

  constructor(
    /** What is in the way. */
    readonly reason: string,
    /** What was asked for. */
    readonly path: ReadPath = "shared",
  ) {
    super(`The read path "${path}" cannot be taken here: ${reason}`);
  }
}

/** What is in the way of "shared": found out once a process. */
let obstacle: string | null | undefined;

/**
 * @param own whether the sockets are of a server of our own: from others "direct" would take what they may still look at.
 * @throws ReadPathUnavailableError (`READ_PATH_UNAVAILABLE`) when "direct" or "shared" is asked for and cannot be taken.
 */
export function selectReadPath(choice: ReadPathChoice, own: boolean): ReadPathSelection {
  if (choice === "data") return { path: "data", reason: 'The read path "data" was asked for.' };
  if (obstacle === undefined) obstacle = findObstacle() ?? null;
  const access = own ? handleAccess() : "The sockets are those of another server.";
  const indirect = obstacle ?? (typeof access === "string" ? access : undefined);
  if (choice === "direct" && indirect !== undefined) throw new ReadPathUnavailableError(indirect, "direct");
  if (choice === "shared" && obstacle !== null) throw new ReadPathUnavailableError(obstacle);
  if (choice !== "auto") return { path: choice, reason: `The read path "${choice}" was asked for.` };
  if (indirect === undefined)
    return { path: "direct", reason: "Connections can be driven without Node's sockets here." };
  if (obstacle === null) return { path: "shared", reason: `Sockets can be read into shared memory here. ${indirect}` };
  return { path: "data", reason: `Sockets cannot be read into shared memory here: ${obstacle}` };
}

/**
 * Looks whether a socket that a server accepted can be made to read into given memory, as one can that is made with the
 * option `onread`. Tried on a socket that is about to connect, and is gone before it does.
 */
export function findObstacle(
  platform: string = process.platform,
  open: () => Socket = () => connect({ host: "127.0.0.1", port: 1 }),
): string | undefined {
  // There libuv hands out the memory for a read before anything has come: several sockets would share it at one time.
  if (platform === "win32") return "Windows keeps the memory of a read for as long as it waits for bytes.";
  let socket: Socket | undefined;
  try {
    if (placesOf() === undefined) return "Where a socket keeps the memory that it reads into is not known.";
    socket = open();
    socket.on("error", ignore);
    return handleOf(socket) === undefined ? "What stands behind a socket takes no memory." : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    socket?.destroy();
  }
}
