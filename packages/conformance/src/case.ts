/** A frame as it must come from the server: whole, unmasked. */
export interface ExpectedFrame {
  /** The first byte: FIN, RSV, opcode. */
  readonly firstByte: number;
  readonly payload: Uint8Array;
}

/** One rule of the wire: what a client sends to an echo server, and everything that comes back until the server ends the connection. */
export interface ConformanceCase {
  readonly name: string;
  /** Where the rule stands: `"5.2"` is a section of RFC 6455. */
  readonly section: string;
  /** The bytes after the handshake. */
  readonly send: Uint8Array;
  /** The data and control frames before the server's Close. */
  readonly answers: readonly ExpectedFrame[];
  /** The code of the server's Close; `null` for an empty Close. */
  readonly close: number | null;
}
