import { existsSync } from "node:fs";
import type { Browser, BrowserContext } from "playwright-core";
import { chromium } from "playwright-core";
import { test } from "vitest";

const DEBIAN = "/usr/bin/chromium";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const MISSING = `There is no ${DEBIAN}, and CHROMIUM_PATH does not name another Chromium.`;

/** A path that was asked for must be there: where it is wrong, the tests fail rather than quietly stay away. */
function findChromium(): string | undefined {
  const asked = process.env["CHROMIUM_PATH"] ?? "";
  if (asked === "") return existsSync(DEBIAN) ? DEBIAN : undefined;
  if (existsSync(asked)) return asked;
  throw new Error(`CHROMIUM_PATH names ${asked}, and there is no such file.`);
}

/**
 * Tests in a real browser. A file has one of its own with a fresh profile; each test has a context of its own in it, which
 * shares nothing with the others.
 */
export const browserTest = test.extend<{ chromium: Browser | undefined; browser: BrowserContext }>({
  chromium: [
    // biome-ignore lint/correctness/noEmptyPattern: what a fixture needs is read from its pattern, and this needs nothing
    async ({}, use) => {
      const executablePath = findChromium();
      // It makes a new folder for --user-data-dir, and removes it at the end.
      const browser = executablePath && (await chromium.launch({ executablePath, args: ARGUMENTS }));
      await use(browser || undefined);
      if (browser) await browser.close();
    },
    { scope: "file" },
  ],
  browser: async ({ chromium, skip }, use) => {
    if (chromium === undefined) {
      console.warn(MISSING);
      skip(MISSING);
      return;
    }
    const context = await chromium.newContext();
    await use(context);
    await context.close();
  },
});
