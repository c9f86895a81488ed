import type { CloseReason } from "../close-reason.js";

/**
 * How far the closing handshake is (RFC 6455 section 7.1). A reason of `null` is an empty Close.
 *
 * ```
 *            close                    peer's Close
 *   open ───────────────► closing ───────────────────► closed
 *    │  peer's Close                     finish          ▲
 *    ├──────────────────► peerClosed ───────────────────►│
 *    │  violation, failure               finish          │
 *    └──────────────────► failed ───────────────────────►┘
 * ```
 *
 * From `peerClosed`, too, a failure leads to `failed`.
 */
export type CloseState =
  /** Frames go both ways. */
  | { readonly name: "open" }
  /** Our Close is out, the peer's is awaited; data from the peer is ignored. */
  | { readonly name: "closing"; readonly sent: CloseReason | null }
  /** The peer's Close is here; ours waits for `finish`, and answers to earlier frames may still go out. */
  | { readonly name: "peerClosed"; readonly received: CloseReason | null }
  /** The peer broke a rule, or our side failed; our Close, the `answer`, waits for `finish`. */
  | { readonly name: "failed"; readonly error: unknown; readonly answer: CloseReason }
  /** Nothing more goes in or out. */
  | { readonly name: "closed" };

export const OPEN: CloseState = { name: "open" };
export const CLOSED: CloseState = { name: "closed" };

/** Our Close goes out: the state after it. */
export function closeSent(state: CloseState, reason: CloseReason | null): CloseState {
  return state.name === "open" ? { name: "closing", sent: reason } : CLOSED;
}

/** The peer's Close has come: the state after it. */
export function closeReceived(state: CloseState, reason: CloseReason | null): CloseState {
  return state.name === "open" ? { name: "peerClosed", received: reason } : CLOSED;
}

/**
 * The peer broke a rule, or our side failed, which `answer` is to tell the peer: the state after it. What fails may be a
 * message in front of the end of the input, which extensions were still at work on: then it is the end.
 */
export function failed(state: CloseState, error: unknown, answer: CloseReason): CloseState {
  return maySend(state) ? { name: "failed", error, answer } : CLOSED;
}

/** Whether data, pings and pongs may still go out. */
export function maySend(state: CloseState): boolean {
  return state.name === "open" || state.name === "peerClosed" || state.name === "failed";
}
