import type { CaseResult, Results } from "./results.js";

/** A case that did not come out as expected: what was, and what is; `undefined` where it is not there. */
export interface Surprise {
  readonly number: string;
  readonly expected: CaseResult | undefined;
  readonly actual: CaseResult | undefined;
}

/** Everything that is not as it was expected. */
export function compareResults(expected: Results, actual: Results): Surprise[] {
  const numbers = new Set([...expected.keys(), ...actual.keys()]);
  return [...numbers]
    .map((number) => ({ number, expected: expected.get(number), actual: actual.get(number) }))
    .filter((pair) => describeCase(pair.expected) !== describeCase(pair.actual));
}

/** What was run, in a few lines. */
export function describeReport(actual: Results, surprises: readonly Surprise[], notRun: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const { behavior } of actual.values()) counts.set(behavior, (counts.get(behavior) ?? 0) + 1);
  for (const behavior of ["OK", "NON-STRICT", "FAILED"]) counts.set(behavior, counts.get(behavior) ?? 0);
  const lines = [
    `${actual.size} cases: ${[...counts].map(([behavior, count]) => `${count} ${behavior}`).join(", ")}.`,
    ...notRun,
    surprises.length === 0 ? "All as expected." : `${surprises.length} not as expected:`,
    ...surprises.slice(0, MOST_LINES).map(describeSurprise),
  ];
  if (surprises.length > MOST_LINES) lines.push(`  and ${surprises.length - MOST_LINES} more`);
  return lines.join("\n");
}

const MOST_LINES = 40;

function describeSurprise({ number, expected, actual }: Surprise): string {
  return `  ${number}: expected ${describeCase(expected)}, got ${describeCase(actual)}`;
}

function describeCase(result: CaseResult | undefined): string {
  if (result === undefined) return "nothing";
  const { behavior, behaviorClose, closeCode } = result;
  return `${behavior}, close ${behaviorClose} with ${closeCode ?? "no code"}`;
}
