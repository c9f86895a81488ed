import type { BrowserContext, Page } from "playwright-core";
import { describe, expect } from "vitest";
import { BreakableProxy } from "./breakable-proxy.js";
import { browserTest } from "./browser.js";
import { Client } from "./client.js";
import type { Program } from "./program.js";
import { startProgram } from "./program.js";

const startDemo = (port = 0): Program => startProgram("demo", { env: { PORT: String(port) } });

async function open(browser: BrowserContext, at: { readonly port: number | Promise<number> }): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${await at.port}/`);
  await page.getByText("Connected").waitFor();
  return page;
}

async function join(page: Page, name: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByLabel(`Message as ${name}`).waitFor();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message as").fill(text);
  await page.getByLabel("Message as").press("Enter");
}

const messages = (page: Page): Promise<string[]> => page.locator(".messages .entry .text").allTextContents();
const people = (page: Page): Promise<string[]> => page.locator(".people .name").allTextContents();

describe("the chat page", () => {
  browserTest("shows two people each other's messages, and who is here", async ({ browser }) => {
    const demo = startDemo();
    const [ada, grace] = [await open(browser, demo), await open(browser, demo)];
    await join(ada, "Ada");
    await join(grace, "Grace");
    for (const page of [ada, grace]) await expect.poll(() => people(page)).toEqual(["Ada", "Grace"]);

    await say(ada, "Is the gate open?");
    await expect.poll(() => messages(grace)).toEqual(["Is the gate open?"]);
    await say(grace, "It is.");
    for (const page of [ada, grace]) await expect.poll(() => messages(page)).toEqual(["Is the gate open?", "It is."]);

    await grace.close();
    await ada.getByText("Grace left").waitFor();
    await expect.poll(() => people(ada)).toEqual(["Ada"]);
  });

  browserTest("shows a newcomer what was said before", async ({ browser }) => {
    const demo = startDemo();
    const ada = await open(browser, demo);
    await join(ada, "Ada");
    await say(ada, "first");
    await say(ada, "second");
    const watcher = await open(browser, demo);
    await expect.poll(() => messages(watcher)).toEqual(["first", "second"]);
  });

  browserTest("survives a restart of the server: names, and what was written meanwhile", async ({ browser }) => {
    const before = startDemo();
    const [ada, grace] = [await open(browser, before), await open(browser, before)];
    await join(ada, "Ada");
    await join(grace, "Grace");
    await say(ada, "before");
    await expect.poll(() => messages(grace)).toEqual(["before"]);

    before.signal("SIGTERM");
    expect(await before.ended).toMatchObject({ code: 0 });
    for (const page of [ada, grace]) await page.getByRole("status").getByText("Offline").waitFor();
    await say(ada, "meanwhile");
    await ada.getByRole("list", { name: "Not sent yet" }).getByText("meanwhile").waitFor();

    startDemo(await before.port);
    for (const page of [ada, grace]) {
      await expect.poll(async () => (await people(page)).toSorted(), { timeout: 30_000 }).toEqual(["Ada", "Grace"]);
    }
    for (const page of [ada, grace]) await expect.poll(() => messages(page)).toEqual(["before", "meanwhile"]);
    await say(grace, "after");
    for (const page of [ada, grace]) {
      await expect.poll(() => messages(page)).toEqual(["before", "meanwhile", "after"]);
      expect(await page.locator(".pending li").count()).toBe(0);
    }
  });

  browserTest("shows once, and in order, what was said while its connection was cut", async ({ browser }) => {
    const demo = startDemo();
    const proxy = await BreakableProxy.before(await demo.port);
    const [ada, grace] = [await open(browser, proxy), await open(browser, demo)];
    await join(ada, "Ada");
    await join(grace, "Grace");
    await say(ada, "one");
    await expect.poll(() => messages(grace)).toEqual(["one"]);

    proxy.cut();
    await grace.getByText("Ada left").waitFor();
    await say(grace, "two");
    await say(grace, "three");
    proxy.mend();
    await expect.poll(() => people(grace)).toEqual(["Grace", "Ada"]);
    await say(ada, "four");
    for (const page of [ada, grace]) await expect.poll(() => messages(page)).toEqual(["one", "two", "three", "four"]);
  });

  browserTest("says how much it missed when its connection was cut for too long", async ({ browser }) => {
    const demo = startDemo();
    const proxy = await BreakableProxy.before(await demo.port);
    const ada = await open(browser, proxy);
    const grace = await Client.connect(`ws://127.0.0.1:${await demo.port}/chat`);
    grace.socket.send(JSON.stringify({ type: "join", name: "Grace" }));
    await ada.getByText("Grace joined").waitFor();

    proxy.cut();
    await ada.getByRole("status").getByText("Offline").waitFor();
    for (let number = 1; number <= 105; number++) {
      grace.socket.send(JSON.stringify({ type: "say", text: `message ${number}`, key: String(number) }));
    }
    while (!(await grace.next()).data.includes("message 105"));
    proxy.mend();
    await ada.getByText("Events that did not reach you: 5.").waitFor();
    await expect.poll(async () => (await messages(ada)).length).toBe(100);
  });

  browserTest("keeps its name over a reload", async ({ browser }) => {
    const demo = startDemo();
    const page = await open(browser, demo);
    await join(page, "Ada");
    await page.reload();
    await page.getByLabel("Message as Ada").waitFor();
  });

  browserTest("shows which codec runs, and what goes over the wire", async ({ browser }) => {
    const demo = startDemo();
    const [ada, watcher] = [await open(browser, demo), await open(browser, demo)];
    await join(ada, "Ada");
    await say(ada, "hello");
    const value = (name: string): Promise<string | null> => watcher.locator(`.traffic ${name}`).textContent();
    await expect.poll(() => value(".codec")).toBe("WebAssembly");
    await expect.poll(() => value(".sessions")).toBe("2");
    await expect.poll(() => value(".bytes-in")).not.toBe("0 B");
    await expect.poll(() => value(".bytes-out")).not.toBe("0 B");
    // A rate lasts a second only, so there is always something new to see.
    await expect
      .poll(async () => {
        await say(ada, "and again");
        return Number(await value(".rate-number"));
      })
      .toBeGreaterThan(0);
  });

  browserTest("shows what people write as text, never as HTML", async ({ browser }) => {
    const demo = startDemo();
    const [ada, grace] = [await open(browser, demo), await open(browser, demo)];
    await join(ada, "<b>Ada</b>");
    const text = '<img src="x" onerror="document.title = \'owned\'"> & <script>alert(1)</script>';
    await say(ada, text);
    await expect.poll(() => messages(grace)).toEqual([text]);
    expect(await people(grace)).toEqual(["<b>Ada</b>"]);
    expect(await grace.locator(".messages :is(img, script, b)").count()).toBe(0);
    expect(await grace.title()).toBe("Sluice chat");
  });

  browserTest("tells what is wrong with a name, and lets try again", async ({ browser }) => {
    const page = await open(browser, startDemo());
    await page.getByLabel("Your name").fill("\u200b");
    await page.getByRole("button", { name: "Join" }).click();
    await page.getByRole("alert").getByText("A name is made of characters that can be seen.").waitFor();
    await join(page, "Ada");
  });

  browserTest("lets nothing in but its own files", async ({ browser }) => {
    const page = await open(browser, startDemo());
    const response = await page.request.get(page.url());
    expect(response.headers()).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": expect.stringContaining("default-src 'none'"),
      "x-content-type-options": "nosniff",
    });
    const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    expect(loaded.length).toBeGreaterThan(0);
    for (const url of loaded) expect(new URL(url).origin).toBe(new URL(page.url()).origin);
  });

  browserTest("fits a screen of 360 pixels, and unfolds who is here there", async ({ browser }) => {
    const page = await open(browser, startDemo());
    await page.setViewportSize({ width: 360, height: 640 });
    await join(page, "Ada");
    await say(page, "x".repeat(500));
    await expect.poll(() => messages(page)).toEqual(["x".repeat(500)]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);

    const toggle = page.getByRole("button", { name: "1 here" });
    expect(await page.locator(".people").isVisible()).toBe(false);
    await toggle.press("Enter");
    expect(await page.locator(".people").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await page.locator(".people").isVisible()).toBe(false);
  });
});
