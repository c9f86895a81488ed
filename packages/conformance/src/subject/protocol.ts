import type { ServerConfig, WebSocketOptions } from "@sluice/server";

/** What a logger of the subject may do wrong. */
export type LoggerFault = "throws" | "rejects" | "blocks";

/** How a subject is started: JSON, for it goes on a command line. */
export interface SubjectConfig {
  readonly webSockets?: WebSocketOptions;
  readonly server?: Pick<ServerConfig, "codec" | "handshakeTimeout">;
  readonly logger?: LoggerFault;
}

/** What a subject is asked to do. */
export type Command =
  /** Tells what it is doing. */
  | { readonly do: "status" }
  /** Tells what it takes, after collecting garbage: work for a while, in which it accepts no connection. */
  | { readonly do: "measure" }
  /** Keeps the event loop from running for so many milliseconds, as a handler with too much to do. */
  | { readonly do: "block"; readonly ms: number }
  /** Steps the wall clock by so many milliseconds. */
  | { readonly do: "step"; readonly ms: number }
  /** Tells the last message of each talker that it has acknowledged, and forgets them. */
  | { readonly do: "ledger" }
  /** Sends a text to every session of `/broadcast`. */
  | { readonly do: "emit"; readonly text: string }
  | { readonly do: "stop"; readonly gracePeriod: number; readonly timeout: number };

/** What a subject is doing. */
export interface Status {
  readonly sessions: number;
  /** Bytes of unfinished messages and unparsed input. */
  readonly retained: number;
  /** What keeps its event loop alive, besides timers: names and how many. */
  readonly handles: Readonly<Record<string, number>>;
  /** Errors and warnings that were logged. */
  readonly logged: number;
  /** Bytes, garbage among them. */
  readonly rss: number;
}

/** What a subject takes: objects on the heap, and bytes. */
export interface Measures {
  readonly objects: number;
  readonly heapUsed: number;
  readonly rss: number;
  readonly external: number;
}

export interface Results {
  readonly status: Status;
  readonly measure: Measures;
  readonly block: null;
  readonly step: null;
  readonly ledger: Readonly<Record<string, number>>;
  readonly emit: null;
  readonly stop: null;
}

/** From the subject to its parent. */
export type Answer =
  | { readonly listening: number }
  | { readonly to: number; readonly result: Results[keyof Results] }
  | { readonly to: number; readonly failed: string };
