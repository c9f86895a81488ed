import { existsSync } from "node:fs";
import type { BrowserContext } from "playwright-core";
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

/** Tests in a real browser. Each has one of its own with a fresh profile, which is gone when the test is over. */
export const browserTest = test.extend<{ browser: BrowserContext }>({
  browser: async ({ skip }, use) => {
    const executablePath = findChromium();
    if (executablePath === undefined) {
      console.warn(MISSING);
      skip(MISSING);
      return;
    }
    // An empty path is a new folder for --user-data-dir, removed at the end.
    const browser = await chromium.launchPersistentContext("", { executablePath, args: ARGUMENTS });
    await use(browser);
    await browser.close();
  },
});
