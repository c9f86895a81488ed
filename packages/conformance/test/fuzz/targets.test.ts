import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { printInput, readSeeds } from "../../src/fuzz/seeds.js";
import { inputAt, runSlice } from "../../src/fuzz/slice.js";
import { TARGETS } from "../../src/fuzz/targets/index.js";

const seedFolder = fileURLToPath(new URL("../../fuzz/seeds", import.meta.url));

/** The short form: so many inputs for each target, the same every time. `npm run fuzz` goes on from here. */
const INPUTS = 2_000;
const SEED = 1;

describe.each(Object.entries(TARGETS))("%s", (name, create) => {
  test(`keep their word for every seed, and for ${INPUTS} inputs`, { timeout: 60_000 }, async () => {
    const target = await create();
    const seeds = await readSeeds(seedFolder, name);
    const outcome = await runSlice({
      name,
      target,
      seeds,
      seed: SEED,
      amount: { inputs: INPUTS },
      enter: () => undefined,
    });
    const { failure } = outcome;
    if (failure !== undefined) {
      const { id, input } = inputAt(failure.place, { name, target, seeds, seed: SEED });
      throw new Error(`${printInput(id)}: ${printInput(input)}`, { cause: failure.error });
    }
    await target.close?.();
    expect(outcome).toEqual({ inputs: INPUTS, seeds: seeds.length });
  });
});
