import type { RecordableHistogram } from "node:perf_hooks";
import { createHistogram } from "node:perf_hooks";

const NS_PER_MS = 1e6;

/** Times from sending to receiving. */
export class Latency {
  readonly #histogram: RecordableHistogram = createHistogram({ figures: 3 });

  /** @param milliseconds by `performance.now()`. */
  record(milliseconds: number): void {
    this.#histogram.record(Math.max(1, Math.round(milliseconds * NS_PER_MS)));
  }

  reset(): void {
    this.#histogram.reset();
  }

  /** In microseconds; null when no message has come back since the last reset. */
  percentile(percent: number): number | null {
    return this.#histogram.count === 0 ? null : this.#histogram.percentile(percent) / 1000;
  }
}

/**
 * A connection's part in it. One message at a time is followed: the first of those that go out after the last one that was
 * followed is back. So the clock is read once per read, however many messages that brings.
 */
export class FollowedMessage {
  readonly #latency: Latency;
  #sent = 0;
  #received = 0;
  /** The number of the message that is followed, from 1, and when it went out. */
  #followed = 0;
  #since = 0;

  constructor(latency: Latency) {
    this.#latency = latency;
  }

  /** Messages that are not back yet. */
  get outstanding(): number {
    return this.#sent - this.#received;
  }

  send(count: number, now: number): void {
    if (this.#followed <= this.#received) {
      this.#followed = this.#sent + 1;
      this.#since = now;
    }
    this.#sent += count;
  }

  receive(count: number, now: number): void {
    const before = this.#received;
    this.#received = before + count;
    if (before < this.#followed && this.#received >= this.#followed) this.#latency.record(now - this.#since);
  }
}
