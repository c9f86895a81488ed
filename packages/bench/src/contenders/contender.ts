import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Peer } from "./peers.js";
import { BUN, UWEBSOCKETS } from "./peers.js";

/** What a server does with messages; `servers/serve.mjs` says it of each. */
export type Mode =
  | "echo"
  | "flow"
  | "deflate"
  | "deflate-default"
  | "deflate-fast"
  | "deflate-no-takeover"
  | "deflate-no-takeover-fast"
  | "deflate-tuned";

export const CONTENDER_NAMES = ["sluice", "ws-bufferutil", "ws", "ws-tuned", "node", "uwebsockets", "bun"] as const;

export type ContenderName = (typeof CONTENDER_NAMES)[number];

/** A server that is measured. */
export interface Contender {
  readonly name: ContenderName;
  readonly title: string;
  /** What has to be fetched for it, where that is not among the packages of this repository. */
  readonly peer?: Peer;
  /** The program and its arguments in front of port and mode. */
  readonly command: () => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How it serves what others serve in `mode`; nothing, if it does not. */
  readonly mode: (mode: Mode) => Mode | undefined;
}

const server = (file: string): string => fileURLToPath(new URL(`../../servers/${file}`, import.meta.url));

const same = (mode: Mode): Mode => mode;

/** Where what is default is zlib's own. */
const withoutDefaults = (mode: Mode): Mode => (mode === "deflate-default" ? "deflate" : mode);

/** Compression without a choice of level. */
const withoutLevels = (mode: Mode): Mode | undefined => (mode.endsWith("-fast") ? undefined : withoutDefaults(mode));

export const CONTENDERS: Readonly<Record<ContenderName, Contender>> = {
  sluice: {
    name: "sluice",
    title: "Sluice",
    command: () => [process.execPath, server("sluice.mjs")],
    mode: same,
  },
  "ws-bufferutil": {
    name: "ws-bufferutil",
    title: "ws + bufferutil",
    command: () => [process.execPath, server("ws.mjs")],
    mode: withoutDefaults,
  },
  ws: {
    name: "ws",
    title: "ws alone",
    command: () => [process.execPath, server("ws.mjs")],
    env: { WS_NO_BUFFER_UTIL: "1" },
    mode: withoutDefaults,
  },
  "ws-tuned": {
    name: "ws-tuned",
    title: "ws, tuned",
    command: () => [process.execPath, server("ws.mjs")],
    // Its documentation tunes it for memory, by giving takeover up.
    mode: (mode) => (mode === "deflate-no-takeover" ? "deflate-tuned" : undefined),
  },
  node: {
    name: "node",
    title: "Node alone",
    command: () => [process.execPath, server("node.mjs")],
    mode: (mode) => (mode === "echo" || mode === "flow" ? mode : undefined),
  },
  uwebsockets: {
    name: "uwebsockets",
    title: "uWebSockets.js",
    peer: UWEBSOCKETS,
    command: () => [process.execPath, server("uwebsockets.mjs")],
    mode: withoutLevels,
  },
  bun: {
    name: "bun",
    title: "Bun",
    peer: BUN,
    command: () => [BUN.program, server("bun.mjs")],
    mode: withoutLevels,
  },
};
