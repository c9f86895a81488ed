import { access, constants, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";

/** Something that whoever started the command can put right: its message is one line. */
export class AutobahnError extends Error {
  override readonly name: string = "AutobahnError";
}

/**
 * The program `wstest` of the Autobahn test suite: what the environment variable `WSTEST` names, or else the first on the
 * `PATH`.
 *
 * @throws AutobahnError where there is none.
 */
export async function findWstest(environment: NodeJS.ProcessEnv): Promise<string> {
  const named = environment["WSTEST"];
  if (named !== undefined && named !== "") {
    if (await isProgram(named)) return resolve(named);
    throw new AutobahnError(`WSTEST names ${named}, which is no program.`);
  }
  for (const folder of (environment["PATH"] ?? "").split(delimiter)) {
    if (folder !== "" && (await isProgram(join(folder, "wstest")))) return resolve(folder, "wstest");
  }
  throw new AutobahnError(
    "wstest is neither on the PATH nor named by WSTEST: install autobahntestsuite 25.10.1 from PyPI under Python 2.7, or " +
      "wrap its Docker image, as packages/conformance/README.md shows.",
  );
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
