import { SluiceError } from "../errors.js";

/** Two extensions cannot be installed together: both own a reserved bit, or they are the same one. */
export class ExtensionConflictError extends SluiceError {
  readonly code = "EXTENSION_CONFLICT";

  constructor(
    /** The keys of the two. */
    readonly first: string,
    readonly second: string,
    /** What both claim: `"RSV1"`, or `"key"`. */
    readonly claim: "key" | "RSV1" | "RSV2" | "RSV3",
  ) {
    super(
      claim === "key"
        ? `The extension ${first} is installed twice`
        : `The extensions ${first} and ${second} both own ${claim}`,
    );
  }
}

/** `session.extension(X)`, and X is not in use in this session. */
export class ExtensionNotNegotiatedError extends SluiceError {
  readonly code = "EXTENSION_NOT_NEGOTIATED";

  constructor(
    /** The key of the extension. */
    readonly key: string,
  ) {
    super(`The extension ${key} is not in use in this session`);
  }
}

/**
 * The answer in `Sec-WebSocket-Extensions` is none: an extension of a server names what was not offered, or the answer that
 * a client got holds what none of its extensions takes (RFC 6455 section 9.1).
 */
export class InvalidExtensionAnswerError extends SluiceError {
  readonly code = "INVALID_EXTENSION_ANSWER";

  constructor(
    /** The name in the answer. */
    readonly extension: string,
    problem: string,
  ) {
    super(`Sec-WebSocket-Extensions: ${extension} ${problem}`);
  }
}

/** A hook of an extension gave what is no data frame. Ends the session with 1011. */
export class InvalidExtensionFrameError extends SluiceError {
  readonly code = "INVALID_EXTENSION_FRAME";
  override readonly closeCode = 1011;

  constructor(
    /** The key of the extension. */
    readonly key: string,
    problem: string,
  ) {
    super(`The extension ${key} ${problem}`);
  }
}
