import { randomUUID } from "node:crypto";
import type { SharedFlow, StateFlow } from "@sluice/server";
import { MutableSharedFlow, MutableStateFlow } from "@sluice/server";
import type { ChatEvent, OnlineEvent } from "./events.js";

/** What a newcomer gets of what happened before. */
const HISTORY = 100;

/** How far the slowest session may lie behind, beside what its own outgoing channel holds. */
const BEHIND = 400;

/** A place in the room. */
export interface Member {
  readonly name: string;
  say(text: string, key: string): void;
  leave(): void;
}

/** Who is here and what is said. It knows no sockets: sessions collect its flows. */
export class Room {
  /** Another one for each start of the server. */
  readonly id: string = randomUUID();

  // A slow session must not slow the others, so nobody is waited for: when one lies too far behind, the oldest event
  // goes. Its page sees the gap in the ids, and says so.
  readonly #events = MutableSharedFlow<ChatEvent>({
    replay: HISTORY,
    extraBufferCapacity: BEHIND,
    onBufferOverflow: "dropOldest",
  });
  readonly #online = MutableStateFlow<OnlineEvent>({ type: "online", names: [] });
  #lastId = 0;

  readonly events: SharedFlow<ChatEvent> = this.#events.asSharedFlow();
  readonly online: StateFlow<OnlineEvent> = this.#online.asStateFlow();

  /** Lets somebody in, under the name that was asked for or, where that is taken, the same with a number. */
  join(wanted: string): Member {
    const name = this.#freeName(wanted);
    this.#setNames([...this.#names, name]);
    this.#emit({ type: "joined", ...this.#stamp(), name });
    return {
      name,
      say: (text, key) => this.#emit({ type: "message", ...this.#stamp(), from: name, text, key }),
      leave: () => {
        this.#setNames(this.#names.filter((other) => other !== name));
        this.#emit({ type: "left", ...this.#stamp(), name });
      },
    };
  }

  get #names(): readonly string[] {
    return this.#online.value.names;
  }

  #setNames(names: readonly string[]): void {
    this.#online.value = { type: "online", names };
  }

  #freeName(wanted: string): string {
    const taken = new Set(this.#names.map(fold));
    let name = wanted;
    for (let number = 2; taken.has(fold(name)); number++) name = `${wanted} ${number}`;
    return name;
  }

  #emit(event: ChatEvent): void {
    this.#events.tryEmit(event);
  }

  #stamp(): { readonly id: number; readonly at: number } {
    this.#lastId += 1;
    return { id: this.#lastId, at: Date.now() };
  }
}

/** Names that differ only in this look the same. */
function fold(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
