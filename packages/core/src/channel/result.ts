/** What an attempt on a channel came to, without a throw. Ktor: `ChannelResult`. */
export type ChannelResult<T> =
  | { readonly ok: true; readonly value: T }
  /** Nothing there, or no room, at the moment; with a `cause`, the error of an element that can never be sent. */
  | { readonly ok: false; readonly closed: false; readonly cause: unknown }
  /** Closed; `cause` is the error it was closed with, if there was one. */
  | { readonly ok: false; readonly closed: true; readonly cause: unknown };

/** An element. No literal, for the reason that `IterationStep` is none. */
export class Received<out T> {
  readonly ok = true;
  readonly value: T;

  constructor(value: T) {
    this.value = value;
  }
}

export const NOT_NOW: ChannelResult<never> = { ok: false, closed: false, cause: undefined };
