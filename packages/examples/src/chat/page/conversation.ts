import type { ChatEvent } from "../events.js";
import { find, make } from "./elements.js";
import { inkOf } from "./ink.js";

type Message = Extract<ChatEvent, { type: "message" }>;

/** Messages of one author that follow each other within this time, in ms, stand under one name. */
const ONE_BREATH = 5 * 60_000;

/** What the page keeps; older entries go. */
const MOST_ENTRIES = 500;

/** Nearer to the end than this, in pixels, somebody reads along. */
const NEAR_END = 80;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** The list of what was said and who came and went. */
export class Conversation {
  readonly #scroller = find(".scroller", HTMLElement);
  readonly #messages = find(".messages", HTMLOListElement);
  readonly #pending = find(".pending", HTMLOListElement);
  readonly #newer = find(".newer", HTMLButtonElement);
  readonly #waiting = new Map<string, HTMLLIElement>();
  #last: Message | undefined;
  #unseen = 0;

  constructor() {
    this.#newer.addEventListener("click", () => this.#scrollToEnd());
    let readsAlong = true;
    this.#scroller.addEventListener("scroll", () => {
      readsAlong = this.#isNearEnd();
      if (readsAlong) this.#seen();
    });
    // The keyboard of a phone takes room and gives it back; who reads along goes on doing so.
    new ResizeObserver(() => {
      if (readsAlong) this.#scrollToEnd();
    }).observe(this.#scroller);
  }

  message(message: Message, own: boolean): void {
    const last = this.#last;
    const follows = last?.from === message.from && message.at - last.at < ONE_BREATH;
    this.#last = message;
    const entry = make("li", `entry${own ? " own" : ""}${follows ? " follows" : ""}`);
    entry.dataset["ink"] = inkOf(message.from);
    const heading = make("p", "heading");
    heading.append(make("bdi", "name", message.from), " ", timeOf(message.at));
    entry.append(heading, paragraph(message.text));
    this.settle(message.key);
    this.#add(entry, own);
  }

  /** What happened besides messages. */
  notice(text: string, at: number = Date.now(), name = ""): void {
    this.#last = undefined;
    const entry = make("li", "notice");
    const line = make("p", "text");
    if (name !== "") line.append(make("bdi", "name", name), " ");
    line.append(text);
    entry.append(line, " ", timeOf(at));
    this.#add(entry, false);
  }

  /** A message that the server has not confirmed. */
  wait(key: string, text: string): void {
    const entry = make("li", "entry own waiting");
    entry.append(paragraph(text));
    this.#waiting.set(key, entry);
    this.#pending.append(entry);
    this.#scrollToEnd();
  }

  settle(key: string): void {
    this.#waiting.get(key)?.remove();
    this.#waiting.delete(key);
  }

  #add(entry: HTMLLIElement, own: boolean): void {
    const readsAlong = own || this.#isNearEnd();
    this.#messages.append(entry);
    if (this.#messages.childElementCount > MOST_ENTRIES) this.#messages.firstElementChild?.remove();
    if (readsAlong) {
      this.#scrollToEnd();
    } else {
      this.#unseen += 1;
      this.#newer.textContent = `${this.#unseen} new`;
      this.#newer.hidden = false;
    }
  }

  #isNearEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  #scrollToEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#seen();
  }

  #seen(): void {
    this.#unseen = 0;
    this.#newer.hidden = true;
  }
}

function paragraph(text: string): HTMLParagraphElement {
  const element = make("p", "text", text);
  element.dir = "auto";
  return element;
}

function timeOf(at: number): HTMLTimeElement {
  const date = new Date(at);
  const element = make("time", "time", clock.format(date));
  element.dateTime = date.toISOString();
  element.title = calendar.format(date);
  return element;
}
