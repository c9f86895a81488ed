export { type Backend, type Codec, headerSize, MAX_HEADER_SIZE, READ_BUFFER_SIZE, SLAB_SIZE } from "./codec.js";
export { FrameCursor, type FrameCursorOptions, type Role } from "./cursor.js";
export { DESCRIPTOR_WORDS, Info, MAX_DESCRIPTORS } from "./descriptor.js";
export { ParseError } from "./parse-error.js";
export { type CodecOptions, CodecUnavailableError, createCodec, load } from "./select.js";
export type { BackendChoice, CodecSelection } from "./selection.js";
export type { BytePacking, TextAccess } from "./text-access.js";
