import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Report } from "../../src/suite/report.js";

/** Starting servers takes long on a busy machine. */
const PATIENCE = 60_000;

async function bench(name: "server" | "deflate", ...args: readonly string[]) {
  const main = fileURLToPath(new URL(`../../dist/${name}/main.js`, import.meta.url));
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const [code] = await ended;
  return { code, stdout, stderr };
}

const SHORT = ["--quick", "--rounds", "1"];

describe("a run", () => {
  it(
    "of whole servers gives a figure of each in each workload, and a chart",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
      onTestFinished(() => rm(folder, { recursive: true }));
      const svg = join(folder, "chart.svg");
      const only = ["--only", "16-w16,handshake", "--servers", "sluice,ws-bufferutil"];
      const { code, stdout, stderr } = await bench("server", "--json", "--svg", svg, ...SHORT, ...only);
      expect(code, stderr).toBe(0);
      const report = JSON.parse(stdout) as Report;
      expect(report.rows.map(({ name }) => name)).toEqual(["16-w16", "handshake"]);
      for (const { figures, comparisons, problems } of report.rows) {
        expect(problems).toEqual([]);
        expect(figures.map(({ contender }) => contender)).toEqual(["sluice", "ws-bufferutil"]);
        for (const { least, messagesPerSecond, rss } of figures) {
          for (const value of [least, messagesPerSecond, rss]) expect(value).toBeGreaterThan(0);
        }
        expect(comparisons).toHaveLength(1);
        expect(comparisons[0]?.ratio).toBeGreaterThan(0);
        expect(["goal", "floor", "broken"]).toContain(comparisons[0]?.verdict);
      }
      expect(await readFile(svg, "utf8")).toMatch(/^<svg /);
    },
    PATIENCE,
  );

  it(
    "with compression tells how well each compresses",
    async () => {
      const only = ["--only", "no-takeover-256-w16", "--servers", "ws-bufferutil,ws-tuned"];
      const { code, stdout, stderr } = await bench("deflate", "--json", ...SHORT, ...only);
      expect(code, stderr).toBe(0);
      const [row] = (JSON.parse(stdout) as Report).rows;
      const [defaults, tuned] = row?.figures ?? [];
      expect(defaults?.compression).toBeGreaterThan(1.3);
      // Its documentation leaves such short messages alone.
      expect(tuned?.compression).toBe(1);
    },
    PATIENCE,
  );

  it(
    "prints tables for people",
    async () => {
      const { code, stdout, stderr } = await bench("server", ...SHORT, "--only", "16-w1", "--servers", "sluice");
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/^ {2}16 B, 1 in flight +[\d.]+$/m);
      expect(stderr).toContain("16 B, 1 in flight: round 1 of 1\n");
    },
    PATIENCE,
  );

  it("refuses what it does not have in one line, with exit code 1", async () => {
    expect(await bench("server", "--rounds", "many")).toEqual({
      code: 1,
      stdout: "",
      stderr: '--rounds must be a whole number from 1 to 9999, got "many".\n',
    });
  });
});
