/* What the module offers to src/wasm. It imports nothing, and its caller checks every range first. */
export { deflate, prepare, remember } from "./deflate";
export { inflate, inflateMore } from "./inflate";
