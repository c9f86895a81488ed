import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes a program that Node runs: `body` is the text of a module. */
export async function writeProgram(folder: string, name: string, body: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/usr/bin/env node\n${body}\n`, { mode: 0o755 });
  return file;
}

/**
 * A `wstest` that goes through no cases. It reads its specification, connects to the server, and reports each pattern of
 * cases as a case that is what `behavior`, an expression of the pattern, says.
 */
export function fakeWstest(behavior: string): string {
  return `
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { connect } = require("node:net");
const args = process.argv.slice(2);
if (args.join(" ") !== "--mode fuzzingclient --spec specification.json") throw new Error("wstest does not know " + args);
const specification = JSON.parse(readFileSync("specification.json", "utf8"));
const [{ agent, url }] = specification.servers;
const entry = (pattern) => ({
  behavior: ${behavior},
  behaviorClose: "OK",
  remoteCloseCode: 1000,
  duration: 1,
  reportfile: "x.json",
});
const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
  socket.destroy();
  const patterns = [...specification.cases, ...specification["exclude-cases"].map((pattern) => "not " + pattern)];
  const cases = Object.fromEntries(patterns.map((pattern) => [pattern, entry(pattern)]));
  mkdirSync(specification.outdir);
  writeFileSync(specification.outdir + "/index.json", JSON.stringify({ [agent]: cases }));
});
`;
}
