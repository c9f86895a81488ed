export const INFLATE_ERRORS: ReadonlyMap<number, string> = new Map();
