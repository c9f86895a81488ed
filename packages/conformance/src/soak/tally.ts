/** What came of the connections of one kind. */
export interface Counts {
  /** Connections, from their first byte to their last. */
  lives: number;
  /** Messages that were sent, or other attempts. */
  tried: number;
  /** Those of them that the server acknowledged. */
  acknowledged: number;
  /** Messages that a connection which ended well was never acknowledged, or that were acknowledged and not done. */
  lost: number;
}

/** The most descriptions of what went wrong that are kept. */
const MOST = 20;

/** What a soak counts, by the kinds of connections, and what went wrong. */
export class Tally {
  readonly #counts = new Map<string, Counts>();
  readonly #wrong: string[] = [];

  get kinds(): ReadonlyMap<string, Readonly<Counts>> {
    return this.#counts;
  }

  /** What went wrong, as far as it was kept. */
  get wrong(): readonly string[] {
    return this.#wrong;
  }

  of(kind: string): Counts {
    let counts = this.#counts.get(kind);
    if (counts === undefined) {
      counts = { lives: 0, tried: 0, acknowledged: 0, lost: 0 };
      this.#counts.set(kind, counts);
    }
    return counts;
  }

  /** Something happened that must not. */
  note(kind: string, what: unknown): void {
    if (this.#wrong.length === MOST) return;
    this.#wrong.push(`${kind}: ${what instanceof Error ? what.message : String(what)}`);
  }

  /** The sum over all kinds. */
  total(): Counts {
    const total = { lives: 0, tried: 0, acknowledged: 0, lost: 0 };
    for (const counts of this.#counts.values()) {
      for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += counts[name];
    }
    return total;
  }
}
