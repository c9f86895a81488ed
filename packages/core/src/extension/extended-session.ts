import type { Role } from "@sluice/codec-wasm";
import type { WebSocketExtensionSession } from "./contract.js";

/** A session as its extensions see it. A class: the engine finds the bound of each session in the same place, message after message. */
export class ExtendedSession implements WebSocketExtensionSession {
  readonly role: Role;
  readonly #connection: { readonly limits: { readonly maxFrameSize: number } };

  constructor(role: Role, connection: { readonly limits: { readonly maxFrameSize: number } }) {
    this.role = role;
    this.#connection = connection;
  }

  get maxFrameSize(): number {
    return this.#connection.limits.maxFrameSize;
  }
}
