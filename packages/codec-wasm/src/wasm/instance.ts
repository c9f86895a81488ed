import { decodeBase64 } from "./base64.js";
import { BINARY } from "./binary.gen.js";

/** What the module exports: addresses and lengths in bytes. Nothing here checks a range. */
export interface CodecExports {
  readonly memory: WebAssembly.Memory;
  parse(start: number, end: number, maxFrames: number, config: number, maxFrameSize: number): number;
  mask(start: number, end: number, key: number): void;
  unmaskText(start: number, end: number, key: number, pending: number): number;
  utf16(start: number, end: number, target: number): number;
}

/** Compiling takes some milliseconds and the module has no state, so the process does it once, however many codecs there are. */
let compiled: WebAssembly.Module | undefined;

/** @throws what the engine says where it has no WebAssembly, no SIMD, or may not compile here. */
export function instantiate(): CodecExports {
  compiled ??= new WebAssembly.Module(decodeBase64(BINARY));
  return exportsOf(new WebAssembly.Instance(compiled));
}

/** The same for an engine that compiles and instantiates only asynchronously. */
export async function instantiateAsync(): Promise<CodecExports> {
  compiled ??= await WebAssembly.compile(decodeBase64(BINARY));
  return exportsOf(await WebAssembly.instantiate(compiled));
}

function exportsOf(instance: WebAssembly.Instance): CodecExports {
  // The build compiled exactly these functions; WebAssembly's own types cannot know them.
  return instance.exports as unknown as CodecExports;
}
