import type { Message } from "./conversation.js";

/** Messages that come by a callback, to be waited for one by one. */
export class Incoming {
  readonly #messages: Message[] = [];
  #end: Error | undefined;
  #wake = (): void => {};

  put(message: Message): void {
    this.#messages.push(message);
    this.#wake();
  }

  /** None comes any more. */
  end(why: string): void {
    this.#end = new Error(why);
    this.#wake();
  }

  async next(): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      if (this.#end !== undefined) throw this.#end;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
