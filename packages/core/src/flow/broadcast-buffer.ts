import { NOTHING } from "./collection.js";

/** A collector's place: the position of the next value that it takes. Owned by {@link BroadcastBuffer}. */
export interface Cursor {
  position: number;
}

/**
 * The one ring of values that all collectors of a shared flow read, each at its own position.
 *
 * Positions count values since the flow began. The ring holds `head ≤ position < end`, where `head` is the smaller of
 * the slowest cursor's position and the start of the replay cache:
 *
 * ```
 * head ......... replayStart ......... end
 *  ^ slowest cursor        ^ a faster cursor
 * ```
 *
 * Beside each value stands how many cursors wait exactly there. So the slowest position is known without asking every
 * cursor, and a value that a thousand collectors take costs a thousand steps, not a million.
 */
export class BroadcastBuffer<T> {
  readonly #replay: number;
  readonly #capacity: number;
  // Both have a power of two of places and are as large as the most that was ever held, not as the capacity.
  #values: (T | undefined)[] = [undefined, undefined, undefined, undefined];
  #cursorsAt: number[] = [0, 0, 0, 0];
  #mask = 3;
  #head = 0;
  #replayStart = 0;
  #end = 0;
  /** The slowest cursor's position; `end` where there is no cursor. */
  #slowest = 0;
  #cursors = 0;

  /** `capacity` is at least 1 and at least `replay`. */
  constructor(replay: number, capacity: number) {
    this.#replay = replay;
    this.#capacity = capacity;
  }

  /** Whether `push` would take a value away from a cursor that has not reached it. */
  get full(): boolean {
    return this.#cursors > 0 && this.#end - this.#head >= this.#capacity && this.#slowest <= this.#replayStart;
  }

  /** Whether every cursor has taken every value. */
  get drained(): boolean {
    return this.#slowest === this.#end;
  }

  get replayCache(): T[] {
    const values: T[] = [];
    for (let position = this.#replayStart; position < this.#end; position++) {
      values.push(this.#values[position & this.#mask] as T);
    }
    return values;
  }

  /** A cursor at the start of the replay cache, or at the oldest value that any cursor has still to take. */
  join(from: "replay" | "oldest"): Cursor {
    const position = from === "replay" ? this.#replayStart : this.#head;
    this.#count(position, 1);
    this.#cursors += 1;
    if (position < this.#slowest) this.#slowest = position;
    return { position };
  }

  /** Call once for each cursor. */
  leave(cursor: Cursor): void {
    const position = Math.max(cursor.position, this.#head);
    this.#count(position, -1);
    this.#cursors -= 1;
    this.#advanceFrom(position);
  }

  take(cursor: Cursor): T | typeof NOTHING {
    // A value that was dropped leaves its cursors behind `head`; they were counted there when it went.
    const position = Math.max(cursor.position, this.#head);
    if (position >= this.#end) return NOTHING;
    const value = this.#values[position & this.#mask] as T;
    this.#count(position, -1);
    this.#count(position + 1, 1);
    cursor.position = position + 1;
    this.#advanceFrom(position);
    return value;
  }

  /** Adds a value at the end. When {@link full}, call {@link dropOldest} first. */
  push(value: T): void {
    this.#reserve(this.#end - this.#head + 2);
    this.#values[this.#end & this.#mask] = value;
    this.#end += 1;
    if (this.#cursors === 0) this.#slowest = this.#end;
    this.#replayStart = Math.max(this.#replayStart, this.#end - this.#replay);
    this.#release();
  }

  /** Drops the oldest value; cursors that wait for it go on to the next. */
  dropOldest(): void {
    const next = this.#head + 1;
    const late = this.#cursorsAt[this.#head & this.#mask] ?? 0;
    this.#count(this.#head, -late);
    this.#count(next, late);
    this.#slowest = Math.max(this.#slowest, next);
    this.#replayStart = Math.max(this.#replayStart, next);
    this.#release();
  }

  resetReplay(): void {
    this.#replayStart = this.#end;
    this.#release();
  }

  #count(position: number, change: number): void {
    const place = position & this.#mask;
    this.#cursorsAt[place] = (this.#cursorsAt[place] ?? 0) + change;
  }

  #advanceFrom(position: number): void {
    if (position !== this.#slowest) return;
    if (this.#cursors === 0) this.#slowest = this.#end;
    else while (this.#cursorsAt[this.#slowest & this.#mask] === 0) this.#slowest += 1;
    this.#release();
  }

  /** Moves `head` up, and lets go of the values behind it. */
  #release(): void {
    const head = Math.min(this.#slowest, this.#replayStart);
    while (this.#head < head) {
      this.#values[this.#head & this.#mask] = undefined;
      this.#head += 1;
    }
  }

  #reserve(places: number): void {
    const length = this.#values.length;
    if (places <= length) return;
    const values = new Array<T | undefined>(length * 2).fill(undefined);
    const cursorsAt = new Array<number>(length * 2).fill(0);
    const mask = length * 2 - 1;
    for (let position = this.#head; position <= this.#end; position++) {
      values[position & mask] = this.#values[position & this.#mask];
      cursorsAt[position & mask] = this.#cursorsAt[position & this.#mask] ?? 0;
    }
    this.#values = values;
    this.#cursorsAt = cursorsAt;
    this.#mask = mask;
  }
}
