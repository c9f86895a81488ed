import type { TrafficEvent } from "../events.js";
import { find } from "./elements.js";

const ONE_MINUTE = 60;

/** The height of the drawing, and how many messages a second fill it at least, so that one alone is no flood. */
const HEIGHT = 20;
const FLOOD = 8;

const count = new Intl.NumberFormat();

/** The live panel: numbers, and the level of the last minute. */
export class TrafficView {
  readonly #rate = find(".rate-number", HTMLElement);
  readonly #sessions = find(".sessions", HTMLElement);
  readonly #bytesIn = find(".bytes-in", HTMLElement);
  readonly #bytesOut = find(".bytes-out", HTMLElement);
  readonly #codec = find(".codec", HTMLElement);
  readonly #water = find(".level-water", SVGPathElement);
  readonly #line = find(".level-line", SVGPathElement);
  readonly #level: number[] = new Array<number>(ONE_MINUTE).fill(0);

  showCodec(codec: "wasm" | "typescript"): void {
    this.#codec.textContent = codec === "wasm" ? "WebAssembly" : "TypeScript";
  }

  show({ messagesPerSecond, sessions, bytesIn, bytesOut }: TrafficEvent): void {
    this.#rate.textContent = count.format(messagesPerSecond);
    this.#sessions.textContent = count.format(sessions);
    this.#bytesIn.textContent = inUnits(bytesIn);
    this.#bytesOut.textContent = inUnits(bytesOut);
    this.#level.shift();
    this.#level.push(messagesPerSecond);
    this.#draw();
  }

  #draw(): void {
    const highest = Math.max(FLOOD, ...this.#level);
    const points = this.#level.map((value, x) => `${x} ${((1 - value / highest) * HEIGHT).toFixed(2)}`);
    const line = `M${points.join("L")}`;
    this.#line.setAttribute("d", line);
    this.#water.setAttribute("d", `${line}V${HEIGHT}H0Z`);
  }
}

/** Bytes for people: 999 B, 1.5 kB, 23 MB. */
function inUnits(bytes: number): string {
  let value = bytes;
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (value < 1_000) return `${unit === "B" || value >= 10 ? Math.round(value) : value.toFixed(1)} ${unit}`;
    value /= 1_000;
  }
  return `${value.toFixed(1)} TB`;
}
