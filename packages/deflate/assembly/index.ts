/* What the module offers to src/wasm. It imports nothing, and its caller checks every range first. */
export { inflate, inflateMore } from "./inflate";
