import { find } from "./elements.js";

/** Where one writes. Enter sends where there is a real keyboard, and Shift+Enter begins a line. */
export class Composer {
  readonly #form = find(".compose", HTMLFormElement);
  readonly #me = find(".me", HTMLElement);
  readonly #text = find("#text", HTMLTextAreaElement);
  readonly #problem = find("#compose-problem", HTMLElement);
  readonly #touch = matchMedia("(pointer: coarse)");

  constructor(onText: (text: string) => void) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#text.value.trim();
      if (text === "") return;
      this.#problem.textContent = "";
      this.#text.value = "";
      this.#fit();
      onText(text);
    });
    this.#text.addEventListener("input", () => this.#fit());
    this.#text.addEventListener("keydown", (event) => {
      // While an input method composes, Enter chooses a character.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || this.#touch.matches) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
  }

  show(me: string): void {
    this.#me.textContent = me;
    if (!this.#form.hidden) return;
    this.#form.hidden = false;
    if (!this.#touch.matches) this.#text.focus();
  }

  /** Gives a refused text back, unless something new is being written. */
  giveBack(text: string, problem: string): void {
    this.#problem.textContent = problem;
    if (this.#text.value === "") this.#text.value = text;
    this.#fit();
  }

  /** As high as its text, up to what the style sheet allows. */
  #fit(): void {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight + this.#text.offsetHeight - this.#text.clientHeight}px`;
  }
}
