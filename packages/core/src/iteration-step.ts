/**
 * What an iterator gives while there is more.
 *
 * An instance and no literal, for the engine counts how much of what a literal makes lives on. A loop that waits holds on to the
 * last one; where a thousand do, all that a young process made seem to last, and from then on every one of them is made among
 * old objects, with its frame and payload, where they stay until a whole collection. Seen on Node 26.
 */
export class IterationStep<out T> {
  readonly done = false;
  readonly value: T;

  constructor(value: T) {
    this.value = value;
  }
}
