// Puts what the compiler leaves alone beside what it made of the chat page.
import { copyFile, mkdir, readdir } from "node:fs/promises";

const source = new URL("../src/chat/page/", import.meta.url);
const target = new URL("../dist/chat/page/", import.meta.url);

await mkdir(target, { recursive: true });
for (const file of await readdir(source)) {
  if (!file.endsWith(".ts")) await copyFile(new URL(file, source), new URL(file, target));
}
