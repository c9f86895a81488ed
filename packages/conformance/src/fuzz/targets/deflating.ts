import { Frame } from "@sluice/core";
import { WebSocketDeflate } from "@sluice/deflate";
import { drawMessage } from "../compression/messages.js";
import { RestoringOracle } from "../compression/oracle.js";
import { Difference, expectSame, expectSameBytes } from "../difference.js";
import type { FuzzTarget } from "../target.js";

interface DeflatingInput {
  /** Whether the server keeps its window from one message to the next. */
  readonly takeover: boolean;
  /** The server's window that the client asks for. */
  readonly windowBits: number;
  readonly level: number;
  readonly messages: readonly Uint8Array[];
}

/** As far as they go different ways. */
const LEVELS = [0, 1, 6, 9];

/** Messages that a server compresses: zlib restores each of them. */
export const deflating = (): FuzzTarget<DeflatingInput> => ({
  generate: (random) => ({
    takeover: random.oneIn(2),
    windowBits: random.between(9, 15),
    level: random.pick(LEVELS),
    messages: Array.from({ length: 1 + random.below(4) }, () => drawMessage(random)),
  }),
  async check({ takeover, windowBits, level, messages }) {
    const extension = WebSocketDeflate({ compressionLevel: level }).create();
    const parameters = [
      { name: "server_max_window_bits", value: String(windowBits) },
      ...(takeover ? [] : [{ name: "server_no_context_takeover", value: null }]),
    ];
    expectSame("answers", extension.serverNegotiation?.([{ name: "permessage-deflate", parameters }]).length, 1);
    extension.open?.({ role: "server", maxFrameSize: 2 ** 31 - 1 });
    const oracle = new RestoringOracle(takeover);
    try {
      for (const message of messages) {
        const sent = await extension.processOutgoingFrame(new Frame.Binary(message.slice()));
        if (!sent.rsv1) {
          expectSameBytes("a message that goes as it is", sent.data, message);
          continue;
        }
        const restored = oracle.restore(sent.data, message.length);
        if ("wrong" in restored) throw new Difference(`zlib finds what was compressed ${restored.wrong}`);
        expectSameBytes("a message and what zlib restores of it", restored.bytes, message);
      }
    } finally {
      extension.close?.();
    }
  },
});
