/** The product did not keep its word: two that must agree do not, or something happened that must not. */
export class Difference extends Error {
  override readonly name: string = "Difference";
}

/** @throws Difference unless both are the same; `what` says what they are. */
export function expectSame(what: string, ours: unknown, theirs: unknown): void {
  if (Object.is(ours, theirs)) return;
  throw new Difference(`${what}: ${show(ours)} here, ${show(theirs)} there`);
}

/** @throws Difference unless it holds. */
export function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Difference(what);
}

/** @throws Difference unless both hold the same bytes. */
export function expectSameBytes(what: string, ours: Uint8Array, theirs: Uint8Array): void {
  if (Buffer.compare(ours, theirs) === 0) return;
  const at = ours.findIndex((byte, index) => byte !== theirs[index]);
  const where = at < 0 ? ours.length : at;
  throw new Difference(
    `${what}: ${ours.length} bytes here and ${theirs.length} there, different from byte ${where} on (${ours[where]}, ${theirs[where]})`,
  );
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
