import { cp, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { packages, root } from "./repository.js";
import { attempt } from "./run.js";
import { withTemporary } from "./temporary.js";

const biome = createRequire(join(root, "package.json")).resolve("@biomejs/biome/bin/biome");

interface Finding {
  readonly rule: string;
  readonly file: string;
}

/** Lints the planted files with the repository's rules, in a copy of its layout that holds nothing else. */
const lint = (files: Readonly<Record<string, string>>): Promise<readonly Finding[]> =>
  withTemporary(async (copy) => {
    await cp(join(root, "biome.json"), join(copy, "biome.json"));
    // The rules heed .gitignore, which must exist for them.
    await cp(join(root, ".gitignore"), join(copy, ".gitignore"));
    for (const { folder, path } of packages) {
      await mkdir(join(copy, "packages", folder), { recursive: true });
      await cp(join(path, "package.json"), join(copy, "packages", folder, "package.json"));
    }
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(copy, path)), { recursive: true });
      await writeFile(join(copy, path), text);
    }
    const args = ["lint", "--reporter=json", ...Object.keys(files)];
    const { stdout, stderr } = await attempt(process.execPath, [biome, ...args], copy);
    if (!stdout.startsWith("{")) throw new Error(`biome gave no report: ${stdout}\n${stderr}`);
    const report: { diagnostics: { category: string; location: { path: string } }[] } = JSON.parse(stdout);
    return report.diagnostics.map(({ category, location }) => ({ rule: category, file: location.path }));
  });

const importing = (source: string): string => `import { thing } from "${source}";\n\nexport const same = thing;\n`;

const forbidden = "lint/style/noRestrictedImports";

describe.concurrent("an import against the arrows fails the lint", () => {
  test.for<[file: string, source: string]>([
    // codec-wasm imports nothing.
    ["packages/codec-wasm/src/select.ts", "node:buffer"],
    ["packages/codec-wasm/src/select.ts", "buffer"],
    ["packages/codec-wasm/src/wasm/backend.ts", "@sluice/core"],
    ["packages/codec-wasm/src/select.ts", "rou3"],
    ["packages/codec-wasm/test/select.test.ts", "@sluice/core"],
    // core imports codec-wasm only.
    ["packages/core/src/frame.ts", "node:buffer"],
    ["packages/core/src/session/raw-session.ts", "node:timers"],
    ["packages/core/src/session/raw-session.ts", "@sluice/server"],
    ["packages/core/src/extension/contract.ts", "@sluice/deflate"],
    ["packages/core/src/extension/contract.ts", "rou3"],
    ["packages/core/test/frame.test.ts", "@sluice/server"],
    // Inside core, sessions stand on everything else.
    ["packages/core/src/frame.ts", "./session/raw-session.js"],
    ["packages/core/src/frame-type.ts", "./session/raw-session.js"],
    ["packages/core/src/protocol/connection.ts", "../session/raw-session.js"],
    ["packages/core/src/channel/channel.ts", "../session/job.js"],
    ["packages/core/src/flow/shared-flow.ts", "../session/job.js"],
    // server imports core; only src/node/ knows the codec and Node.
    ["packages/server/src/routing/route.ts", "@sluice/codec-wasm"],
    ["packages/server/src/routing/route.ts", "node:http"],
    ["packages/server/src/routing/route.ts", "http"],
    ["packages/server/src/index.ts", "@sluice/deflate"],
    ["packages/server/src/node/engine.ts", "@sluice/deflate"],
    ["packages/server/src/testing/test-application.ts", "../node/engine.js"],
    ["packages/server/src/testing/test-application.ts", "node:net"],
    ["packages/server/src/testing/test-application.ts", "@sluice/codec-wasm"],
    ["packages/server/src/application/server.ts", "@sluice/core/testing"],
    ["packages/server/src/handshake/request.ts", "../node/upgrade.js"],
    ["packages/server/src/handshake/accept-key.ts", "node:crypto"],
    ["packages/server/test/route.test.ts", "@sluice/deflate"],
    // deflate imports core, and node:zlib in src/zlib/.
    ["packages/deflate/src/extension.ts", "@sluice/server"],
    ["packages/deflate/src/extension.ts", "@sluice/codec-wasm"],
    ["packages/deflate/src/extension.ts", "node:zlib"],
    ["packages/deflate/src/zlib/inflate-context.ts", "node:buffer"],
    // examples, bench and conformance come in by the front door.
    ["packages/examples/src/echo/main.ts", "@sluice/server/dist/node/engine.js"],
    ["packages/bench/src/codec/main.ts", "@sluice/codec-wasm/dist/typescript/mask.js"],
    ["packages/conformance/src/cases.ts", "@sluice/core/src/frame.js"],
    ["packages/examples/src/echo.ts", "../../core/src/frame.js"],
    ["packages/bench/src/codec/main.ts", "../../../codec-wasm/src/index.js"],
    ["packages/conformance/test/cases/frames.test.ts", "../../../core/src/frame.js"],
    // `..` never leaves a package.
    ["packages/codec-wasm/src/typescript/mask.ts", "../../../core/src/frame.js"],
    ["packages/core/src/frame.ts", "../../codec-wasm/src/index.js"],
    ["packages/server/src/node/engine.ts", "../../../codec-wasm/src/index.js"],
    ["packages/server/src/index.ts", "../../core/src/index.js"],
    ["packages/deflate/src/deflater.ts", "../../core/src/index.js"],
    ["packages/core/test/channel/channel.test.ts", "../../../codec-wasm/src/index.js"],
    ["packages/server/test/route.test.ts", "../../core/src/index.js"],
  ])("%s must not import %s", async ([file, source]) => {
    expect(await lint({ [file]: importing(source) })).toContainEqual({ rule: forbidden, file });
  });

  test.for<[form: string, text: string]>([
    ["a type import", 'import type { Thing } from "node:http";\n\nexport type Same = Thing;\n'],
    ["an export from", 'export { thing } from "node:http";\n'],
    ["an export of all", 'export * from "node:http";\n'],
    ["a dynamic import", 'export const thing = (): Promise<unknown> => import("node:http");\n'],
    ["an import for its effect", 'import "node:http";\n'],
  ])("%s counts as an import", async ([, text]) => {
    const file = "packages/core/src/frame.ts";
    expect(await lint({ [file]: text })).toContainEqual({ rule: forbidden, file });
  });

  test("require is no way round", async () => {
    const file = "packages/core/src/frame.ts";
    const findings = await lint({ [file]: 'export const thing: unknown = require("node:http");\n' });
    expect(findings).toContainEqual({ rule: "lint/style/noCommonJs", file });
  });

  test("a published package imports only what its manifest declares as a dependency", async () => {
    const file = "packages/server/src/routing/route.ts";
    const rule = "lint/correctness/noUndeclaredDependencies";
    expect(await lint({ [file]: importing("left-pad") })).toContainEqual({ rule, file });
    // Declared, but for the tests.
    expect(await lint({ [file]: importing("ws") })).toContainEqual({ rule, file });
  });
});

describe.concurrent("a cycle of imports fails the lint", () => {
  const cycle = {
    "packages/core/src/channel/channel.ts":
      'import { b } from "./overflow.js";\n\nexport const a = (): unknown => b;\n',
    "packages/core/src/channel/overflow.ts":
      'import { c } from "../flow/shared-flow.js";\n\nexport const b = (): unknown => c;\n',
    "packages/core/src/flow/shared-flow.ts":
      'import { a } from "../channel/channel.js";\n\nexport const c = (): unknown => a;\n',
  };

  test("every file of the cycle is named", async () => {
    const findings = await lint(cycle);
    expect(findings.toSorted((a, b) => a.file.localeCompare(b.file))).toEqual(
      Object.keys(cycle).map((file) => ({ rule: "lint/suspicious/noImportCycles", file })),
    );
  });

  test("types alone make no cycle: they are gone at run time", async () => {
    const findings = await lint({
      "packages/core/src/frame.ts": 'import type { B } from "./errors.js";\n\nexport type A = B | 1;\n',
      "packages/core/src/errors.ts": 'import type { A } from "./frame.js";\n\nexport type B = A | 2;\n',
    });
    expect(findings).toEqual([]);
  });
});

describe.concurrent("a habit that the project does not have fails the lint", () => {
  test.for<[rule: string, file: string, text: string]>([
    ["suspicious/noExplicitAny", "packages/core/src/frame.ts", "export const a = (b: any): unknown => b;\n"],
    ["style/noNonNullAssertion", "packages/core/src/frame.ts", "export const a = (b?: number): number => b!;\n"],
    ["suspicious/noConsole", "packages/server/src/node/engine.ts", 'console.log("up");\n'],
    [
      "style/noRestrictedGlobals",
      "packages/core/src/session/pinger.ts",
      "export const a = (): number => Date.now();\n",
    ],
    ["style/useImportType", "packages/core/src/frame.ts", 'import { B } from "./b.js";\n\nexport type A = B;\n'],
    [
      "nursery/noFloatingPromises",
      "packages/core/src/frame.ts",
      "const a = async (): Promise<void> => {};\n\nexport const b = (): void => {\n  a();\n};\n",
    ],
    ["suspicious/noFocusedTests", "packages/core/test/frame.test.ts", 'test.only("one", () => {});\n'],
    ["suspicious/noSkippedTests", "packages/core/test/frame.test.ts", 'test.skip("one", () => {});\n'],
  ])("%s", async ([rule, file, text]) => {
    expect(await lint({ [file]: text })).toContainEqual({ rule: `lint/${rule}`, file });
  });
});

test("imports along the arrows pass", async () => {
  const findings = await lint({
    "packages/codec-wasm/src/wasm/backend.ts": importing("../codec.js"),
    "packages/codec-wasm/test/backend.test.ts": importing("../src/codec.js"),
    "packages/codec-wasm/test/wasm/backend.test.ts": importing("../../src/wasm/backend.js"),
    "packages/core/src/frame.ts": importing("@sluice/codec-wasm"),
    "packages/core/src/session/raw-session.ts": importing("../protocol/connection.js"),
    "packages/core/src/protocol/reassembly.ts": importing("../frame.js"),
    "packages/core/test/protocol/connection.test.ts": importing("node:buffer"),
    "packages/server/src/index.ts": importing("@sluice/core"),
    "packages/server/src/node/engine.ts": importing("node:http"),
    "packages/server/src/node/shared-read-buffer.ts": importing("@sluice/codec-wasm"),
    "packages/server/src/testing/test-client.ts": importing("@sluice/core"),
    "packages/server/src/testing/memory-engine.ts": importing("@sluice/core/testing"),
    "packages/deflate/src/extension.ts": importing("./parameters.js"),
    "packages/deflate/src/zlib/inflate-context.ts": importing("node:zlib"),
    "packages/conformance/src/cases/frames.ts": importing("node:net"),
    "packages/examples/test/echo.test.ts": importing("@sluice/server"),
    "packages/bench/test/codec/report.test.ts": importing("../../src/codec/report.js"),
  });
  expect(findings).toEqual([]);
});
