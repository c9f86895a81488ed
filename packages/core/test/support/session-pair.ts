import type { Codec } from "@sluice/codec-wasm";
import { RetainedBytes } from "../../src/protocol/limits.js";
import { DefaultSession } from "../../src/session/default-session.js";
import type { SessionSettings } from "../../src/session/session-options.js";
import { memoryTransports } from "../../src/testing/memory-transport.js";
import { FakePlatform } from "./fake-platform.js";
import { SETTINGS } from "./session-harness.js";

/** A client's session and a server's, each the other's peer, on memory. */
export class SessionPair {
  readonly platform = new FakePlatform();
  readonly retained = new RetainedBytes(64 << 20);
  readonly client: DefaultSession;
  readonly server: DefaultSession;

  constructor(
    codec: Codec,
    options: {
      readonly client?: Partial<SessionSettings>;
      readonly server?: Partial<SessionSettings>;
      /** Bytes that may be under way. */
      readonly capacity?: number;
    } = {},
  ) {
    const { platform, retained } = this;
    const { capacity } = options;
    const [one, other] = memoryTransports({ codec, platform, ...(capacity === undefined ? {} : { capacity }) });
    const shared = { codec, platform, retained };
    const settings = { ...SETTINGS, masking: true, ...options.client };
    this.client = new DefaultSession({ ...shared, role: "client", settings }, one);
    this.server = new DefaultSession(
      { ...shared, role: "server", settings: { ...SETTINGS, ...options.server } },
      other,
    );
  }
}
