import type { DeflateWindowBits } from "../parameters.js";

/** A window and its state, for one message at a time. A context that failed is closed, and stays so. */
export interface Context {
  readonly closed: boolean;
  /** Forgets every message. Not while one is under way. */
  reset(): void;
  close(): void;
}

/** One that compresses. */
export interface DeflatingContext extends Context {
  /** A message that is not empty, as RFC 7692 section 7.2.1 says. Not while another is under way. */
  deflate(payload: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** One that restores. */
export interface InflatingContext extends Context {
  /** A message that is not empty, as RFC 7692 section 7.2.2 says. Not while another is under way. */
  inflate(payload: Uint8Array, maxSize: number): Uint8Array | Promise<Uint8Array>;
}

/** Of every context that compresses. */
export interface DeflateSettings {
  /** 0 to 9, or -1 for the default, which is 6. */
  readonly level: number;
  /** 1 to 9: memory for finding what was there before. */
  readonly memLevel: number;
  readonly windowBits: DeflateWindowBits;
  /** Whether a message may point back into those before it. Where not, the context is reset in front of each. */
  readonly contextTakeover: boolean;
}
