import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { finished } from "node:stream";

/** Responses that are not through yet. */
export class PendingResponses {
  readonly #responses = new Set<ServerResponse>();
  #emptied: () => void = () => undefined;

  /** Holds a response until it is through, in whatever way. */
  add(response: ServerResponse): void {
    this.#responses.add(response);
    finished(response, () => {
      this.#responses.delete(response);
      if (this.#responses.size === 0) this.#emptied();
    });
  }

  /** Whether an earlier request of the connection still waits for its answer, which must not be mixed with another. */
  isOn(socket: Socket): boolean {
    for (const response of this.#responses) if (response.req.socket === socket) return true;
    return false;
  }

  /** Resolves when there is none any more. Is called once. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied = resolve;
      if (this.#responses.size === 0) resolve();
    });
  }
}
