import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, test } from "vitest";

const run = promisify(execFile);
const home = fileURLToPath(new URL("../../", import.meta.url));

/** Imports the built package in a process of its own where the libraries of the converters do not exist. */
async function importWithoutLibraries(entry: string): Promise<string> {
  const script = `
    import { register } from "node:module";
    const hooks = \`export async function resolve(specifier, context, next) {
      if (/^(cborg|@msgpack|@bufbuild)\\\\b/.test(specifier)) throw new Error("asked for " + specifier);
      return next(specifier, context);
    }\`;
    register("data:text/javascript," + encodeURIComponent(hooks));
    await import(${JSON.stringify(entry)}).then(() => console.log("loaded"), (error) => console.log(error.message));
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: home });
  return stdout.trim();
}

describe("the libraries of the converters are optional", () => {
  it("loads none of them with the server", async () => {
    expect(await importWithoutLibraries("@sluice/server")).toBe("loaded");
  });

  test.for<[entry: string, library: string]>([
    ["cbor", "cborg"],
    ["message-pack", "@msgpack/msgpack"],
    ["protobuf", "@bufbuild/protobuf"],
  ])("loads with @sluice/server/%s what that one needs: %s", async ([entry, library]) => {
    expect(await importWithoutLibraries(`@sluice/server/${entry}`)).toBe(`asked for ${library}`);
  });
});
