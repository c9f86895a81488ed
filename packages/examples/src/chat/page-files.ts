import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { Application } from "@sluice/server";
import { Problem } from "../command-line/problem.js";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
};

/** Everything comes from this server, and nothing is written into the page as code or style. */
const HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cache-control": "no-cache",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** A file of the page, in memory: there are few, and they are small. */
export interface PageFile {
  readonly path: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Reads what the build put into `page/`. @throws Problem when it is not there. */
export async function readPage(): Promise<readonly PageFile[]> {
  const folder = new URL("page/", import.meta.url);
  const names = await readdir(folder).catch((): string[] => []);
  if (!names.includes("index.html")) {
    throw new Problem("The chat page is not built: run `npm run build` first.");
  }
  const files: PageFile[] = [];
  for (const name of names) {
    const contentType = CONTENT_TYPES[extname(name)];
    if (contentType === undefined) continue;
    const bytes = await readFile(new URL(name, folder));
    files.push({ path: name === "index.html" ? "/" : `/${name}`, contentType, bytes });
  }
  return files;
}

/** Serves the page. */
export function page(app: Application, files: readonly PageFile[]): void {
  app.routing((routing) => {
    for (const { path, contentType, bytes } of files) {
      routing.get(path, (call) => call.respondBytes(bytes, { contentType, headers: HEADERS }));
    }
  });
}
