/** How the load generator learns what the server's process has used: from `/proc`, or by asking whoever started both. */
export type UsageSource = { readonly from: "proc"; readonly pid: number } | { readonly from: "parent" };

/** What every job says. */
interface Common {
  readonly port: number;
  readonly usage: UsageSource;
  readonly connections: number;
  /** Seconds of load that count for nothing, and of load that is measured. */
  readonly warmUp: number;
  readonly seconds: number;
  /** Whether every byte that comes back is compared. Without, every length is. */
  readonly verify: boolean;
}

/** Each connection keeps `window` messages in flight. */
export interface EchoJob extends Common {
  readonly kind: "echo";
  readonly window: number;
  /** Bytes of a message. */
  readonly size: number;
  readonly text: boolean;
}

/** One connection asks for `burst` messages of `size` bytes to everybody, again when half of the last ones have come. */
export interface FlowJob extends Common {
  readonly kind: "flow";
  readonly burst: number;
  readonly size: number;
}

/** `connections` at a time: connect, upgrade, one echo of 16 bytes, closing handshake, and again. */
export interface HandshakeJob extends Common {
  readonly kind: "handshake";
}

/** Opens its connections, leaves them alone for `seconds`, and looks at the server's memory before and after. */
export interface IdleJob extends Common {
  readonly kind: "idle";
}

/** As `EchoJob`, with JSON-like messages, compressed by what the server agreed to. */
export interface DeflateJob extends Common {
  readonly kind: "deflate";
  readonly window: number;
  readonly size: number;
  /** Whether the client offers to keep a context from message to message, and leaves the rest to the server. */
  readonly takeover: boolean;
}

/** As `IdleJob`, when each connection has echoed `messages` compressed messages. */
export interface DeflateIdleJob extends Common {
  readonly kind: "deflate-idle";
  readonly messages: number;
  readonly size: number;
  /** Whether the client offers to keep a context from message to message, and leaves the rest to the server. */
  readonly takeover: boolean;
}

export type LoadJob = EchoJob | FlowJob | HandshakeJob | IdleJob | DeflateJob | DeflateIdleJob;

/** Of load that was measured. */
export interface Rate {
  readonly kind: "rate";
  /** Messages that came back, or were delivered, or sessions that ended. */
  readonly messages: number;
  readonly seconds: number;
  /** What the server's process used meanwhile, all threads together. */
  readonly cpuSeconds: number;
  /** Bytes, at the end. */
  readonly rss: number;
  /** Microseconds from sending to receiving; for a handshake, a whole session. Null when it takes longer than the measurement. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** What the generator used itself, of one processor: near 1, the server waited for it. */
  readonly generatorBusy: number;
  /** Bytes of messages for each byte of compressed payload from the server. */
  readonly compression?: number;
}

/** Of connections that do nothing. */
export interface Memory {
  readonly kind: "memory";
  readonly bytesPerConnection: number;
  /** Bytes, with all connections open. */
  readonly rss: number;
}

export type LoadResult = Rate | Memory;
