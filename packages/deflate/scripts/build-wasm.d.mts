/** Where the inlined module lies. */
export const SOURCE: URL;
/** Compiles assembly/ in memory. */
export function compile(): Promise<Uint8Array>;
/** The TypeScript source that holds the module. */
export function inline(binary: Uint8Array): string;
