import { InvalidCloseReasonError, show } from "./errors.js";

/** The close codes that have a meaning of their own (RFC 6455 section 7.4.1, and the registry it founds). Ktor: `CloseReason.Codes`. */
const Codes = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  CANNOT_ACCEPT: 1003,
  /** Only ever reported: the peer's Close had no code. */
  NO_STATUS: 1005,
  /** Only ever reported: the connection was lost without a Close. */
  CLOSED_ABNORMALLY: 1006,
  NOT_CONSISTENT: 1007,
  VIOLATED_POLICY: 1008,
  TOO_BIG: 1009,
  NO_EXTENSION: 1010,
  INTERNAL_ERROR: 1011,
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
} as const;

type KnownReason = keyof typeof Codes;

const NAMES: ReadonlyMap<number, KnownReason> = new Map(
  Object.entries(Codes).map(([name, code]) => [code, name as KnownReason]),
);

/** The longest message in UTF-8 bytes: a control frame holds 125, two of them the code. */
const LONGEST_MESSAGE = 123;

const encoder = new TextEncoder();

/**
 * Why a session ended: a code and a message for people. Ktor: `CloseReason`.
 *
 * ```ts
 * await session.close(new CloseReason(4001, "Room is full"));
 * await session.close(CloseReason.normal("Bye"));
 * ```
 */
export class CloseReason {
  static readonly Codes: typeof Codes = Codes;

  /** @throws InvalidCloseReasonError (`INVALID_CLOSE_REASON`) when `code` is no integer from 0 to 65535 or `message` has over 123 UTF-8 bytes. */
  constructor(
    readonly code: number,
    readonly message: string = "",
  ) {
    if (!Number.isInteger(code) || code < 0 || code > 0xffff) {
      throw new InvalidCloseReasonError(`A close code is an integer from 0 to 65535, got ${show(code)}`);
    }
    if (typeof message !== "string") {
      throw new InvalidCloseReasonError(`A close message is a string, got ${show(message)}`);
    }
    if (message.length > LONGEST_MESSAGE / 3) {
      const size = encoder.encode(message).length;
      if (size > LONGEST_MESSAGE) {
        throw new InvalidCloseReasonError(`A close message has at most ${LONGEST_MESSAGE} UTF-8 bytes, got ${size}`);
      }
    }
  }

  /** The name of the code among `CloseReason.Codes`, or `null` for one that has none there. */
  get knownReason(): KnownReason | null {
    return NAMES.get(this.code) ?? null;
  }

  toString(): string {
    const name = this.knownReason === null ? String(this.code) : `${this.code} ${this.knownReason}`;
    return this.message === "" ? name : `${name}: ${this.message}`;
  }

  /** A reason whose message is cut, between characters, to what fits. */
  static brief(code: number, message: string): CloseReason {
    const { read } = encoder.encodeInto(message, new Uint8Array(LONGEST_MESSAGE));
    return new CloseReason(code, message.slice(0, read));
  }

  static normal(message = ""): CloseReason {
    return new CloseReason(Codes.NORMAL, message);
  }

  static goingAway(message = ""): CloseReason {
    return new CloseReason(Codes.GOING_AWAY, message);
  }

  static violatedPolicy(message = ""): CloseReason {
    return new CloseReason(Codes.VIOLATED_POLICY, message);
  }

  static internalError(message = ""): CloseReason {
    return new CloseReason(Codes.INTERNAL_ERROR, message);
  }

  static tryAgainLater(message = ""): CloseReason {
    return new CloseReason(Codes.TRY_AGAIN_LATER, message);
  }
}

/**
 * Whether a code may stand in a Close frame: 1000–1014 without 1004, 1005 and 1006, and 3000–4999
 * (RFC 6455 section 7.4; 1012 to 1014 were registered later).
 */
export function isSendableCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}

/**
 * Lets a reason pass that a Close frame can say; 1005, "no code", is said by an empty one.
 *
 * @throws InvalidCloseReasonError (`INVALID_CLOSE_REASON`) for anything else.
 */
export function checkSendable(reason: CloseReason): void {
  if (!(reason instanceof CloseReason)) {
    throw new InvalidCloseReasonError(`A session is closed with a CloseReason, got ${show(reason)}`);
  }
  if (reason.code === Codes.NO_STATUS || isSendableCloseCode(reason.code)) return;
  throw new InvalidCloseReasonError(`The close code ${reason.code} must not be sent (RFC 6455 section 7.4)`);
}
