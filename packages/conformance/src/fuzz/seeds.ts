import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** An input that once showed something, kept for ever. */
export interface Seed {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly input: unknown;
}

/** The seeds of a target, in the order of their names; none where there is no folder. */
export async function readSeeds(folder: string, target: string): Promise<Seed[]> {
  const entries = await readdir(join(folder, target)).catch(none);
  const names = entries.filter((entry) => entry.endsWith(".json")).sort();
  return await Promise.all(
    names.map(async (entry) => ({
      name: entry.slice(0, -".json".length),
      input: parseInput(await readFile(join(folder, target, entry), "utf8")),
    })),
  );
}

export function seedFile(folder: string, target: string, name: string): string {
  return join(folder, target, `${name}.json`);
}

/** Keeps an input as a seed. @returns the file. */
export async function writeSeed(folder: string, target: string, name: string, input: unknown): Promise<string> {
  await mkdir(join(folder, target), { recursive: true });
  const file = seedFile(folder, target, name);
  await writeFile(file, `${printInput(input, 2)}\n`);
  return file;
}

/** An input as JSON; bytes are `{ "hex": "…" }`. */
export function printInput(input: unknown, indent = 0): string {
  return JSON.stringify(plain(input), undefined, indent);
}

export function parseInput(json: string): unknown {
  return JSON.parse(json, (_key, value: unknown) =>
    isHex(value) ? Uint8Array.from(Buffer.from(value.hex, "hex")) : value,
  );
}

/** Not by a replacer: a Buffer would have become something else before it is asked. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

function isHex(value: unknown): value is { readonly hex: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 1 &&
    typeof Reflect.get(value, "hex") === "string"
  );
}

function none(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}
