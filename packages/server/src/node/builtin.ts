/**
 * `node:http`, and no more than that. An `import` of it reads all of its exports, and those that belong to `fetch`
 * (`WebSocket`, `CloseEvent`, `MessageEvent`) load the whole of that: 2 MB of heap from Node 22 on, which every full
 * garbage collection goes through. Large payloads bring those about: see `array-memory.ts`.
 */
export const http: typeof import("node:http") = process.getBuiltinModule("node:http");

/** `node:https`, which only who serves TLS needs. */
export function https(): typeof import("node:https") {
  return process.getBuiltinModule("node:https");
}

/** `node:v8`, which only who gets large payloads needs: with `node:vm` it takes a millisecond and 90 KB. */
export function v8(): typeof import("node:v8") {
  return process.getBuiltinModule("node:v8");
}

/** `node:vm`: as {@link v8}. */
export function vm(): typeof import("node:vm") {
  return process.getBuiltinModule("node:vm");
}
