import { setImmediate } from "node:timers/promises";
import { randomFor } from "./random.js";
import type { Seed } from "./seeds.js";
import type { FuzzTarget } from "./target.js";

const INPUTS_A_TURN = 1024;

/** How much is to be done: so many inputs, or so many milliseconds. */
export type Amount = { readonly inputs: number } | { readonly milliseconds: number };

/** Which input it is: one of the seeds, or one that is drawn. */
export type InputId = { readonly seed: string } | { readonly index: number };

/** What one target is given. */
export interface SliceOptions {
  readonly name: string;
  readonly target: FuzzTarget;
  readonly seeds: readonly Seed[];
  readonly seed: number;
  readonly amount: Amount;
  /** Told before each input, so that whoever watches knows where it stopped. The first seed is at -1, the second at -2. */
  readonly enter: (place: number) => void;
}

/** How far it came; with what was wrong, where something was. */
export interface SliceOutcome {
  readonly inputs: number;
  readonly seeds: number;
  readonly failure?: { readonly place: number; readonly error: unknown };
}

/** Every seed first, always; then inputs that are drawn, to the amount or to the first that fails. */
export async function runSlice({ name, target, seeds, seed, amount, enter }: SliceOptions): Promise<SliceOutcome> {
  for (const [place, { input }] of seeds.entries()) {
    enter(placeOfSeed(place));
    try {
      await target.check(input);
    } catch (error) {
      return { inputs: 0, seeds: place, failure: { place: placeOfSeed(place), error } };
    }
  }
  const most = "inputs" in amount ? amount.inputs : Number.POSITIVE_INFINITY;
  const end = performance.now() + ("milliseconds" in amount ? amount.milliseconds : Number.POSITIVE_INFINITY);
  let index = 0;
  for (; index < most && performance.now() < end; index++) {
    // Synchronous targets would otherwise never let this process hear that its parent is gone.
    if (index % INPUTS_A_TURN === 0) await setImmediate();
    enter(index);
    const input = target.generate(randomFor(seed, name, index));
    try {
      const checking = target.check(input);
      // Most targets are synchronous, and a turn for each of their inputs would cost as much as the check.
      if (checking !== undefined) await checking;
    } catch (error) {
      return { inputs: index, seeds: seeds.length, failure: { place: index, error } };
    }
  }
  return { inputs: index, seeds: seeds.length };
}

function placeOfSeed(number: number): number {
  return -1 - number;
}

/** The input at a place that `enter` was told. */
export function inputAt(
  place: number,
  { name, target, seeds, seed }: Pick<SliceOptions, "name" | "target" | "seeds" | "seed">,
): { readonly id: InputId; readonly input: unknown } {
  const kept = seeds[-1 - place];
  if (kept !== undefined) return { id: { seed: kept.name }, input: kept.input };
  return { id: { index: place }, input: target.generate(randomFor(seed, name, place)) };
}
