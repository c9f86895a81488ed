import { CloseReason } from "../close-reason.js";

/** How a session came to its end. The first one counts. */
export type Ending =
  /** The peer sent Close; `null` for an empty one. */
  | { readonly how: "peerClose"; readonly reason: CloseReason | null }
  /** Our side sent Close: `close(reason)`, the handler returned or threw, the server stops. */
  | { readonly how: "close"; readonly reason: CloseReason }
  /** A violation, a limit, a timeout, a job that failed; `reason` is what our Close says of it. */
  | { readonly how: "failure"; readonly error: unknown; readonly reason: CloseReason }
  /** The connection went without a Close. */
  | { readonly how: "lost" }
  /** `session.cancel(cause)`. */
  | { readonly how: "cancel"; readonly cause: unknown };

/** How an ending looks from each side: the one place that decides it. */
export interface Outcome {
  /** What `session.closeReason` resolves to. */
  readonly closeReason: CloseReason | null;
  /** Whether iteration throws, behind the frames that were queued before the end; otherwise it ends. */
  readonly throws: boolean;
  /** What `session.signal` aborts with, and what iteration throws where it does. */
  readonly cause: unknown;
}

const NO_STATUS = new CloseReason(CloseReason.Codes.NO_STATUS);
const LOST = new CloseReason(CloseReason.Codes.CLOSED_ABNORMALLY);

/** The table "Endings" of the documentation. */
export function outcomeOf(ending: Ending): Outcome {
  switch (ending.how) {
    case "peerClose": {
      const reason = ending.reason ?? NO_STATUS;
      return { closeReason: reason, throws: false, cause: reason };
    }
    case "close":
      return { closeReason: ending.reason, throws: false, cause: ending.reason };
    case "failure":
      return { closeReason: ending.reason, throws: true, cause: ending.error };
    case "lost":
      return { closeReason: LOST, throws: false, cause: LOST };
    case "cancel":
      return { closeReason: null, throws: true, cause: ending.cause };
  }
}
