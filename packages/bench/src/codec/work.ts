/** What does the work: each runs in a thread of its own. */
export type ContenderName = "wasm" | "typescript" | "bufferutil" | "ws";

export const CONTENDERS: readonly ContenderName[] = ["wasm", "typescript", "bufferutil", "ws"];

/** One kind of work at one size. Contenders that do the same use the same `id`. */
export interface Work {
  readonly id: string;
  /** What one run of `run(1)` counts for: a parse of 256 frames is 256. */
  readonly units: number;
  /** Does the work `times` times. The loop is here, so that the call of it costs nothing per unit. */
  readonly run: (times: number) => void;
}

/** What a thread says of itself when it is ready. */
export interface Ready {
  readonly about: string;
  readonly ids: readonly string[];
}

/** What a thread answers when it is told the `id` of a work: nanoseconds per unit, the least of the round's samples. */
export interface Measured {
  readonly id: string;
  readonly nanoseconds: number;
}
