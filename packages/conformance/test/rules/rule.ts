import type { ApplicationModules, ServerConfig } from "@sluice/server";
import { describe } from "vitest";
import type { RuleNumber } from "../../src/rules.js";
import { RULES } from "../../src/rules.js";
import type { Served } from "../support/serve.js";
import { serve } from "../support/serve.js";
import type { Setup } from "../support/setups.js";

/** Serves on the setup that the tests are for. */
export type ServeOn = (modules: ApplicationModules, config?: ServerConfig) => Promise<Served>;

/** Defines the tests of a rule, on each of `setups`. `coverage.test.ts` finds the number by this call. */
export function rule(number: RuleNumber, setups: readonly Setup[], define: (serveOn: ServeOn) => void): void {
  for (const setup of setups) {
    const where = setups.length > 1 ? ` (${setup.name})` : "";
    describe(`P${number}: ${RULES[number]}${where}`, () => define((modules, config) => serve(setup, modules, config)));
  }
}
