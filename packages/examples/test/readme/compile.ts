import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import * as server from "@sluice/server";
import { packageFolder } from "../program.js";
import type { Block } from "./blocks.js";

const root = join(packageFolder, "../..");
const tsc = join(root, "node_modules/typescript/bin/tsc");

const TSCONFIG = {
  extends: join(root, "tsconfig.base.json"),
  compilerOptions: {
    rootDir: ".",
    outDir: "out",
    types: ["node"],
    composite: false,
    declaration: false,
    declarationMap: false,
    noEmitOnError: true,
    // What stands around a fragment offers whatever it may use.
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ["*.ts"],
};

/** The blocks as programs, when the compiler has found nothing wrong with any of them. */
export interface Compiled {
  /** JavaScript, a file for each block, in order. */
  readonly files: readonly string[];
  remove(): Promise<void>;
}

/** Type-checks the blocks and compiles them. @throws Error with the compiler's words, which name the README's lines. */
export async function compile(blocks: readonly Block[]): Promise<Compiled> {
  // Below this package, so that the compiler and Node find what it depends on.
  const cache = join(packageFolder, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "readme-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true });
  try {
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const files: string[] = [];
    for (const { code, line } of blocks) {
      const name = `readme-line-${line}`;
      await writeFile(join(folder, `${name}.ts`), isProgram(code) ? code : programAround(code));
      files.push(join(folder, "out", `${name}.js`));
    }
    await promisify(execFile)(process.execPath, [tsc, "-p", folder]).catch((error: { readonly stdout: string }) => {
      throw new Error(error.stdout, { cause: error });
    });
    return { files, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Whether a block is a program of its own. The others are what a reader would put into an application. */
function isProgram(code: string): boolean {
  return /\.(start|listen)\(|testApplication\(/.test(code);
}

/** An application with the plugin and a fragment in it. The fragment's own imports come first. */
function programAround(fragment: string): string {
  const lines = fragment.split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const install = fragment.includes("app.install(")
    ? ""
    : "app.install(WebSockets, { contentConverter: jsonConverter() });";
  return `
    import { ${Object.keys(server).join(", ")} } from "@sluice/server";
    ${imports.join("\n")}
    await embeddedServer({ port: 8080 }, (app) => {
      ${install}
      app.routing((routing) => {
        ${lines.filter((line) => !imports.includes(line)).join("\n")}
      });
    }).start({ wait: true });
  `;
}
