import { InvalidOptionError } from "@sluice/core";

/**
 * Checks that `options` has no name but these: a misspelt option would be one that nobody set.
 *
 * @param what what to call the options when they are no object.
 * @throws InvalidOptionError (`INVALID_OPTION`) with the unknown name, its value, and the names that there are.
 */
export function checkOptionNames(what: string, options: object, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) throw new InvalidOptionError(what, options, "an object");
  for (const [name, value] of Object.entries(options)) {
    if (names.includes(name)) continue;
    throw new InvalidOptionError(name, value, `left out, being none of what there is (${names.join(", ")})`);
  }
}
