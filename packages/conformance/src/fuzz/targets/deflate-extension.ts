import type { InstalledWebSocketExtension, WebSocketExtension, WebSocketExtensionHeader } from "@sluice/core";
import { Frame, webSocketExtension } from "@sluice/core";
import type { NegotiationOptions } from "@sluice/deflate";
import { negotiate, PERMESSAGE_DEFLATE, ZlibCompression } from "@sluice/deflate";

/**
 * permessage-deflate as an extension of core's contract, which is all that the targets know of it.
 *
 * It stands in for `WebSocketDeflate` of `@sluice/deflate` and goes when there is one.
 */
export const deflateExtension: (options?: NegotiationOptions) => InstalledWebSocketExtension = webSocketExtension({
  key: PERMESSAGE_DEFLATE,
  rsv1: true,
  unit: "message",
  install(options: NegotiationOptions): () => WebSocketExtension {
    const compression = new ZlibCompression();
    return () => new MessageDeflate(compression, options);
  },
});

class MessageDeflate implements WebSocketExtension {
  readonly protocols: readonly WebSocketExtensionHeader[] = [{ name: PERMESSAGE_DEFLATE, parameters: [] }];
  readonly #compression: ZlibCompression;
  readonly #options: NegotiationOptions;
  #maxSize = 0;
  #inflater: ReturnType<ZlibCompression["inflater"]> | undefined;
  #deflater: ReturnType<ZlibCompression["deflater"]> | undefined;

  constructor(compression: ZlibCompression, options: NegotiationOptions) {
    this.#compression = compression;
    this.#options = options;
  }

  serverNegotiation(requested: readonly WebSocketExtensionHeader[]): readonly WebSocketExtensionHeader[] {
    const answer = negotiate(requested, this.#options);
    if (answer.kind === "decline") return [];
    const { negotiated } = answer;
    const takeover = { client: !negotiated.clientNoContextTakeover, server: !negotiated.serverNoContextTakeover };
    this.#inflater = this.#compression.inflater({
      windowBits: negotiated.clientMaxWindowBits,
      contextTakeover: takeover.client,
    });
    this.#deflater = this.#compression.deflater({
      windowBits: negotiated.serverMaxWindowBits,
      contextTakeover: takeover.server,
    });
    return [answer.header];
  }

  open({ maxFrameSize }: { readonly maxFrameSize: number }): void {
    this.#maxSize = maxFrameSize;
  }

  processOutgoingFrame(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    return later(this.#deflater?.deflate(frame.data) ?? frame.data, (bytes) => remade(frame, bytes, true));
  }

  processIncomingFrame(frame: Frame.Data): Frame.Data | Promise<Frame.Data> {
    if (!frame.rsv1) return frame;
    return later(this.#inflater?.inflate(frame.data, this.#maxSize) ?? frame.data, (bytes) =>
      remade(frame, bytes, false),
    );
  }

  close(): void {
    this.#inflater?.close();
    this.#deflater?.close();
  }
}

function later<Value, Result>(value: Value | Promise<Value>, then: (value: Value) => Result): Result | Promise<Result> {
  return value instanceof Promise ? value.then(then) : then(value);
}

function remade(frame: Frame.Data, bytes: Uint8Array, rsv1: boolean): Frame.Data {
  return frame.type === "text" ? new Frame.Text(bytes, { rsv1 }) : new Frame.Binary(bytes, { rsv1 });
}
