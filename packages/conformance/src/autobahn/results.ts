/** What the suite thinks of one case. */
export interface CaseResult {
  /** `OK`, `NON-STRICT`, `INFORMATIONAL`, `UNIMPLEMENTED`, `FAILED` … */
  readonly behavior: string;
  /** The same of the closing handshake, and there `WRONG CODE` and `UNCLEAN`, too. */
  readonly behaviorClose: string;
  /** The code of the server's Close, `null` where it sent none. */
  readonly closeCode: number | null;
}

/** Results of cases by their numbers: `"6.4.1"`. */
export type Results = ReadonlyMap<string, CaseResult>;

interface IndexEntry {
  readonly behavior: string;
  readonly behaviorClose: string;
  readonly remoteCloseCode: number | null;
}

/** Reads the `index.json` of a report, in the order of the suite. */
export function readResults(index: string, agent: string): Results {
  const agents = JSON.parse(index) as Readonly<Record<string, Readonly<Record<string, IndexEntry>>>>;
  const entries = Object.entries(agents[agent] ?? {}).sort(([a], [b]) => compareCases(a, b));
  return new Map(
    entries.map(([number, { behavior, behaviorClose, remoteCloseCode }]) => [
      number,
      { behavior, behaviorClose, closeCode: remoteCloseCode },
    ]),
  );
}

/** Reads what `printResults` wrote. */
export function parseResults(json: string): Results {
  const entries = Object.entries(
    JSON.parse(json) as Readonly<Record<string, readonly [string, string, number | null]>>,
  );
  return new Map(
    entries.map(([number, [behavior, behaviorClose, closeCode]]) => [number, { behavior, behaviorClose, closeCode }]),
  );
}

/** A line for each case, so that a change of one is seen as that. */
export function printResults(results: Results): string {
  const lines = [...results].map(([number, { behavior, behaviorClose, closeCode }]) => {
    const [first, second, third] = [behavior, behaviorClose, closeCode].map((value) => JSON.stringify(value));
    return `  ${JSON.stringify(number)}: [${first}, ${second}, ${third}]`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** `"9.10"` comes behind `"9.9"`. */
function compareCases(a: string, b: string): number {
  const [ours, theirs] = [a.split("."), b.split(".")];
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    const difference = Number(ours[index] ?? -1) - Number(theirs[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
