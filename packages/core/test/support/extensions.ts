import type { WebSocketExtension, WebSocketExtensionDefinition } from "../../src/extension/contract.js";
import { webSocketExtension } from "../../src/extension/contract.js";
import type { ActiveExtension } from "../../src/extension/negotiation.js";
import { Frame } from "../../src/frame.js";

type Traits = Partial<
  Pick<WebSocketExtensionDefinition<object, WebSocketExtension>, "rsv1" | "rsv2" | "rsv3" | "unit">
>;
type Hook = WebSocketExtension["processIncomingFrame"];

/** An extension at work, made of its hooks; without one, frames stay as they are. */
export function active(
  key: string,
  hooks: Partial<Omit<WebSocketExtension, "processIncomingFrame" | "processOutgoingFrame">> & {
    readonly out?: Hook;
    readonly in?: Hook;
  },
  traits: Traits = {},
): ActiveExtension {
  const { out = asItIs, in: incoming = asItIs, ...rest } = hooks;
  const extension: WebSocketExtension = { ...rest, processOutgoingFrame: out, processIncomingFrame: incoming };
  const factory = webSocketExtension({ key, ...traits, install: () => () => extension });
  return { factory, extension };
}

/** Marks what it saw, in and out: `hi` becomes `hi<a` going out and `hi>a` coming in. */
export function marking(key: string, traits: Traits = {}): ActiveExtension {
  return active(key, { out: (frame) => marked(frame, `<${key}`), in: (frame) => marked(frame, `>${key}`) }, traits);
}

/** A frame with more text behind it, and its bits. */
export function marked(frame: Frame.Data, mark: string): Frame.Data {
  return new Frame.Text(Buffer.concat([frame.data, Buffer.from(mark)]), frame);
}

/** A hook whose frames wait until the test lets them go, in whatever order. */
export class SlowHook {
  readonly seen: string[] = [];
  readonly #open: { readonly go: () => void; readonly fail: (error: unknown) => void }[] = [];

  readonly hook: Hook = (frame) => {
    this.seen.push(Buffer.from(frame.data).toString());
    return new Promise((resolve, reject) => {
      this.#open.push({ go: () => resolve(frame), fail: reject });
    });
  };

  /** The oldest frame that waits goes on. */
  go(): void {
    this.#next().go();
  }

  fail(error: unknown): void {
    this.#next().fail(error);
  }

  #next(): { readonly go: () => void; readonly fail: (error: unknown) => void } {
    const next = this.#open.shift();
    if (next === undefined) throw new Error("No frame waits in the hook");
    return next;
  }
}

function asItIs(frame: Frame.Data): Frame.Data {
  return frame;
}
