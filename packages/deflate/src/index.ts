export { type AcceptedAnswer, checkAnswer, type RefusedAnswer } from "./answer.js";
export { type Direction, deflatePath, ZlibCompression } from "./compression.js";
export type { Deflater } from "./deflater.js";
export { CompressionFailedError, CorruptMessageError, InflatedFrameTooBigError } from "./errors.js";
export type { Inflater } from "./inflater.js";
export { type DeflateAnswer, type DeflateDecline, type NegotiatedDeflate, negotiate } from "./negotiation.js";
export type { CompressionOptions, NegotiationOptions } from "./options.js";
export {
  type DeclinedOffer,
  type DeflateOffer,
  type DeflateWindowBits,
  PERMESSAGE_DEFLATE,
  readOffer,
  type WindowBits,
} from "./parameters.js";
export type { DeflatePath } from "./zlib/context.js";
