import type { EmbeddedServer, EngineConnector } from "@sluice/server";
import { SluiceError } from "@sluice/server";
import { Problem } from "./problem.js";

/**
 * Under `npm start` one Ctrl-C arrives twice: from the terminal and from npm, which hands it on. Only a signal that comes
 * later than this is a second one. Milliseconds.
 */
const SAME_KEY_PRESS = 250;

/** The exit codes of a process that a signal ended: 128 and the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Starts the server that `create` makes, says `announce`, and stops it on Ctrl-C or SIGTERM: every session gets
 * Close 1001, and the process ends by itself with exit code 0. A second signal ends it at once.
 */
export async function run(
  create: () => EmbeddedServer | Promise<EmbeddedServer>,
  announce: (server: EmbeddedServer, connector: EngineConnector) => string,
): Promise<void> {
  try {
    const server = await create();
    await server.start();
    stopOnSignal(server);
    for (const connector of await server.resolvedConnectors()) console.log(announce(server, connector));
  } catch (error) {
    if (!(error instanceof Problem || error instanceof SluiceError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function stopOnSignal(server: EmbeddedServer): void {
  let stoppingSince: number | undefined;
  for (const [signal, exitCode] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (stoppingSince === undefined) {
        stoppingSince = performance.now();
        void server.stop();
      } else if (performance.now() - stoppingSince > SAME_KEY_PRESS) {
        process.exit(exitCode);
      }
    });
  }
}
