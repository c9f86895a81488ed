import type { StateFlow } from "@sluice/server";
import { MutableStateFlow } from "@sluice/server";
import type { TrafficEvent } from "./events.js";

const ONE_SECOND = 1_000;

/** Counts what goes over the wire, and tells it once a second for as long as somebody watches. */
export class Traffic {
  #sessions = 0;
  #messages = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  readonly #readings = MutableStateFlow<TrafficEvent>(this.#reading());
  readonly readings: StateFlow<TrafficEvent> = this.#readings.asStateFlow();

  constructor() {
    let timer: NodeJS.Timeout | undefined;
    void this.#readings.subscriptionCount.collect((watchers) => {
      if (watchers > 0) {
        timer ??= setInterval(() => this.#tell(), ONE_SECOND);
      } else {
        clearInterval(timer);
        timer = undefined;
      }
    });
  }

  opened(): void {
    this.#sessions += 1;
  }

  closed(): void {
    this.#sessions -= 1;
  }

  received(bytes: number): void {
    this.#messages += 1;
    this.#bytesIn += bytes;
  }

  sent(bytes: number): void {
    this.#messages += 1;
    this.#bytesOut += bytes;
  }

  #tell(): void {
    this.#readings.value = this.#reading();
    this.#messages = 0;
  }

  #reading(): TrafficEvent {
    return {
      type: "traffic",
      sessions: this.#sessions,
      messagesPerSecond: this.#messages,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
    };
  }
}
