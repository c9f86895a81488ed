/** A place in a ring: of sleepers who are to wake at one moment, and of what holds them. */
export class Place {
  previous: Place = this;
  next: Place = this;

  /** Enters the ring of another one, right behind it. */
  follow(place: Place): void {
    this.previous = place;
    this.next = place.next;
    this.next.previous = this;
    place.next = this;
  }

  leave(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.previous = this;
    this.next = this;
  }
}

/**
 * Who waits for a time to come: for one at a time. What waits in every idle session is one, and needs neither a function nor a
 * timer besides.
 */
export abstract class Sleeper extends Place {
  /** The time has come. */
  abstract wake(): void;

  /** Sleeps on: it is not woken. */
  cancel(): void {
    this.leave();
  }
}
