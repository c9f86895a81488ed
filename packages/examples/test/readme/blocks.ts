/** The README of the repository. */
export const README: URL = new URL("../../../../README.md", import.meta.url);

/** A code block of the README that is ours: TypeScript. What other libraries' code looks like stands in `js` blocks. */
export interface Block {
  /** The headings above it, from the second level down: "Coming from ws / Heartbeat". */
  readonly place: string;
  /** The line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** Every `ts` block of a README, in order. */
export function blocksOf(readme: string): readonly Block[] {
  const lines = readme.split("\n");
  const blocks: Block[] = [];
  const headings: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const heading = /^(#+) (.*)$/.exec(line);
    if (heading !== null) {
      const [, { length: level } = "", title = ""] = heading;
      headings.length = level - 1;
      headings[level - 1] = title;
    } else if (line.startsWith("```")) {
      const end = lines.indexOf("```", index + 1);
      const code = lines.slice(index + 1, end).join("\n");
      const place = (headings.length > 1 ? headings.slice(1) : headings).join(" / ");
      if (line === "```ts") blocks.push({ place, line: index + 2, code });
      index = end;
    }
  }
  return blocks;
}
