import { CancelledError } from "./errors.js";

/** Whether an error says no more than that something was cancelled, here or by an `AbortSignal`. Ktor: a `CancellationException`. */
export function isCancellation(error: unknown): boolean {
  return error instanceof CancelledError || (error instanceof Error && error.name === "AbortError");
}
