import type { Role } from "@sluice/codec-wasm";
import type { Platform, Timer } from "./platform.js";
import type { Transport } from "./transport.js";

export interface ClosingOptions {
  readonly role: Role;
  readonly transport: Transport;
  readonly platform: Platform;
  /** Milliseconds that each stage may take. */
  readonly closeTimeout: number;
  /** The handler did not come for the ending in time. */
  readonly overdue: () => void;
}

/**
 * The way from an ending to a connection that is gone, in stages of `closeTimeout`: the handler comes for the ending; the
 * peer answers our Close and ends its side. Whoever is too late finds the connection destroyed.
 */
export class Closing {
  readonly #options: ClosingOptions;
  #timer: Timer | undefined;
  #peerEnded = false;
  #over = false;

  constructor(options: ClosingOptions) {
    this.#options = options;
  }

  /** The session has its ending: now the handler may take what is left, and answer it. */
  begin(): void {
    this.#arm(this.#options.overdue);
  }

  /** Our Close is encoded. `exchanged` tells whether the peer's was there before. */
  closeSent(exchanged: boolean): void {
    this.#arm(() => this.#options.transport.destroy());
    if (exchanged) this.exchanged();
  }

  /** Both Closes are exchanged, or the peer forfeited its own: the server ends TCP first (RFC 6455 section 7.1.1). */
  exchanged(): void {
    if (this.#over) return;
    if (this.#options.role === "server" || this.#peerEnded) this.#options.transport.end();
    else this.#options.transport.flush();
  }

  /** The peer ended its side, and nothing more is to be said where `exchanged`. */
  peerEnded(exchanged: boolean): void {
    this.#peerEnded = true;
    if (exchanged) this.exchanged();
  }

  /** The connection is gone. */
  stop(): void {
    this.#over = true;
    this.#timer?.cancel();
  }

  #arm(callback: () => void): void {
    if (this.#over) return;
    this.#timer?.cancel();
    this.#timer = this.#options.platform.setTimer(this.#options.closeTimeout, callback);
  }
}
