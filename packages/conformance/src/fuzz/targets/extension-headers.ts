import type { WebSocketExtensionHeader } from "@sluice/core";
import { MalformedExtensionHeaderError, parseWebSocketExtensions, printWebSocketExtensions } from "@sluice/core";
import { expectSame, expectThat } from "../difference.js";
import { drawOffers } from "../handshake/requests.js";
import type { FuzzTarget } from "../target.js";

/** RFC 6455 section 9.1 in one expression, written down a second time; `\x5c` is the backslash. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
const PARAMETER = `[ \\t]*${TOKEN}+[ \\t]*(?:=[ \\t]*(?:${TOKEN}+|"(?:\\x5c?${TOKEN})+")[ \\t]*)?`;
const EXTENSION = `[ \\t]*${TOKEN}+[ \\t]*(?:;${PARAMETER})*`;
const LIST = new RegExp(`^${EXTENSION}(?:,${EXTENSION})*$`);

/** `Sec-WebSocket-Extensions`, sound or not: what the grammar has is read, and comes back from what is printed. */
export const extensionHeaders = (): FuzzTarget<{ readonly header: string }> => ({
  generate: (random) => ({ header: drawOffers(random).join(random.oneIn(2) ? ", " : ";") }),
  check({ header }) {
    const read = readHeader(header);
    if (read instanceof MalformedExtensionHeaderError) {
      expectThat(!LIST.test(header), "the grammar has it, and it was refused");
      expectThat(read.position >= 0 && read.position <= header.length, `the error is at ${read.position}`);
      return;
    }
    expectThat(LIST.test(header), "the grammar does not have it, and it was read");
    const printed = printWebSocketExtensions(read);
    expectSame("what was read of what was printed", show(parseWebSocketExtensions(printed)), show(read));
  },
});

function readHeader(header: string): WebSocketExtensionHeader[] | MalformedExtensionHeaderError {
  try {
    return parseWebSocketExtensions(header);
  } catch (error) {
    if (error instanceof MalformedExtensionHeaderError) return error;
    throw error;
  }
}

function show(list: readonly WebSocketExtensionHeader[]): string {
  return JSON.stringify(list);
}
