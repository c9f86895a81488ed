/** What a page sends. */
export type Command =
  /** Takes a name; until then a page only watches. */
  | { readonly type: "join"; readonly name: string }
  /** `key` is the page's own name for the message: it comes back with the message, or with the error. */
  | { readonly type: "say"; readonly text: string; readonly key: string };

/**
 * What happened in the room, in one order for everybody. `id` counts from 1, so that a page sees where it missed some;
 * `at` is the time in ms.
 */
export type ChatEvent =
  | { readonly type: "joined"; readonly id: number; readonly at: number; readonly name: string }
  | { readonly type: "left"; readonly id: number; readonly at: number; readonly name: string }
  | {
      readonly type: "message";
      readonly id: number;
      readonly at: number;
      readonly from: string;
      readonly text: string;
      readonly key: string;
    };

/** Who is here now. Only the newest counts. */
export interface OnlineEvent {
  readonly type: "online";
  readonly names: readonly string[];
}

/** What goes over the wire. Only the newest counts. */
export interface TrafficEvent {
  readonly type: "traffic";
  /** Open sessions, watchers too. */
  readonly sessions: number;
  /** Messages of the last second, both ways. */
  readonly messagesPerSecond: number;
  /** Payload bytes since the server started. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What a page receives. */
export type ServerEvent =
  /** Comes first. `room` is another one after each start of the server, and then `id` begins again. */
  | { readonly type: "welcome"; readonly room: string; readonly codec: "wasm" | "typescript" }
  /** Answers "join". The name may have got a number, since two people never have the same one. */
  | { readonly type: "you"; readonly name: string }
  | ChatEvent
  | OnlineEvent
  | TrafficEvent
  /** A command was refused. `problem` is for people. */
  | { readonly type: "error"; readonly problem: string; readonly key?: string | undefined };
