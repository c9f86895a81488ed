import { describe, expect, it } from "vitest";
import { renderChart } from "../../src/suite/chart.js";
import { createReport } from "../../src/suite/report.js";
import { course, memory, options, results, SUITE, small } from "./results.js";

const chart = (ours: number): string =>
  renderChart(
    createReport(
      SUITE,
      options(),
      results({
        small: small([ours, ours, ours]),
        idle: [course("sluice", [memory(1)]), course("ws-bufferutil", [memory(2)])],
      }),
      undefined,
    ),
  );

/** The width of each bar, by whose it is. */
function bars(svg: string): Record<string, number> {
  const found = svg.matchAll(/width="([\d.]+)" height="13" rx="2" fill="var\(--([\w-]+)\)"/g);
  return Object.fromEntries([...found].map(([, width, name]) => [name, Number(width)]));
}

describe("the chart", () => {
  it("has a bar for each but the reference, as long as its figure is good", () => {
    const { sluice = 0, uwebsockets = 0, ...rest } = bars(chart(0.5));
    expect(rest).toEqual({});
    // 16 and 8 times the messages of ws.
    expect(sluice / uwebsockets).toBeCloseTo(2, 1);
  });

  it("tells the numbers beside the bars, clear of the reference's line", () => {
    const svg = chart(16);
    expect(svg).toContain(">0.50</text>");
    expect(svg).toContain(">8.00</text>");
    const line = Number(/class="reference" x1="([\d.]+)" x2="\1"/.exec(svg)?.[1]);
    const label = Number(/<text class="value ours" x="([\d.]+)"/.exec(svg)?.[1]);
    expect(label).toBeGreaterThan(line);
  });

  it("shows processor time only: more of it is worse, of memory too, but nothing else is alike", () => {
    expect(chart(1)).toContain("the small one");
    expect(chart(1)).not.toContain("the idle one");
  });

  it("follows a dark page, and needs nothing from elsewhere", () => {
    expect(chart(1)).toContain("prefers-color-scheme: dark");
    expect(chart(1).replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|url\(|<script/);
  });

  it("closes what it opens", () => {
    const open: string[] = [];
    for (const [, slash, name = "", selfClosing] of chart(1).matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (selfClosing === "/") continue;
      if (slash === "/") expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });
});
