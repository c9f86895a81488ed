import { DONE } from "../done.js";
import { InvalidOptionError } from "../errors.js";
import { BroadcastBuffer } from "./broadcast-buffer.js";
import { CollectedFlow } from "./collected-flow.js";
import type { Reader, Subscriber } from "./collection.js";
import { NOTHING } from "./collection.js";
import type { FlowEmitter, SharedFlow, StateFlow } from "./flow.js";
import { MutableStateFlow } from "./state-flow.js";
import { Subscribers } from "./subscribers.js";

/** What an emission does when the slowest collector's buffer is full. kotlinx: `BufferOverflow`. */
export type FlowOverflow = "suspend" | "dropOldest" | "dropLatest";

/** How a shared flow keeps values. */
export interface SharedFlowOptions {
  /** How many of the last values a new collector gets at first. Default 0. */
  readonly replay?: number | undefined;
  /** How many values beyond `replay` the slowest collector may lie behind before the policy acts. Default 0. */
  readonly extraBufferCapacity?: number | undefined;
  /**
   * - `"suspend"` (default): `emit` waits for the slowest collector, `tryEmit` is false.
   * - `"dropOldest"`: the oldest value goes; collectors that have not taken it never see it.
   * - `"dropLatest"`: the value being emitted goes.
   *
   * The two that drop need a buffer: `replay + extraBufferCapacity` of at least 1.
   */
  readonly onBufferOverflow?: FlowOverflow | undefined;
}

/** A {@link SharedFlow} that can be emitted to; see {@link FlowEmitter}. kotlinx: `MutableSharedFlow`. */
export interface MutableSharedFlow<in out T> extends SharedFlow<T>, FlowEmitter<T> {}

/**
 * Makes a {@link MutableSharedFlow}. Called as a function, as in kotlinx.
 *
 * Without collectors every emission succeeds at once, and only the replay cache keeps the value. With collectors, one
 * ring of at most `replay + extraBufferCapacity` values serves them all. Without any buffer, `emit` hands its value
 * over: it fulfils when every collector has taken it, and `tryEmit` is false. Emitters that wait do so in line, and
 * the departure of the collector they wait for frees them.
 *
 * @throws InvalidOptionError `INVALID_OPTION` for a size that is not a whole number from 0, an unknown policy, or a
 * policy that drops without a buffer.
 * @example
 * ```ts
 * const messages = MutableSharedFlow<string>({ extraBufferCapacity: 64, onBufferOverflow: "dropOldest" });
 * messages.tryEmit("hello");
 * ```
 */
export function MutableSharedFlow<T>(options: SharedFlowOptions = {}): MutableSharedFlow<T> {
  const { replay = 0, extraBufferCapacity = 0, onBufferOverflow = "suspend" } = options;
  requireSize("replay", replay);
  requireSize("extraBufferCapacity", extraBufferCapacity);
  switch (onBufferOverflow) {
    case "suspend":
      break;
    case "dropOldest":
    case "dropLatest":
      if (replay + extraBufferCapacity === 0) {
        const expected = `at least 1 with onBufferOverflow ${JSON.stringify(onBufferOverflow)}`;
        throw new InvalidOptionError("replay + extraBufferCapacity", 0, expected);
      }
      break;
    default:
      throw new InvalidOptionError(
        "onBufferOverflow",
        onBufferOverflow satisfies never,
        `"suspend", "dropOldest" or "dropLatest"`,
      );
  }
  return new BroadcastFlow(replay, replay + extraBufferCapacity, onBufferOverflow);
}

function requireSize(option: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new InvalidOptionError(option, value, "a whole number from 0");
}

/** An emitter in line. */
interface Emission<T> {
  readonly value: T;
  readonly resolve: () => void;
  next: Emission<T> | undefined;
}

class BroadcastFlow<T> extends CollectedFlow<T> implements MutableSharedFlow<T> {
  readonly #buffer: BroadcastBuffer<T>;
  readonly #overflow: FlowOverflow;
  /** Without a buffer the ring's one place is where the emitter at the head of the line hands its value over. */
  readonly #handsOver: boolean;
  #handingOver: Emission<T> | undefined;
  #firstInLine: Emission<T> | undefined;
  #lastInLine: Emission<T> | undefined;
  readonly #count: MutableStateFlow<number> = MutableStateFlow(0);
  readonly #subscribers = new Subscribers((count) => {
    this.#count.value = count;
  });
  readonly subscriptionCount: StateFlow<number> = this.#count.asStateFlow();

  constructor(replay: number, capacity: number, overflow: FlowOverflow) {
    super();
    this.#buffer = new BroadcastBuffer(replay, Math.max(capacity, 1));
    this.#handsOver = capacity === 0;
    this.#overflow = overflow;
  }

  get replayCache(): readonly T[] {
    return this.#buffer.replayCache;
  }

  emit(value: T): Promise<void> {
    if (this.tryEmit(value)) return DONE;
    return new Promise((resolve) => {
      const emission: Emission<T> = { value, resolve, next: undefined };
      if (this.#lastInLine === undefined) this.#firstInLine = emission;
      else this.#lastInLine.next = emission;
      this.#lastInLine = emission;
      this.#admit();
    });
  }

  // While emitters are in line the buffer is full, so nothing that comes later can overtake them here.
  tryEmit(value: T): boolean {
    if (this.#subscribers.count > 0) {
      if (this.#handsOver) return false;
      if (this.#buffer.full) {
        if (this.#overflow === "suspend") return false;
        if (this.#overflow === "dropLatest") return true;
        this.#buffer.dropOldest();
      }
    }
    this.#buffer.push(value);
    // Where nothing is lost by it, whoever is about to emit more may do that first.
    if (this.#overflow === "suspend" && !this.#buffer.full) this.#subscribers.wakeBehind();
    else this.#subscribers.wakeSoon();
    return true;
  }

  resetReplayCache(): void {
    this.#buffer.resetReplay();
  }

  protected override join(subscriber: Subscriber): Reader<T> {
    // As in kotlinx, who comes while a value is being handed over gets it too.
    const cursor = this.#buffer.join(this.#handsOver ? "oldest" : "replay");
    this.#subscribers.add(subscriber);
    this.#subscribers.wakeSoon();
    return {
      take: () => {
        const value = this.#buffer.take(cursor);
        if (value !== NOTHING && (this.#firstInLine ?? this.#handingOver) !== undefined) this.#admit();
        return value;
      },
      leave: () => {
        if (!this.#subscribers.remove(subscriber)) return;
        this.#buffer.leave(cursor);
        this.#admit();
      },
    };
  }

  /** Lets in the emitters for whom there is room now, in order. */
  #admit(): void {
    if (this.#handsOver) this.#handOver();
    else this.#fill();
  }

  #fill(): void {
    while (this.#firstInLine !== undefined && !this.#buffer.full) {
      const emission = this.#leaveLine(this.#firstInLine);
      this.#buffer.push(emission.value);
      this.#subscribers.wakeSoon();
      emission.resolve();
    }
  }

  #handOver(): void {
    for (;;) {
      if (!this.#buffer.drained) return;
      this.#handingOver?.resolve();
      this.#handingOver = undefined;
      if (this.#firstInLine === undefined) return;
      this.#handingOver = this.#leaveLine(this.#firstInLine);
      this.#buffer.push(this.#handingOver.value);
      this.#subscribers.wakeSoon();
    }
  }

  #leaveLine(first: Emission<T>): Emission<T> {
    this.#firstInLine = first.next;
    if (first.next === undefined) this.#lastInLine = undefined;
    return first;
  }
}
