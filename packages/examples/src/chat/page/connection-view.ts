import type { ConnectionState } from "./connection.js";
import { find } from "./elements.js";

/** Shows in the header whether there is a connection, and when the next try is. */
export class ConnectionView {
  readonly #root = find(".connection", HTMLElement);
  readonly #text = find(".connection-text", HTMLElement);
  readonly #countdown = find(".connection-countdown", HTMLElement);
  readonly #retry = find(".connection-retry", HTMLButtonElement);
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor(onRetry: () => void) {
    this.#retry.addEventListener("click", onRetry);
  }

  show(state: ConnectionState): void {
    clearInterval(this.#ticking);
    document.documentElement.dataset["connection"] = state.name;
    this.#root.dataset["state"] = state.name;
    this.#retry.hidden = state.name !== "waiting";
    this.#countdown.textContent = "";
    switch (state.name) {
      case "connecting":
        this.#text.textContent = "Connecting";
        break;
      case "open":
        this.#text.textContent = "Connected";
        break;
      case "waiting": {
        this.#text.textContent = "Offline";
        const { retryAt } = state;
        const tick = (): void => {
          const seconds = Math.max(0, Math.ceil((retryAt - performance.now()) / 1_000));
          this.#countdown.textContent = `next try in ${seconds} s`;
        };
        tick();
        this.#ticking = setInterval(tick, 250);
        break;
      }
    }
  }
}
