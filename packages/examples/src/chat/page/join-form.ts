import { find } from "./elements.js";

/** Asks for a name. */
export class JoinForm {
  readonly #form = find(".join", HTMLFormElement);
  readonly #name = find("#name", HTMLInputElement);
  readonly #problem = find("#join-problem", HTMLElement);

  constructor(onName: (name: string) => void) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#problem.textContent = "";
      onName(this.#name.value);
    });
  }

  show(problem: string): void {
    this.#form.hidden = false;
    this.#problem.textContent = problem;
    this.#name.focus();
  }

  hide(): void {
    this.#form.hidden = true;
    this.#problem.textContent = "";
  }
}
