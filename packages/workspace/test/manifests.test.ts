import { cp, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Package } from "./repository.js";
import { packages, publishable, readManifest, root, rootManifest } from "./repository.js";
import { pnpm } from "./run.js";
import { withTemporary } from "./temporary.js";

type Rule = (manifest: Package["manifest"], folder: string) => void;

const everyPackage: Readonly<Record<string, Rule>> = {
  "is named for its folder": ({ name }, folder) => expect(name).toBe(`@sluice/${folder}`),
  "says in a line what it is": ({ description }) => expect(description).toMatch(/^\S.{10,}$/),
  "is ESM": ({ type }) => expect(type).toBe("module"),
  "asks for the Node that the repository asks for": ({ engines }) => {
    expect(engines).toEqual(rootManifest.engines);
    expect(engines).toEqual({ node: ">=20.19" });
  },
  "is under the repository's licence": ({ license }) => expect(license).toBe(rootManifest.license),
  "takes its neighbours from the workspace": ({ dependencies, devDependencies, peerDependencies }) => {
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies })) {
      if (name.startsWith("@sluice/")) expect(range, name).toBe("workspace:^");
    }
  },
};

const publishedPackage: Readonly<Record<string, Rule>> = {
  "may be seen by everyone": ({ publishConfig }) => expect(publishConfig?.access).toBe("public"),
  "tells where its source is": ({ repository }, folder) => expect(repository?.directory).toBe(`packages/${folder}`),
  "ships its build and the sources that its maps name, without build records": ({ files }) => {
    expect(files).toEqual(expect.arrayContaining(["dist", "src", "!**/*.tsbuildinfo"]));
  },
  "gives types with every entry, before the code": ({ exports = {} }) => {
    expect(Object.keys(exports)).toEqual(expect.arrayContaining([".", "./package.json"]));
    for (const [entry, target] of Object.entries(exports)) {
      if (entry !== "./package.json") expect(Object.keys(target), entry).toEqual(["types", "default"]);
    }
  },
  "names for each entry a file of its build, and the types beside it": ({ exports = {} }) => {
    for (const [entry, target] of Object.entries(exports)) {
      if (typeof target === "string") continue;
      expect(target["default"], entry).toMatch(/^\.\/dist\/.+\.js$/);
      expect(target["types"], entry).toBe(target["default"]?.replace(/js$/, "d.ts"));
    }
  },
  "leaves its users room to share a dependency": ({ dependencies = {} }) => {
    for (const [name, range] of Object.entries(dependencies)) expect(range, name).toMatch(/^(workspace:)?\^/);
  },
  "builds, type-checks and tests": ({ scripts }) => {
    expect(Object.keys(scripts ?? {})).toEqual(expect.arrayContaining(["build", "typecheck", "test"]));
  },
};

describe.each(packages)("$manifest.name", ({ manifest, folder }) => {
  test.each(Object.entries(everyPackage))("%s", (_, rule) => rule(manifest, folder));
});

describe.each(publishable)("$manifest.name, being published,", ({ manifest, folder, path }) => {
  test.each(Object.entries(publishedPackage))("%s", (_, rule) => rule(manifest, folder));

  test("stands on permissive licences only", () => {
    const require = createRequire(join(path, "package.json"));
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      // Not every package exports its manifest, so it is looked for where Node would look for the package.
      const places = require.resolve.paths(name) ?? [];
      const licences = places.flatMap((place) => {
        try {
          return [readManifest(join(place, name)).license];
        } catch {
          return [];
        }
      });
      expect(licences[0], name).toMatch(/^(MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause)$/);
    }
  });

  test("declares its types without the checker's help, and only what it means to", () => {
    const config: { compilerOptions?: Record<string, unknown> } = createRequire(import.meta.url)(
      join(path, "tsconfig.build.json"),
    );
    expect(config.compilerOptions).toMatchObject({ rootDir: "src", outDir: "dist", isolatedDeclarations: true });
  });
});

describe("the repository", () => {
  test("names every package in its TypeScript solution", () => {
    const { references }: { references: { path: string }[] } = createRequire(import.meta.url)(
      join(root, "tsconfig.json"),
    );
    expect(references.map(({ path }) => path).toSorted()).toEqual(
      packages.map(({ folder }) => `packages/${folder}`).toSorted(),
    );
  });

  test("builds every published package before its tarball is checked", () => {
    const { devDependencies } = readManifest(join(root, "packages/workspace"));
    expect(Object.keys(devDependencies ?? {})).toEqual(
      expect.arrayContaining(publishable.map(({ manifest }) => manifest.name)),
    );
  });

  test("has one range for each tool and library", () => {
    const ranges = new Map<string, Set<string>>();
    for (const { manifest } of [...packages, { manifest: rootManifest }]) {
      for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
        ranges.set(name, (ranges.get(name) ?? new Set()).add(range));
      }
    }
    expect([...ranges].filter(([, found]) => found.size > 1).map(([name, found]) => [name, ...found])).toEqual([]);
  });

  test("asks for one version of pnpm everywhere", () => {
    const calls = Object.values(rootManifest.scripts ?? {}).flatMap((script) => script.match(/pnpm@\S+/g) ?? []);
    expect(calls).not.toEqual([]);
    expect(new Set(calls)).toEqual(new Set([rootManifest.packageManager]));
  });

  test("installs without an unmet peer", async () => {
    await withTemporary(async (copy) => {
      for (const file of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"]) {
        await cp(join(root, file), join(copy, file));
      }
      for (const { folder, path } of packages) {
        await mkdir(join(copy, "packages", folder), { recursive: true });
        await cp(join(path, "package.json"), join(copy, "packages", folder, "package.json"));
      }
      // A frozen install does not look at peers: only a resolution does.
      await pnpm(
        ["install", "--resolution-only", "--no-frozen-lockfile", "--strict-peer-dependencies", "--prefer-offline"],
        copy,
      );
    });
  });
});
