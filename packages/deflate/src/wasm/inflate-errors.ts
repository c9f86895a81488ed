/** What `inflate` and `inflateMore` return for a corrupt message, in zlib's words where zlib has some: see assembly/inflate-result.ts. */
export const INFLATE_ERRORS: ReadonlyMap<number, string> = new Map([
  [-1, "invalid block type"],
  [-2, "invalid stored block lengths"],
  [-3, "too many length or distance symbols"],
  [-4, "invalid code lengths set"],
  [-5, "invalid bit length repeat"],
  [-6, "invalid code -- missing end-of-block"],
  [-7, "invalid literal/lengths set"],
  [-8, "invalid distances set"],
  [-9, "invalid literal/length code"],
  [-10, "invalid distance code"],
  [-11, "invalid distance too far back"],
  [-12, "the message ends within a block"],
  [-13, "more than 1024 final blocks"],
]);
