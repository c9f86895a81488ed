import type { Random } from "./random.js";

/**
 * Something of the product that is given input after input. An input is what JSON can write down, and bytes: it may be
 * kept as a seed.
 */
export interface FuzzTarget<Input = unknown> {
  /** Draws an input, the same for the same numbers. */
  generate(random: Random): Input;
  /**
   * Holds the product to its word for one input, drawn or from a seed.
   *
   * @throws anything, or rejects, where the product does not keep its word.
   */
  check(input: Input): void | Promise<void>;
  /** Nothing more is checked. */
  close?(): void | Promise<void>;
}

/** Makes targets by name, each with what it needs. */
export type FuzzTargets = Readonly<Record<string, () => FuzzTarget | Promise<FuzzTarget>>>;

/** A module that has targets: a worker, which is a process of its own, imports it by its address. */
export interface TargetsModule {
  readonly TARGETS: FuzzTargets;
}
