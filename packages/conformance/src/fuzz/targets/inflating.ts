import { constants } from "node:zlib";
import { Frame, SluiceError } from "@sluice/core";
import { WebSocketDeflate } from "@sluice/deflate";
import { drawMessage } from "../compression/messages.js";
import { compressed, RestoringOracle } from "../compression/oracle.js";
import { Difference, expectSame, expectSameBytes } from "../difference.js";
import type { Random } from "../random.js";
import { damaged } from "../streams/damage.js";
import type { FuzzTarget } from "../target.js";

interface InflatingInput {
  /** Whether the client keeps its window from one message to the next. */
  readonly takeover: boolean;
  /** The largest message, in bytes. */
  readonly limit: number;
  /** Compressed messages in their order. */
  readonly payloads: readonly Uint8Array[];
}

/** RFC 7692 has none of its own: 1007 for what is no DEFLATE data, and 1009 for too much of it. */
const CLOSE_CODES = { corrupt: 1007, "too big": 1009, nothing: undefined } as const;

/** Bytes. Mostly small ones: zlib is given a buffer of this size for each message, however short it is. */
const LIMITS: readonly number[] = [64, 100, 1000, 5000, 5000, 5000, 20_000, 20_000, 65_536, 1 << 20];

const STRATEGIES: readonly number[] = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FIXED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
];

/** Compressed messages of a client, sound, corrupt, without end: each is restored to what zlib makes of it, or refused. */
export const inflating = (): FuzzTarget<InflatingInput> => ({
  generate(random) {
    const takeover = random.oneIn(2);
    const payloads: Uint8Array[] = [];
    let window: Uint8Array = new Uint8Array(0);
    for (let count = random.below(3); count >= 0; count--) {
      const message = drawMessage(random);
      payloads.push(drawPayload(random, message, takeover ? window : new Uint8Array(0)));
      window = Buffer.concat([window, message]).subarray(-32 * 1024);
    }
    return { takeover, limit: random.pick(LIMITS), payloads };
  },
  async check({ takeover, limit, payloads }) {
    const extension = WebSocketDeflate().create();
    const flags = takeover ? [] : [{ name: "client_no_context_takeover", value: null }];
    expectSame("answers", extension.serverNegotiation?.([{ name: "permessage-deflate", parameters: flags }]).length, 1);
    extension.open?.({ role: "server", maxFrameSize: limit });
    const oracle = new RestoringOracle(takeover);
    try {
      for (const payload of payloads) {
        // No DEFLATE data at all, and nothing that zlib could be asked about.
        if (payload.length === 0) continue;
        const expected = oracle.restore(payload, limit);
        const outcome = await attempt(() => extension.processIncomingFrame(new Frame.Binary(payload, { rsv1: true })));
        if ("open" in expected && expected.open) {
          // Our own compressor refuses what zlib, which cannot tell, restores as far as it goes.
          if (outcome instanceof SluiceError) expectSame("close code of an open message", outcome.closeCode, 1007);
          else expectSameBytes("an open message and what zlib makes of it", outcome.data, expected.bytes);
          return;
        }
        if (outcome instanceof SluiceError) {
          const wrong = "wrong" in expected ? expected.wrong : "nothing";
          if (wrong === "either" || outcome.closeCode === CLOSE_CODES[wrong]) return;
          const isEarlier = outcome.closeCode === 1009 && "wrong" in expected && expected.isTooBigBefore();
          if (!isEarlier) expectSame(`close code of "${outcome.message}"`, outcome.closeCode, CLOSE_CODES[wrong]);
          return;
        }
        if ("wrong" in expected) throw new Difference(`zlib finds a message ${expected.wrong}, and it was restored`);
        expectSameBytes("a message and what zlib makes of it", outcome.data, expected.bytes);
        expectSame("RSV1 of a message that was restored", outcome.rsv1, false);
      }
    } finally {
      extension.close?.();
    }
  },
});

async function attempt(restore: () => Frame.Data | Promise<Frame.Data>): Promise<Frame.Data | SluiceError> {
  try {
    return await restore();
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
}

function drawPayload(random: Random, message: Uint8Array, window: Uint8Array): Uint8Array {
  const shape = { level: random.below(10), windowBits: random.between(9, 15), memLevel: random.between(1, 4) };
  const payload = compressed(message, window, { ...shape, strategy: random.pick(STRATEGIES) });
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
      return damaged(random, payload);
    case 3:
      return random.bytes(random.below(60));
    case 4:
      return Buffer.concat([
        compressed(message, window, { ...shape, finishFlush: constants.Z_FINISH }),
        Uint8Array.of(0),
      ]);
    case 5:
      return Buffer.concat([compressed(message, window, { ...shape, finishFlush: constants.Z_FINISH }), payload]);
    case 6:
      return Buffer.concat(Array.from({ length: random.below(20) }, () => Uint8Array.of(3, 0)));
    default:
      return payload;
  }
}
