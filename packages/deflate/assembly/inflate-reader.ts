import { END } from "./inflate-layout";
import { ENDS_WITHIN_A_BLOCK } from "./inflate-result";

/** Whether bits were taken that are not of the message. What they are is left to chance, and so is what came of them. */
@inline
export function hasOverrun(next: usize, count: u32): bool {
  return next - (count >> 3) > <usize>load<u32>(END);
}

/** An outcome, unless the message ends before it. */
@inline
export function orOverrun(outcome: i32, next: usize, count: u32): i32 {
  return hasOverrun(next, count) ? ENDS_WITHIN_A_BLOCK : outcome;
}
