import type { ServerConfig } from "@sluice/server";

/** What a rule of the wire must hold on: the choices of the server's options, each with each. */
const CHOICES = {
  codec: ["wasm", "typescript"],
  readPath: ["direct", "shared", "data"],
} as const satisfies { readonly [Option in keyof ServerConfig]?: readonly ServerConfig[Option][] };

/** Options of a server, and how tests call them. */
export interface Setup {
  readonly name: string;
  readonly config: { readonly [Option in keyof typeof CHOICES]: (typeof CHOICES)[Option][number] };
}

/** Every combination. */
export const everySetup: readonly Setup[] = combinations(Object.entries(CHOICES)).map((choice) => ({
  name: choice.map(([option, value]) => `${option}: ${value}`).join(", "),
  config: Object.fromEntries(choice) as Setup["config"],
}));

/** For what neither codec nor socket has a part in. */
export const oneSetup: readonly Setup[] = everySetup.slice(0, 1);

type Choice = readonly (readonly [option: string, value: string])[];

function combinations(choices: readonly (readonly [string, readonly string[]])[]): readonly Choice[] {
  const [first, ...rest] = choices;
  if (first === undefined) return [[]];
  const [option, values] = first;
  return values.flatMap((value) => combinations(rest).map((choice): Choice => [[option, value], ...choice]));
}
