import type { InstalledWebSocketExtension, WebSocketExtension, WebSocketExtensionHeader } from "../../src/index.js";
import { Frame, webSocketExtension } from "../../src/index.js";

const NAME = "x-xor";

/** Changes the bytes of messages with a key of one byte that both sides agree on, and marks them with RSV2. */
class XorExtension implements WebSocketExtension {
  readonly protocols: readonly WebSocketExtensionHeader[];
  key = 0;
  readonly #later: boolean;

  constructor(key: number, later: boolean) {
    this.protocols = [{ name: NAME, parameters: [{ name: "key", value: String(key) }] }];
    this.#later = later;
  }

  serverNegotiation(requested: readonly WebSocketExtensionHeader[]): readonly WebSocketExtensionHeader[] {
    return requested.filter((offer) => this.#take(offer)).slice(0, 1);
  }

  clientNegotiation([answer]: readonly WebSocketExtensionHeader[]): boolean {
    return answer !== undefined && this.#take(answer);
  }

  processOutgoingFrame(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    return this.#made(this.#changed(frame, true));
  }

  processIncomingFrame(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    return this.#made(frame.rsv2 ? this.#changed(frame, false) : frame);
  }

  #take({ name, parameters }: WebSocketExtensionHeader): boolean {
    const key = Number(parameters.find((parameter) => parameter.name === "key")?.value);
    if (name !== NAME || !(key >= 1 && key <= 255)) return false;
    this.key = key;
    return true;
  }

  #changed(frame: Frame.Data, rsv2: boolean): Frame.Data {
    const data = frame.data.map((byte) => byte ^ this.key);
    const options = { fin: frame.fin, rsv2 };
    return frame.type === "text" ? new Frame.Text(data, options) : new Frame.Binary(data, options);
  }

  #made(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    return this.#later ? new Promise((resolve) => setImmediate(() => resolve(frame))) : frame;
  }
}

/** `key`: what a client offers. `later`: whether the work takes a turn of the event loop. */
export const Xor = webSocketExtension({
  key: "xor",
  rsv2: true,
  install:
    ({ key = 42, later = false }: { readonly key?: number; readonly later?: boolean }) =>
    () =>
      new XorExtension(key, later),
});

export function xored(text: string, key: number): Buffer {
  return Buffer.from(Buffer.from(text).map((byte) => byte ^ key));
}

/** An extension whose negotiation fails. */
export function failing(error: Error): InstalledWebSocketExtension {
  const negotiate = (): never => {
    throw error;
  };
  const Failing = webSocketExtension({
    key: "failing",
    install: () => (): WebSocketExtension => ({
      protocols: [{ name: "x-failing", parameters: [] }],
      serverNegotiation: negotiate,
      clientNegotiation: negotiate,
      processIncomingFrame: (frame) => frame,
      processOutgoingFrame: (frame) => frame,
    }),
  });
  return Failing();
}
