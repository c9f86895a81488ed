import { END } from "./inflate-layout";
import { ENDS_WITHIN_A_BLOCK } from "./inflate-result";

/**
 * An outcome, unless bits were taken that are not of the message: what they were was left to chance, and so is what came of
 * them.
 */
@inline
export function orOverrun(outcome: i32, next: usize, count: u32): i32 {
  return next - (count >> 3) > <usize>load<u32>(END) ? ENDS_WITHIN_A_BLOCK : outcome;
}
