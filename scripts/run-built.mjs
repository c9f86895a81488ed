// Runs a built program of this repository in this very process, so that Ctrl-C reaches it and its exit code is its own.
// Where the build is missing it says so in one line instead of a stack.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [, , name, ...args] = process.argv;
const root = new URL("../", import.meta.url);
const program = new URL(name, root);

const refuse = (missing) => {
  console.error(`${missing} is not built: run \`npm run build\` first.`);
  process.exit(1);
};

if (!existsSync(program)) refuse(name);
process.argv = [process.argv[0], fileURLToPath(program), ...args];
try {
  await import(program.href);
} catch (error) {
  // One of the packages it stands on was never built, or nothing is installed.
  if (error?.code === "ERR_MODULE_NOT_FOUND") refuse(error.message.match(/'([^']+)'/)?.[1] ?? name);
  throw error;
}
