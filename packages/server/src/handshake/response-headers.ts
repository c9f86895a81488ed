import type { HeaderField } from "./refusal.js";
import { checkUpgradeHeader, InvalidHeaderError } from "./response.js";

/** Headers of an answer that was not sent yet. Ktor: `ResponseHeaders`. */
export class ResponseHeaders {
  readonly #fields: HeaderField[] = [];
  #sent = false;

  /** Those set so far, in order. */
  get fields(): readonly HeaderField[] {
    return this.#fields;
  }

  /**
   * Adds a header; one that is there already stays, and both go out.
   *
   * @throws InvalidHeaderError (`INVALID_HEADER`) for a name that is no token or is the server's own, for a value with a
   * line end or another character that no header may hold, and when the answer was sent.
   */
  append(name: string, value: string): void {
    if (this.#sent) throw new InvalidHeaderError(name, "comes too late: the answer was decided");
    checkUpgradeHeader(name, value);
    this.#fields.push([name, value]);
  }

  /** The answer is decided. @internal */
  seal(): void {
    this.#sent = true;
  }
}
