import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Manifest } from "./repository.js";
import { publishable, readManifest, root } from "./repository.js";
import { plainEnvironment, pnpm, run } from "./run.js";
import { makeTemporary, removeTemporary } from "./temporary.js";

const fixtures = fileURLToPath(new URL("../fixtures/", import.meta.url));
const typescript = join(
  dirname(createRequire(join(root, "package.json")).resolve("typescript/package.json")),
  "bin/tsc",
);

interface Tarball {
  readonly path: string;
  readonly unpacked: string;
  readonly files: readonly string[];
  readonly manifest: Manifest;
}

let place: string;
const tarballs = new Map<string, Tarball>();

const tarball = (name: string): Tarball => {
  const found = tarballs.get(name);
  if (found === undefined) throw new Error(`${name} was not packed`);
  return found;
};

beforeAll(async () => {
  place = await makeTemporary();
  await Promise.all(
    publishable.map(async ({ folder, path, manifest }) => {
      const home = join(place, folder);
      await mkdir(home);
      const { stdout } = await pnpm(["pack", "--json", "--pack-destination", home], path);
      const packed: { filename: string } = JSON.parse(stdout.slice(stdout.indexOf("{")));
      const file = join(home, basename(packed.filename));
      await run("tar", ["-xzf", file, "-C", home], place);
      const unpacked = join(home, "package");
      // Not pnpm's own list: that one leaves out the licence, which it takes from the root.
      const entries = await readdir(unpacked, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(unpacked, join(entry.parentPath, entry.name)).split(sep).join("/"));
      tarballs.set(manifest.name, { path: file, unpacked, files, manifest: readManifest(unpacked) });
    }),
  );
});

afterAll(() => removeTemporary(place));

/** An empty project that depends on packages of ours; what they need of ours comes as tarballs too, being unpublished. */
async function install(names: readonly string[], fixture: string): Promise<string> {
  const project = join(place, `project-${fixture}`);
  await cp(join(fixtures, fixture), project, { recursive: true });
  const ours = [...tarballs].map(([other, { path }]) => [other, `file:${path}`] as const);
  const manifest = {
    name: "project",
    private: true,
    dependencies: Object.fromEntries(ours.filter(([name]) => names.includes(name))),
    overrides: Object.fromEntries(ours.filter(([name]) => !names.includes(name))),
  };
  await writeFile(join(project, "package.json"), JSON.stringify(manifest));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--strict-peer-deps"], project);
  return project;
}

/** What a user's bundler makes of a module in the project. */
async function bundle(project: string, text: string): Promise<string> {
  const input = join(project, "bundled.mjs");
  await writeFile(input, text);
  const bundler = await rolldown({ input, platform: "node", tsconfig: false });
  const { output } = await bundler.generate();
  await bundler.close();
  return output.map((file) => (file.type === "chunk" ? file.code : "")).join("\n");
}

/** Type-checks the project's `typed.mts` and `typed.cts` as a strict user does, declarations of the packages included. */
async function typecheck(project: string, lib: readonly string[], types: readonly string[]): Promise<void> {
  // The user's own @types/node: the one of this repository stands in for it.
  const declarations = dirname(createRequire(join(root, "package.json")).resolve("@types/node/package.json"));
  const undici = dirname(createRequire(join(declarations, "package.json")).resolve("undici-types/package.json"));
  if (types.includes("node")) {
    await cp(declarations, join(project, "node_modules/@types/node"), { recursive: true, dereference: true });
    await cp(undici, join(project, "node_modules/undici-types"), { recursive: true, dereference: true });
  }
  const compilerOptions = {
    module: "nodenext",
    target: "es2023",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    lib,
    types,
  };
  await writeFile(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["typed.mts", "typed.cts"] }),
  );
  await run(process.execPath, [typescript, "-p", "."], project);
}

describe.each(publishable.map(({ manifest }) => manifest.name))("the tarball of %s", (name) => {
  test("holds the build, its sources, a README and the licence, and nothing else", () => {
    const { files, manifest } = tarball(name);
    const expected =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/.+\.(js|d\.ts)(\.map)?|(src|assembly)\/.+\.ts)$/;
    expect(files.filter((file) => !expected.test(file))).toEqual([]);
    expect(files.filter((file) => /\.test\.|\btest\//.test(file))).toEqual([]);
    expect(["package.json", "README.md", "LICENSE"].filter((file) => !files.includes(file))).toEqual([]);
    const targets = Object.values(manifest.exports ?? {}).flatMap((target) =>
      typeof target === "string" ? [target] : Object.values(target),
    );
    expect(targets).not.toEqual([]);
    expect(targets.filter((target) => !files.includes(posix.normalize(target)))).toEqual([]);
  });

  test("holds every source that its maps name", async () => {
    const { files, unpacked } = tarball(name);
    const maps = files.filter((file) => file.endsWith(".map"));
    expect(maps).not.toEqual([]);
    for (const map of maps) {
      const { sources }: { sources: string[] } = JSON.parse(await readFile(join(unpacked, map), "utf8"));
      for (const source of sources) expect(files).toContain(posix.join(posix.dirname(map), source));
    }
  });

  test("holds a bundle for each entry, and every source in one of its files", async () => {
    const { files, manifest, unpacked } = tarball(name);
    const entries = Object.values(manifest.exports ?? {}).flatMap((target) =>
      typeof target === "string" ? [] : posix.normalize(target["default"] ?? ""),
    );
    const scripts = files.filter((file) => file.endsWith(".js"));
    const chunks = scripts.filter((file) => file.startsWith("dist/chunks/"));
    expect(scripts.toSorted()).toEqual([...entries, ...chunks].toSorted());
    expect(chunks.length).toBeLessThan(entries.length);

    const bundled: string[] = [];
    for (const map of files.filter((file) => file.endsWith(".js.map"))) {
      const { sources }: { sources: string[] } = JSON.parse(await readFile(join(unpacked, map), "utf8"));
      bundled.push(...sources.map((source) => posix.join(posix.dirname(map), source)));
    }
    expect(bundled.filter((source, index) => bundled.indexOf(source) !== index)).toEqual([]);
  });

  test("holds code that keeps the names of its classes, has no docstrings and is ASCII", async () => {
    const { files, unpacked } = tarball(name);
    for (const file of files.filter((script) => script.endsWith(".js"))) {
      const code = await readFile(join(unpacked, file), "utf8");
      expect(code, file).not.toMatch(/\$\d+ = class|\/\*\*/);
      // One character of more than a byte doubles what V8 keeps of the whole file.
      expect(code, file).toMatch(/^[ -~\s]*$/);
    }
  });

  test("asks for its neighbours by version, in ranges that hold those packed beside it", () => {
    const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = tarball(name).manifest;
    for (const [other, range] of Object.entries({ ...dependencies, ...peerDependencies, ...optionalDependencies })) {
      expect(range).not.toMatch(/^(workspace|catalog|file|link):/);
      if (other.startsWith("@sluice/")) expect(range).toBe(`^${tarball(other).manifest.version}`);
    }
  });

  test("finds no fault with publint", async () => {
    const { path, manifest } = tarball(name);
    const bytes = await readFile(path);
    const { messages } = await publint({
      pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, { ...manifest }, { color: false }))).toEqual([]);
  });
});

describe.each([
  { installed: ["@sluice/server"], fixture: "server", extensions: "" },
  { installed: ["@sluice/server", "@sluice/deflate"], fixture: "deflate", extensions: "permessage-deflate" },
])("a project that installs $installed", ({ installed, fixture, extensions }) => {
  let project: string;

  beforeAll(async () => {
    project = await install(installed, fixture);
  });

  test.each(["echo.mjs", "echo.cjs"])(
    "gets an echo from %s, and a process that ends when the server stops",
    async (file) => {
      const child = spawn(process.execPath, [file], { cwd: project, env: plainEnvironment() });
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      const ended: Promise<unknown[]> = once(child, "close");
      try {
        const port = await Promise.race([
          once(child.stdout.setEncoding("utf8"), "data").then(([text]) => Number.parseInt(String(text), 10)),
          ended.then(() => Promise.reject(new Error(`${file} ended before it listened: ${said}`))),
        ]);
        const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
        await once(socket, "open");
        expect(socket.extensions).toBe(extensions);
        const echoes: [text: string, isBinary: boolean][] = [];
        for (const message of ["grüß dich", Buffer.from([0, 255, 128])]) {
          socket.send(message);
          const [data, isBinary]: unknown[] = await once(socket, "message");
          if (!(data instanceof Buffer) || typeof isBinary !== "boolean") throw new Error("not what ws gives");
          echoes.push([data.toString(isBinary ? "hex" : "utf8"), isBinary]);
        }
        expect(echoes).toEqual([
          ["grüß dich", false],
          ["00ff80", true],
        ]);
        const closed: Promise<unknown[]> = once(socket, "close");
        child.stdin.end();
        // Going away: RFC 6455 section 7.4.1.
        expect((await closed)[0]).toBe(1001);
        expect({ code: (await ended)[0], said }).toEqual({ code: 0, said: "" });
      } finally {
        child.kill("SIGKILL");
      }
    },
  );

  test("is typed under nodenext, from ESM and from CommonJS", async () => {
    await typecheck(project, ["es2023"], ["node"]);
  });
});

describe("a project that installs @sluice/server alone", () => {
  let project: string;

  beforeAll(async () => {
    project = await install(["@sluice/server"], "entries");
  });

  test("gets the same classes from every entry, and stacks that lead to the sources", async () => {
    const { stdout } = await run(process.execPath, ["--enable-source-maps", "instances.mjs"], project);
    const [, file, line] = /\n +at .*?node_modules\/([^:]+\.ts):(\d+)/.exec(stdout) ?? [];
    expect({ file, stdout }).toEqual({
      file: "@sluice/server/src/application-config.ts",
      stdout: expect.stringMatching(/^InvalidOptionError: /),
    });
    const source = await readFile(join(project, "node_modules/@sluice/server/src/application-config.ts"), "utf8");
    expect(source.split("\n")[Number(line) - 1]).toContain('throw new InvalidOptionError("codec"');
  });

  test("bundles what it uses, and not the rest", async () => {
    expect(await bundle(project, 'export { embeddedServer } from "@sluice/server";')).toContain("NodeEngine");
    expect(await bundle(project, 'export { FrameType } from "@sluice/server";')).not.toContain("NodeEngine");
    expect(await bundle(project, 'import "@sluice/server";')).toBe("export {};\n");
  });
});

describe("a project that installs @sluice/codec-wasm alone", () => {
  let project: string;

  beforeAll(async () => {
    project = await install(["@sluice/codec-wasm"], "codec");
  });

  test("gets one package and no other", async () => {
    const installed = (await readdir(join(project, "node_modules"))).filter((entry) => !entry.startsWith("."));
    expect(installed).toEqual(["@sluice"]);
    expect(await readdir(join(project, "node_modules/@sluice"))).toEqual(["codec-wasm"]);
  });

  test.each(["mask.mjs", "mask.cjs"])("runs the WebAssembly backend from %s", async (file) => {
    const { stdout, stderr } = await run(process.execPath, [file], project);
    expect({ stdout, stderr }).toEqual({ stdout: "wasm: there and back\n", stderr: "" });
  });

  test("bundles no WebAssembly where it uses none", async () => {
    const module = '"AGFzb';
    expect(await bundle(project, 'export { createCodec } from "@sluice/codec-wasm";')).toContain(module);
    expect(await bundle(project, 'export { headerSize } from "@sluice/codec-wasm";')).not.toContain(module);
    expect(await bundle(project, 'export * from "@sluice/codec-wasm/typescript";')).not.toContain(module);
  });

  test("is typed under nodenext, from ESM and from CommonJS, with no Node types about", async () => {
    await typecheck(project, ["es2023", "dom"], []);
  });
});
