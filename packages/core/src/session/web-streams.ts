import type { ReceiveChannel } from "../channel/receive-channel.js";
import { ClosedSendChannelError } from "../errors.js";
import type { Frame } from "../frame.js";
import { unobtrusive } from "../rejection.js";
import type { Outcome } from "./ending.js";
import type { WebSocketSession } from "./session.js";

/** Text as a string, a binary message as its bytes. */
type Message = string | Uint8Array;

/** A stream of what a channel of whole messages brings. It takes a message only when its reader waits for one. */
export function readableMessages(incoming: ReceiveChannel<Frame>): ReadableStream<Message> {
  return new ReadableStream<Message>(
    {
      async pull(controller) {
        const next = await incoming.receiveCatching();
        if (next.ok) controller.enqueue(next.value.type === "text" ? next.value.readText() : next.value.data);
        else if (next.cause === undefined) controller.close();
        else controller.error(next.cause);
      },
      cancel: (reason) => incoming.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** A stream of what a session sends, one message at a time. */
export class WritableMessages {
  readonly stream: WritableStream<Message>;
  #controller: WritableStreamDefaultController | undefined;
  /** Whether the stream itself ends the session, and so needs not be told. */
  #ending = false;

  constructor(session: Pick<WebSocketSession, "send" | "flush" | "close" | "closeExceptionally">) {
    const stream = new WritableStream<Message>({
      start: (controller) => {
        this.#controller = controller;
        const { signal } = controller;
        const aborted = (): void => {
          this.#ending = true;
          void session.closeExceptionally(signal.reason);
        };
        // The sink's `abort` is too late: it comes behind the write under way, which may wait for a peer that does not read.
        signal.addEventListener("abort", aborted, { once: true });
      },
      write: (message) => session.send(message),
      close: () => {
        this.#ending = true;
        return session.close();
      },
      abort: () => session.flush(),
    });
    this.stream = harmless(stream);
  }

  /** Nothing more can be sent: whoever holds the stream learns it now, with the session's error if there is one. */
  end({ throws, cause }: Outcome): void {
    if (!this.#ending) this.#controller?.error(throws ? cause : new ClosedSendChannelError());
  }
}

/** As with `send`, whoever writes need not await it: a rejection that nobody looks at harms nobody. */
function harmless(stream: WritableStream<Message>): WritableStream<Message> {
  const getWriter = stream.getWriter.bind(stream);
  stream.getWriter = () => {
    const writer = getWriter();
    const write = writer.write.bind(writer);
    const close = writer.close.bind(writer);
    writer.write = (message) => looked(write(message));
    writer.close = () => looked(close());
    return writer;
  };
  return stream;
}

function looked(promise: Promise<void>): Promise<void> {
  unobtrusive(promise);
  return promise;
}
