import { Frame, isFrame } from "../frame.js";
import { InvalidExtensionFrameError } from "./errors.js";
import type { Gathering } from "./gathering.js";

/** What became of a frame: `undefined` where an extension keeps it until its message is whole. */
export type Processed = Frame.Data | undefined;

/** One extension in one direction. */
export interface Stage {
  /** Names it in errors. */
  readonly key: string;
  /** For an extension that works on whole messages. */
  readonly gathering: Gathering | undefined;
  process(frame: Frame.Data): Frame.Data | Promise<Frame.Data>;
}

/** The extensions of a session in one direction, one stage after the other. To be given one frame at a time. */
export class Chain {
  readonly #stages: readonly Stage[];

  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
  }

  /**
   * At once where every hook answers at once.
   *
   * @throws what a hook throws, InvalidExtensionFrameError (`INVALID_EXTENSION_FRAME`) where it gives no data frame, and
   * what a message that is put together comes to; a promise rejects with the same.
   */
  process(frame: Frame.Data): Processed | Promise<Processed> {
    return this.#from(0, frame);
  }

  /** Lets go of unfinished messages. */
  drop(): void {
    for (const { gathering } of this.#stages) gathering?.drop();
  }

  #from(start: number, frame: Frame.Data): Processed | Promise<Processed> {
    let current = frame;
    for (let at = start; at < this.#stages.length; at++) {
      const stage = this.#stages[at] as Stage;
      const gathered = stage.gathering?.take(current) ?? current;
      if (gathered === "held") return undefined;
      if (gathered === "passes") continue;
      const made: unknown = stage.process(gathered);
      if (made instanceof Promise) return made.then((later: unknown) => this.#from(at + 1, dataFrame(later, stage)));
      current = dataFrame(made, stage);
    }
    return current;
  }
}

function dataFrame(made: unknown, { key }: Stage): Frame.Data {
  if (made instanceof Frame.Text || made instanceof Frame.Binary) return made;
  const what = isFrame(made) ? `a ${made.type} frame` : `a value of type ${typeof made}`;
  throw new InvalidExtensionFrameError(key, `gave ${what} where a text or binary frame is due`);
}
