import type { Timer } from "./platform.js";
import type { SessionOptions } from "./session-options.js";
import type { Transport } from "./transport.js";

/** The session that closes. */
export interface ClosingOwner {
  readonly options: Pick<SessionOptions, "platform" | "role" | "settings">;
  readonly transport: Transport;
  /** The handler did not come for the ending in time. */
  overdue(): void;
}

/**
 * The way from an ending to a connection that is gone, in stages of `closeTimeout`: the handler comes for the ending; the
 * peer answers our Close and ends its side. Whoever is too late finds the connection destroyed.
 */
export class Closing {
  readonly #owner: ClosingOwner;
  #timer: Timer | undefined;
  #peerEnded = false;
  #over = false;

  constructor(owner: ClosingOwner) {
    this.#owner = owner;
  }

  /** The session has its ending: now the handler may take what is left, and answer it. */
  begin(): void {
    this.#arm(() => this.#owner.overdue());
  }

  /** Our Close is encoded. `exchanged` tells whether the peer's was there before. */
  closeSent(exchanged: boolean): void {
    this.#arm(() => this.#owner.transport.destroy());
    if (exchanged) this.exchanged();
  }

  /** Both Closes are exchanged, or the peer forfeited its own: the server ends TCP first (RFC 6455 section 7.1.1). */
  exchanged(): void {
    if (this.#over) return;
    const { transport, options } = this.#owner;
    if (options.role === "server" || this.#peerEnded) transport.end();
    else transport.flush();
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
    const { platform, settings } = this.#owner.options;
    this.#timer = platform.setTimer(settings.closeTimeout, callback);
  }
}
