import type { Socket } from "node:net";
import { connect } from "node:net";
import { SluiceError } from "@sluice/core";
import { adopt, handleOf } from "./adopted-socket.js";
import { ignore } from "./staged-end.js";

/** How bytes come in: "shared" reads them straight into the codec's memory, "data" copies each chunk there. */
export type ReadPath = "shared" | "data";

/** Which read path to take: see `ApplicationConfig.readPath`. */
export type ReadPathChoice = "auto" | ReadPath;

/** The read path that was chosen. */
export interface ReadPathSelection {
  readonly path: ReadPath;
  /** One sentence. */
  readonly reason: string;
}

/** The read path "shared" was asked for, and this runtime does not have it. */
export class ReadPathUnavailableError extends SluiceError {
  readonly code = "READ_PATH_UNAVAILABLE";

  constructor(
    /** What is in the way. */
    readonly reason: string,
  ) {
    super(`The read path "shared" cannot be taken here: ${reason}`);
  }
}

/** What is in the way of "shared": found out once a process. */
let obstacle: string | null | undefined;

/** @throws ReadPathUnavailableError (`READ_PATH_UNAVAILABLE`) when "shared" is asked for and cannot be taken. */
export function selectReadPath(choice: ReadPathChoice): ReadPathSelection {
  if (choice === "data") return { path: "data", reason: 'The read path "data" was asked for.' };
  if (obstacle === undefined) obstacle = findObstacle() ?? null;
  if (obstacle === null) {
    const reason =
      choice === "auto" ? "Sockets can be read into shared memory here." : 'The read path "shared" was asked for.';
    return { path: "shared", reason };
  }
  if (choice === "shared") throw new ReadPathUnavailableError(obstacle);
  return { path: "data", reason: `Sockets cannot be read into shared memory here: ${obstacle}` };
}

/**
 * Tries whether a connection can be handed over to a socket that reads into given memory, which `node:net` does and does
 * not document. Tried on a socket that is about to connect, and is gone before it does.
 */
export function findObstacle(
  platform: string = process.platform,
  open: () => Socket = () => connect({ host: "127.0.0.1", port: 1 }),
): string | undefined {
  // There libuv hands out the memory for a read before anything has come: several sockets would share it at one time.
  if (platform === "win32") return "Windows keeps the memory of a read for as long as it waits for bytes.";
  let socket: Socket | undefined;
  try {
    socket = open();
    return tryToAdopt(socket);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    socket?.destroy();
  }
}

function tryToAdopt(socket: Socket): string | undefined {
  socket.on("error", ignore);
  const handle = handleOf(socket);
  if (handle === undefined) return "What stands behind a socket is not known.";
  const memory = new Uint8Array(16);
  let given: unknown;
  let started = false;
  const use = handle.useUserBuffer;
  handle.useUserBuffer = (buffer) => {
    given = buffer;
    use.call(handle, buffer);
  };
  // There is nothing to be read. Whether it would be is what counts.
  handle.readStart = () => {
    started = true;
    return 0;
  };
  const adopted = adopt(socket, handle, memory, ignore);
  adopted.on("error", ignore);
  const isTaken = handleOf(adopted) === handle && given === memory && started;
  adopted.destroy();
  return isTaken ? undefined : "A new socket does not take over a connection, or memory to read into.";
}
