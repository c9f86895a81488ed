/** The latest of all that are recorded count, in whole: a histogram would take longer over one than all else takes over a message. */
const MOST = 2 ** 20;

/** Times from sending to receiving. */
export class Latency {
  readonly #milliseconds = new Float64Array(MOST);
  #count = 0;

  /** @param milliseconds by `performance.now()`. */
  record(milliseconds: number): void {
    this.#milliseconds[this.#count++ % MOST] = milliseconds;
  }

  reset(): void {
    this.#count = 0;
  }

  /** In microseconds; null when no message has come back since the last reset. */
  percentile(percent: number): number | null {
    if (this.#count === 0) return null;
    const sorted = this.#milliseconds.slice(0, Math.min(this.#count, MOST)).sort();
    const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
    return (sorted[rank - 1] as number) * 1000;
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
