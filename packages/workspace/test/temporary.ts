import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a folder outside the repository; whoever made it removes it. */
export const makeTemporary = async (): Promise<string> => realpath(await mkdtemp(join(tmpdir(), "sluice-workspace-")));

export const removeTemporary = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

/** Lends a folder outside the repository for as long as `use` runs. */
export async function withTemporary<T>(use: (path: string) => Promise<T>): Promise<T> {
  const path = await makeTemporary();
  try {
    return await use(path);
  } finally {
    await removeTemporary(path);
  }
}
