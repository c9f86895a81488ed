import type { Frame } from "@sluice/server";
import { webSocketExtension } from "@sluice/server";

export interface FrameLoggerConfig {
  /** Default: the console. */
  readonly log?: (line: string) => void;
}

/**
 * Logs the data frames of a session, as the handler sends and gets them. It changes nothing, so nobody has to agree to it:
 * it offers no protocol, and is in every session.
 */
export const FrameLogger = webSocketExtension({
  key: "frame-logger",
  install({ log = console.log }: FrameLoggerConfig) {
    const note = (direction: string, frame: Frame.Data): Frame.Data => {
      log(`${direction} ${frame.type} of ${frame.data.length} bytes`);
      return frame;
    };
    return () => ({
      processOutgoingFrame: (frame) => note("->", frame),
      processIncomingFrame: (frame) => note("<-", frame),
    });
  },
});
