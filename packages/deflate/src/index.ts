export { type DeflatePath, deflatePath } from "./compression.js";
export type { WebSocketDeflateOptions } from "./config.js";
export { CompressionFailedError, CorruptMessageError, InflatedFrameTooBigError } from "./errors.js";
export { WebSocketDeflate, type WebSocketDeflateExtension } from "./extension.js";
export type { NegotiatedDeflate } from "./negotiation.js";
export type { DeflateWindowBits, WindowBits } from "./parameters.js";
