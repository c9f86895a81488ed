import type { Writable } from "node:stream";

/* The types of ws leave out its receiver, which its entry point exports. */
declare module "ws" {
  export class Receiver extends Writable {
    constructor(options: { isServer: boolean; maxPayload: number; skipUTF8Validation: boolean });
  }
}
