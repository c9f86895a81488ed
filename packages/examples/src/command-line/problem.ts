/** Something that whoever started the program can put right: its message is one line, and no stack would help. */
export class Problem extends Error {
  override readonly name: string = "Problem";
}
