/* What the module offers to src/wasm/backend.ts. It imports nothing, and its caller checks every range first. */
export { mask } from "./mask";
export { parse } from "./parse";
export { utf16 } from "./utf16";
export { unmaskText } from "./utf8";
