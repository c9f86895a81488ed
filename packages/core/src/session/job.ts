import { isCancellation } from "../cancellation.js";
import { CancelledError, ClosedReceiveChannelError, ClosedSendChannelError } from "../errors.js";

/** Something that runs beside the handler of a session and does not outlive the session. Ktor: `Job`. */
export interface Job {
  /** Whether it is still to run on: neither done nor cancelled. */
  readonly isActive: boolean;
  /** Whether its function is done, in whatever way. */
  readonly isCompleted: boolean;
  /** Whether it was cancelled before it was done, by `cancel` or by the end of its session, or has failed. */
  readonly isCancelled: boolean;
  /**
   * Aborts the job's signal with `cause`, by default a `CancelledError`. It is done when its function is: a function that
   * does not look at its signal runs on. Does nothing once the job is done.
   */
  cancel(cause?: unknown): void;
  /** Resolves when the function is done, in whatever way; never rejects. */
  join(): Promise<void>;
}

/** What a job runs. `signal` aborts with the session, and with `Job.cancel`. */
export type JobBlock = (signal: AbortSignal) => unknown;

/** Whose jobs they are. */
export interface JobOwner {
  /** Told of every job that fails. Never throws. */
  jobFailed(error: unknown): void;
}

/** The jobs of one session that are not done yet. */
export class Jobs {
  readonly #running = new Set<RunningJob>();
  readonly #owner: JobOwner;
  #idle: (() => void) | undefined;

  constructor(owner: JobOwner) {
    this.#owner = owner;
  }

  launch(block: JobBlock): Job {
    const job = new RunningJob();
    this.#running.add(job);
    job.run(block, (failure) => {
      this.#running.delete(job);
      if (failure !== undefined) this.#owner.jobFailed(failure.error);
      if (this.#running.size === 0) this.#idle?.();
    });
    return job;
  }

  /** Aborts every signal. */
  cancel(cause: unknown): void {
    for (const job of this.#running) job.cancel(cause);
  }

  /** Calls back when every job is done: now, where none runs. */
  whenIdle(callback: () => void): void {
    if (this.#running.size === 0) callback();
    else this.#idle = callback;
  }
}

/** A job that is cancelled before it began: its function is never called. */
export function cancelledJob(cause: unknown): Job {
  const job = new RunningJob();
  job.cancel(cause);
  job.skip();
  return job;
}

interface Failure {
  readonly error: unknown;
}

class RunningJob implements Job {
  readonly #abort = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #isCompleted = false;
  #isFailed = false;

  get isActive(): boolean {
    return !this.#isCompleted && !this.#abort.signal.aborted;
  }

  get isCompleted(): boolean {
    return this.#isCompleted;
  }

  get isCancelled(): boolean {
    return this.#isFailed || this.#abort.signal.aborted;
  }

  cancel(cause: unknown = new CancelledError("The job was cancelled")): void {
    if (!this.#isCompleted) this.#abort.abort(cause);
  }

  join(): Promise<void> {
    return this.#done;
  }

  /** To be called once, or `skip`. */
  run(block: JobBlock, done: (failure: Failure | undefined) => void): void {
    this.#done = this.#run(block).then(done);
  }

  skip(): void {
    this.#isCompleted = true;
  }

  async #run(block: JobBlock): Promise<Failure | undefined> {
    try {
      await block(this.#abort.signal);
    } catch (error) {
      if (!this.#comesOfCancelling(error)) {
        this.#isFailed = true;
        return { error: error === undefined ? new Error("A job failed without an error") : error };
      }
    } finally {
      this.#isCompleted = true;
    }
    return undefined;
  }

  /** Whether an error is only how the function learned that it was cancelled, or that its session is over. */
  #comesOfCancelling(error: unknown): boolean {
    const { signal } = this.#abort;
    if (!signal.aborted) return false;
    const closed = error instanceof ClosedSendChannelError || error instanceof ClosedReceiveChannelError;
    return error === signal.reason || closed || isCancellation(error);
  }
}
