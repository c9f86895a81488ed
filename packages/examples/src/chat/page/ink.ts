const INKS = 6;
const inks = new Map<string, string>();

/** Which of the style sheet's inks a name is marked with: the first six people that a page meets get different ones. */
export function inkOf(name: string): string {
  const ink = inks.get(name) ?? String(inks.size % INKS);
  inks.set(name, ink);
  return ink;
}
