import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { clientFrame } from "../frames.js";
import { handshake, send } from "../peer.js";
import type { Life } from "./behaviours.js";
import { leave, message, vanish } from "./conversation.js";
import type { Counts } from "./tally.js";

const RSV1 = 0x40;
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);
const WINDOW = 32 * 1024;

const OFFERS = {
  takeover: "permessage-deflate",
  anew: "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
} as const;

/** One direction of a compressed session: what its context remembers goes in as a dictionary. */
class Window {
  readonly #takeover: boolean;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(takeover: boolean) {
    this.#takeover = takeover;
  }

  deflate(bytes: Uint8Array): Uint8Array {
    const made = deflateRawSync(bytes, this.#options());
    this.#remember(bytes);
    return made.subarray(0, -TAIL.length);
  }

  inflate(payload: Uint8Array): Uint8Array {
    const bytes = inflateRawSync(Buffer.concat([payload, TAIL]), this.#options());
    this.#remember(bytes);
    return bytes;
  }

  #options(): { readonly finishFlush: number; readonly dictionary?: Uint8Array } {
    const finishFlush = constants.Z_SYNC_FLUSH;
    return this.#bytes.length === 0 ? { finishFlush } : { finishFlush, dictionary: this.#bytes };
  }

  #remember(bytes: Uint8Array): void {
    if (this.#takeover) this.#bytes = Buffer.concat([this.#bytes, bytes]).subarray(-WINDOW);
  }
}

/** Gets compressed messages back as they were, with context takeover and without; or is gone with one under way. */
export async function compress(life: Life, counts: Counts): Promise<void> {
  const { random } = life;
  const takeover = random.oneIn(2);
  const offer = takeover ? OFFERS.takeover : OFFERS.anew;
  const peer = await send(life, handshake("/compressed", { "Sec-WebSocket-Extensions": offer }));
  const { status, headers } = await peer.response();
  if (status !== 101 || !headers.has("sec-websocket-extensions"))
    throw new Error(`${offer} was answered with ${status}`);
  const [sent, received] = [new Window(takeover), new Window(takeover)];
  for (let round = random.between(1, 20); round > 0; round--) {
    const payload = Buffer.from(`{"round":${round},"text":"${"lorem ipsum ".repeat(random.between(1, 500))}"}`);
    peer.write(clientFrame({ opcode: 1, rsv: RSV1, payload: sent.deflate(payload) }));
    counts.tried++;
    if (random.oneIn(20)) return await vanish(peer);
    const answer = await message(peer);
    const restored = (answer.firstByte & RSV1) === 0 ? answer.payload : received.inflate(answer.payload);
    if (!payload.equals(restored))
      throw new Error(`A compressed message of ${payload.length} bytes came back as another`);
    counts.acknowledged++;
  }
  await leave(peer);
}
