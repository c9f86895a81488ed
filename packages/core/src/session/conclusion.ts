import type { CloseReason } from "../close-reason.js";
import type { Ending, Outcome } from "./ending.js";
import { outcomeOf } from "./ending.js";
import type { Job, JobBlock, JobOwner } from "./job.js";
import { cancelledJob, Jobs } from "./job.js";

/**
 * How one session ended, once it has, and what hangs on that: the first ending counts; `closeReason` and `signal` tell it,
 * and the jobs end with it.
 */
export class Conclusion {
  readonly #jobOwner: JobOwner;
  #ending: Ending | undefined;
  /** Whether the connection is gone, and the jobs are done. */
  #over = false;
  /** All of these are made on demand: most sessions are never asked for a signal, and launch nothing. */
  #ended: Promise<void> | undefined;
  #settleEnded: (() => void) | undefined;
  #closeReason: Promise<CloseReason | null> | undefined;
  #settle: ((reason: CloseReason | null) => void) | undefined;
  #abort: AbortController | undefined;
  #jobs: Jobs | undefined;
  #closedForSend: ((outcome: Outcome) => void) | undefined;

  constructor(jobOwner: JobOwner) {
    this.#jobOwner = jobOwner;
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  get outcome(): Outcome | undefined {
    return this.#ending && outcomeOf(this.#ending);
  }

  /** Settles with the ending; never rejects. */
  get closeReason(): Promise<CloseReason | null> {
    if (this.#closeReason === undefined) {
      const { outcome } = this;
      this.#closeReason =
        outcome === undefined
          ? new Promise((resolve) => {
              this.#settle = resolve;
            })
          : Promise.resolve(outcome.closeReason);
    }
    return this.#closeReason;
  }

  /** Resolves when the connection is gone and every job is done. */
  get ended(): Promise<void> {
    this.#ended ??= this.#over
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#settleEnded = resolve;
        });
    return this.#ended;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      this.announce();
    }
    return this.#abort.signal;
  }

  launch(block: JobBlock): Job {
    if (this.#ending !== undefined) return cancelledJob(outcomeOf(this.#ending).cause);
    this.#jobs ??= new Jobs(this.#jobOwner);
    return this.#jobs.launch(block);
  }

  /** Calls back when nothing more can be sent, with how the session ended. */
  whenClosedForSend(callback: (outcome: Outcome) => void): void {
    this.#closedForSend = callback;
  }

  /** Nothing more can be sent. */
  closedForSend(): void {
    const { outcome } = this;
    if (outcome !== undefined) this.#closedForSend?.(outcome);
  }

  /** The connection is gone. To be called once, behind the ending. */
  disconnected(): void {
    const over = (): void => {
      this.#over = true;
      this.#settleEnded?.();
    };
    if (this.#jobs === undefined) over();
    else this.#jobs.whenIdle(over);
  }

  /** To be called once. */
  settle(ending: Ending): Outcome {
    this.#ending = ending;
    const outcome = outcomeOf(ending);
    this.#settle?.(outcome.closeReason);
    return outcome;
  }

  /** Aborts every signal, if there is an ending. Their listeners are user code: this comes last, on a session that is in order. */
  announce(): void {
    if (this.#ending === undefined) return;
    const { cause } = outcomeOf(this.#ending);
    this.#abort?.abort(cause);
    this.#jobs?.cancel(cause);
  }
}
