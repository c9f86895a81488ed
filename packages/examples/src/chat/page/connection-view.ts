import type { ConnectionState } from "./connection.js";
import { find } from "./elements.js";

/** Shows in the header whether there is a connection, and when the next try is. */
export class ConnectionView {
  readonly #text = find(".connection-text", HTMLElement);
  readonly #countdown = find(".connection-countdown", HTMLElement);
  readonly #retry = find(".connection-retry", HTMLButtonElement);
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor(onRetry: () => void) {
    this.#retry.addEventListener("click", onRetry);
  }

  show(state: ConnectionState): void {
    // What the style sheet goes by. While one try follows the other, the connection is lost all the time.
    const { dataset } = document.documentElement;
    clearInterval(this.#ticking);
    this.#countdown.textContent = "";
    switch (state.name) {
      case "connecting":
        break;
      case "open":
        dataset["connection"] = "open";
        this.#text.textContent = "Connected";
        this.#retry.hidden = true;
        break;
      case "waiting":
        dataset["connection"] = "lost";
        this.#text.textContent = "Offline";
        this.#retry.hidden = false;
        this.#countDown(state.retryAt);
        break;
    }
  }

  #countDown(retryAt: number): void {
    const tick = (): void => {
      const seconds = Math.max(0, Math.ceil((retryAt - performance.now()) / 1_000));
      this.#countdown.textContent = `next try in ${seconds} s`;
    };
    tick();
    this.#ticking = setInterval(tick, 250);
  }
}
