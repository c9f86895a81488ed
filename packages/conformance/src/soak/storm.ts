import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../fuzz/random.js";
import type { Subject } from "../subject/subject.js";
import type { Life } from "./behaviours.js";
import { behaviourOf } from "./behaviours.js";
import type { Tally } from "./tally.js";

/** How long a storm is: so many milliseconds, or connections in all. */
export type Extent = { readonly duration: number } | { readonly lives: number };

export interface StormOptions {
  /** Connections at a time. */
  readonly connections: number;
  /** For how long new connections are made; those that are there then come to their ends. */
  readonly extent: Extent;
  readonly random: Random;
}

/** What was acknowledged to one talker. */
interface Acknowledged {
  readonly kind: string;
  readonly number: number;
  /** Where every message that was sent must be in the ledger. */
  readonly sent: number | undefined;
}

/** Milliseconds between messages of the broadcast, and between looks at the server. */
const BEAT = 50;

/**
 * So many connections at a time, each of which is followed by the next of its kind, for a while; then all of them end, and the
 * server's ledger is compared with what it acknowledged.
 *
 * @returns the server's resident memory at each beat, in bytes.
 */
export async function storm(subject: Subject, tally: Tally, options: StormOptions): Promise<number[]> {
  const { connections, extent, random } = options;
  const begin = performance.now();
  const ledger = new Map<string, Acknowledged>();
  let lives = 0;
  const isOver = (): boolean =>
    "lives" in extent ? lives >= extent.lives : performance.now() - begin >= extent.duration;

  const follow = async (index: number): Promise<void> => {
    const { kind, behave } = behaviourOf(index);
    const counts = tally.of(kind);
    while (!isOver()) {
      const talker = `${++lives}`;
      const life: Life = {
        port: subject.port,
        talker,
        random,
        isOver,
        acknowledged: (number, sent) => void ledger.set(talker, { kind, number, sent }),
      };
      counts.lives++;
      try {
        await behave(life, counts);
      } catch (error) {
        tally.note(kind, error);
      }
    }
  };

  const all = Promise.all(Array.from({ length: connections }, (_, index) => follow(index)));
  let ended = false;
  void all.then(() => {
    ended = true;
  });
  const curve: number[] = [];
  // Whoever listens to the broadcast ends with one of its messages.
  for (let number = 0; !ended; number++) {
    await subject.ask({ do: "emit", text: `${number} of a broadcast` });
    curve.push((await subject.status()).rss);
    await sleep(BEAT);
  }
  await all;
  check(await subject.ask({ do: "ledger" }), ledger, tally);
  return curve;
}

/** What was acknowledged and is not in the ledger is lost; and so is what was sent by who closed behind it. */
function check(
  written: Readonly<Record<string, number>>,
  ledger: ReadonlyMap<string, Acknowledged>,
  tally: Tally,
): void {
  for (const [talker, { kind, number, sent }] of ledger) {
    const last = written[talker] ?? 0;
    const least = sent ?? number;
    if (last >= least) continue;
    tally.of(kind).lost += least - last;
    tally.note(kind, `Message ${least} of talker ${talker} was acknowledged, and the ledger ends with ${last}`);
  }
}
