const INKS = 6;

/** Which of the style sheet's inks a name is marked with: the same one on every page. */
export function inkOf(name: string): string {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return String(sum % INKS);
}
