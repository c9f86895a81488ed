import type { WebSocketExtensionHeader } from "@sluice/core";
import { negotiateExtensions } from "@sluice/core";
import type { WebSocketDeflateOptions } from "@sluice/deflate";
import { WebSocketDeflate } from "@sluice/deflate";
import { expectSame, expectThat } from "../difference.js";
import type { Random } from "../random.js";
import type { FuzzTarget } from "../target.js";

interface OffersInput {
  readonly offers: readonly WebSocketExtensionHeader[];
  readonly options: WebSocketDeflateOptions;
}

const NAME = "permessage-deflate";
const FLAGS: readonly string[] = ["server_no_context_takeover", "client_no_context_takeover"];
const SERVER_BITS = "server_max_window_bits";
const CLIENT_BITS = "client_max_window_bits";
const NAMES: readonly string[] = [...FLAGS, SERVER_BITS, CLIENT_BITS];
const VALUES: readonly (string | null)[] = [
  null,
  null,
  "8",
  "9",
  "12",
  "15",
  "15",
  "7",
  "16",
  "08",
  "0x9",
  "1e1",
  "",
  "true",
];

/** What a server answers to offers of compression: RFC 7692 section 7.1, as a list of what an answer must not do. */
export const deflateOffers = (): FuzzTarget<OffersInput> => ({
  generate(random) {
    const offers: WebSocketExtensionHeader[] = [];
    for (let count = random.below(4); count >= 0; count--) offers.push(drawOffer(random));
    return {
      offers,
      options: {
        serverNoContextTakeOver: random.oneIn(3),
        clientNoContextTakeOver: random.oneIn(3),
        ...(random.oneIn(3) ? { serverMaxWindowBits: random.pick([9, 10, 15] as const) } : {}),
        ...(random.oneIn(3) ? { clientMaxWindowBits: random.pick([8, 9, 15] as const) } : {}),
      },
    };
  },
  check({ offers, options }) {
    const { answer, active } = negotiateExtensions([WebSocketDeflate(options)], offers);
    for (const { extension } of active) extension.close?.();
    const offer = offers.find((candidate) => candidate.name === NAME && isSound(candidate));
    expectSame("answers", answer.length, offer === undefined ? 0 : 1);
    const [answered] = answer;
    if (answered === undefined || offer === undefined) return;
    expectSame("the name in the answer", answered.name, NAME);
    const given = valuesOf(answered);
    const asked = valuesOf(offer);
    expectSame("parameters that are there once", given.size, answered.parameters.length);
    for (const [name, value] of given) {
      expectThat(NAMES.includes(name), `an answer with ${name}`);
      if (FLAGS.includes(name)) expectSame(name, value, null);
      else expectThat(/^(?:[89]|1[0-5])$/.test(value ?? ""), `an answer with ${name}=${value}`);
    }
    if (asked.has(FLAGS[0] as string))
      expectThat(given.has(FLAGS[0] as string), "the server's context is not given up");
    if (asked.has(SERVER_BITS)) expectThat(bits(given, SERVER_BITS) <= bits(asked, SERVER_BITS), "a larger window");
    expectThat(bits(given, SERVER_BITS) !== 8, "a window that zlib cannot have");
    if (!given.has(CLIENT_BITS)) return;
    expectThat(asked.has(CLIENT_BITS), "the client's window was not offered");
    expectThat(bits(given, CLIENT_BITS) <= bits(asked, CLIENT_BITS), "a larger window of the client");
  },
});

function drawOffer(random: Random): WebSocketExtensionHeader {
  const parameters: WebSocketExtensionHeader["parameters"][number][] = [];
  for (let count = random.below(4); count > 0; count--) {
    const name = random.oneIn(16) ? random.pick(["", "window", "__proto__"]) : random.pick(NAMES);
    const fits = FLAGS.includes(name) ? null : random.pick(["8", "9", "11", "15"]);
    parameters.push({ name, value: random.oneIn(5) ? random.pick(VALUES) : fits });
  }
  return { name: random.oneIn(8) ? random.pick(["Permessage-Deflate", "x-webkit-deflate-frame"]) : NAME, parameters };
}

/** Whether a server that has zlib may take an offer. */
function isSound({ parameters }: WebSocketExtensionHeader): boolean {
  const names = parameters.map(({ name }) => name);
  if (new Set(names).size < names.length) return false;
  return parameters.every(({ name, value }) => {
    if (FLAGS.includes(name)) return value === null;
    if (name === SERVER_BITS) return ["9", "10", "11", "12", "13", "14", "15"].includes(value ?? "");
    return name === CLIENT_BITS && (value === null || ["8", "9", "10", "11", "12", "13", "14", "15"].includes(value));
  });
}

function valuesOf({ parameters }: WebSocketExtensionHeader): Map<string, string | null> {
  return new Map(parameters.map(({ name, value }) => [name, value]));
}

/** Without the parameter, and where it has no value, the window is the largest. */
function bits(values: ReadonlyMap<string, string | null>, name: string): number {
  return Number(values.get(name) ?? 15);
}
