import { InvalidOptionError } from "@sluice/core";

/**
 * Checks that `options` is an object that has no name but these: a misspelt option would be one that nobody set.
 *
 * @param what what to call the options when they are no object.
 * @param nameOf what to call one of them in messages. Default: its name.
 * @throws InvalidOptionError (`INVALID_OPTION`) with the unknown name, its value, and the names that there are.
 */
export function checkOptionNames(
  what: string,
  options: unknown,
  names: readonly string[],
  nameOf: (name: string) => string = (name) => name,
): object {
  if (typeof options !== "object" || options === null) throw new InvalidOptionError(what, options, "an object");
  for (const [name, value] of Object.entries(options)) {
    if (names.includes(name)) continue;
    throw new InvalidOptionError(nameOf(name), value, `left out, being none of what there is (${names.join(", ")})`);
  }
  return options;
}
