import { Socket } from "node:net";

/** More kinds of options than V8 keeps recipes for, and calls enough for it to have begun to keep them. */
const KINDS = [
  {},
  { readable: true },
  { writable: true },
  { allowHalfOpen: true },
  { noDelay: true },
  { keepAlive: true },
];
const CALLS = 48;

let done = false;

/**
 * Spares every connection that Node 20 accepts 1.5 KB of long-lived garbage, and time. `net.Socket` spreads its options and adds
 * three to them. Where a spread has met few kinds of objects, the V8 of Node 20 copies by a recipe, and what is copied so gets a
 * new hidden class with each property that is added, which every reader of the options then has to learn. Where it has met
 * many kinds there is no recipe, and classes are shared as everywhere: so here it meets many. The first time that takes a few
 * milliseconds.
 */
export function settleAcceptedSockets(): void {
  if (done || !process.versions.v8.startsWith("11.")) return;
  done = true;
  for (let call = 0; call < CALLS; call++) new Socket(KINDS[call % KINDS.length]);
}
