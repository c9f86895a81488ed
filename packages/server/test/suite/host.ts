import type { Application, ApplicationModule, StopOptions } from "../../src/index.js";
import type { Logged } from "../support/serve.js";
import type { WireFrame } from "../support/wire.js";
import { serveAttached } from "./attached-host.js";
import { serveInMemory } from "./memory-host.js";
import { serveOnSockets } from "./socket-host.js";

/** A client of the suite, made of bytes: what it writes is all that it sends. */
export interface Peer {
  /** What the server answered in `Sec-WebSocket-Extensions`. */
  readonly extensions: string | undefined;
  write(...parts: readonly Uint8Array[]): void;
  /** The next frame of the server. */
  frame(): Promise<WireFrame>;
  /** Takes nothing more from the connection, until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends its side (FIN), behind what was written. */
  end(): void;
  /** Cuts the connection: what was not read is lost. */
  destroy(): void;
  /** Waits until the server has ended its side or cut the connection, without a frame that nobody took. */
  ended(): Promise<void>;
}

/** An application that runs for one test. What it logs and the test does not take, fails the test. */
export interface Served {
  readonly application: Application;
  /** Opens a connection and goes through the opening handshake, with `headers` besides those that it needs. */
  open(path?: string, headers?: Readonly<Record<string, string>>): Promise<Peer>;
  stop(options?: StopOptions): Promise<void>;
  takeLog(): Logged[];
}

/** A way to run an application. The suite holds for each. */
export interface Host {
  readonly host: string;
  readonly codec: "wasm" | "typescript";
  serve(module: ApplicationModule): Promise<Served>;
}

/** Every host, on each codec; sockets are read by way of "shared" and "data", with each codec and on each host, and "direct". */
export const hosts: readonly Host[] = [
  { host: "sockets", codec: "wasm", serve: (module) => serveOnSockets(module, "wasm", "direct") },
  { host: "sockets", codec: "wasm", serve: (module) => serveOnSockets(module, "wasm", "shared") },
  { host: "sockets", codec: "typescript", serve: (module) => serveOnSockets(module, "typescript", "data") },
  { host: "memory", codec: "wasm", serve: (module) => serveInMemory(module, "wasm") },
  { host: "memory", codec: "typescript", serve: (module) => serveInMemory(module, "typescript") },
  { host: "attached", codec: "wasm", serve: (module) => serveAttached(module, "wasm", "data") },
  { host: "attached", codec: "typescript", serve: (module) => serveAttached(module, "typescript", "shared") },
];
