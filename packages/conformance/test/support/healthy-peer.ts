import type { ExpectedFrame } from "../../src/case.js";
import { clientFrame } from "../../src/frames.js";
import type { Address, Peer } from "../../src/peer.js";
import { open } from "../../src/peer.js";

const PONG = 10;

/** A peer that answers pings whatever the test is at. */
export class HealthyPeer {
  /** Pings that were answered. */
  pings = 0;
  readonly #peer: Peer;
  readonly #frames: ExpectedFrame[] = [];
  #wake: () => void = () => undefined;

  constructor(peer: Peer) {
    this.#peer = peer;
    void this.#read();
  }

  write(...parts: readonly Uint8Array[]): void {
    this.#peer.write(...parts);
  }

  /** The next frame that is no ping. */
  async frame(): Promise<ExpectedFrame> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.#peer.isOver) throw new Error("The server ended the connection");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Sends a message, and gives what comes back. */
  async ask(text: string): Promise<string> {
    this.write(clientFrame({ opcode: 1, payload: text }));
    return Buffer.from((await this.frame()).payload).toString();
  }

  /** Ends its side (FIN), behind what was written. */
  end(): void {
    this.#peer.socket.end();
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const frame = await this.#peer.frame();
        if (frame.firstByte === 0x89) {
          this.#peer.write(clientFrame({ opcode: PONG, payload: frame.payload }));
          this.pings++;
        } else this.#frames.push(frame);
        this.#wake();
      }
    } catch {
      // The server has ended the connection, which whoever waits for a frame is told.
      this.#wake();
    }
  }
}

/** Opens a session at `path`. */
export async function openHealthy(address: Address, path = "/"): Promise<HealthyPeer> {
  return new HealthyPeer(await open(address, path));
}
