import { find, make } from "./elements.js";
import { inkOf } from "./ink.js";

/** Who is online. */
export class People {
  readonly #list = find(".people ul", HTMLUListElement);
  readonly #counts = document.querySelectorAll(".people-count");
  #names: readonly string[] = [];
  #me: string | undefined;

  show(names: readonly string[]): void {
    this.#names = names;
    this.#render();
  }

  /** Marks one of the names as the reader's own. */
  markMe(name: string | undefined): void {
    this.#me = name;
    this.#render();
  }

  #render(): void {
    for (const count of this.#counts) count.textContent = String(this.#names.length);
    this.#list.replaceChildren(
      ...this.#names.map((name) => {
        const item = make("li", "person");
        item.dataset["ink"] = inkOf(name);
        item.append(make("bdi", "name", name));
        if (name === this.#me) item.append(" ", make("span", "you", "you"));
        return item;
      }),
    );
  }
}
