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
  /** Tells how it is, after collecting garbage. */
  | { readonly do: "report" }
  /** Keeps the event loop from running for so many milliseconds, as a handler with too much to do. */
  | { readonly do: "block"; readonly ms: number }
  /** Steps the wall clock by so many milliseconds. */
  | { readonly do: "step"; readonly ms: number }
  /** Tells the last message of each talker that it has acknowledged. */
  | { readonly do: "ledger" }
  /** Sends a text to every session of `/broadcast`. */
  | { readonly do: "emit"; readonly text: string }
  | { readonly do: "stop"; readonly gracePeriod: number; readonly timeout: number };

/** How a subject is. */
export interface Report {
  readonly sessions: number;
  /** Bytes of unfinished messages and unparsed input. */
  readonly retained: number;
  /** What keeps its event loop alive, besides timers: names and how many. */
  readonly handles: Readonly<Record<string, number>>;
  /** Objects on the heap. */
  readonly objects: number;
  /** Bytes. */
  readonly heapUsed: number;
  readonly rss: number;
  readonly external: number;
  /** Errors and warnings that were logged. */
  readonly logged: number;
}

export interface Results {
  readonly report: Report;
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
