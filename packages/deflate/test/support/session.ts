import type { Frame, InstalledWebSocketExtension, WebSocketExtensionHeader } from "@sluice/core";
import { acceptedExtensions, extensionOffers, negotiateExtensions, parseWebSocketExtensions } from "@sluice/core";
import type { WebSocketDeflateExtension } from "../../src/index.js";

export type Installed = InstalledWebSocketExtension<WebSocketDeflateExtension>;

/** One side of a session, as the core drives it: one frame at a time each way. */
export class Side {
  readonly extension: WebSocketDeflateExtension;
  /** May be changed while the session lives. */
  readonly session: { readonly role: "server" | "client"; maxFrameSize: number };

  constructor(role: "server" | "client", extension: WebSocketDeflateExtension, maxFrameSize: number) {
    this.extension = extension;
    this.session = { role, maxFrameSize };
    extension.open?.(this.session);
  }

  send(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    return this.extension.processOutgoingFrame(frame);
  }

  receive(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    return this.extension.processIncomingFrame(frame);
  }

  close(): void {
    this.extension.close?.();
  }
}

export interface Session {
  readonly server: Side;
  readonly client: Side;
  close(): void;
}

/** Both sides of a session, after the handshake. */
export function connect(server: Installed, client: Installed, maxFrameSize: number = 2 ** 20): Session {
  const candidate = { factory: client.factory, extension: client.create() };
  const agreement = negotiateExtensions([server], extensionOffers([candidate]));
  const [accepted] = acceptedExtensions([candidate], agreement.answer);
  const [active] = agreement.active;
  if (accepted === undefined || active === undefined) throw new Error("permessage-deflate was not agreed on");
  const sides = {
    server: new Side("server", active.extension as WebSocketDeflateExtension, maxFrameSize),
    client: new Side("client", candidate.extension, maxFrameSize),
  };
  return {
    ...sides,
    close() {
      sides.server.close();
      sides.client.close();
    },
  };
}

/** The server's side of a session with a client that makes these offers. */
export function serve(server: Installed, offers: string, maxFrameSize: number = 2 ** 20): Side {
  const extension = server.create();
  if (answerTo(extension, offers).length === 0) throw new Error(`${offers} was declined`);
  return new Side("server", extension, maxFrameSize);
}

export function answerTo(extension: WebSocketDeflateExtension, offers: string): readonly WebSocketExtensionHeader[] {
  return extension.serverNegotiation?.(parseWebSocketExtensions(offers)) ?? [];
}

/** An error is a rejection, also where it is thrown. */
export async function outcome<T>(job: () => T | Promise<T>): Promise<T> {
  return job();
}
