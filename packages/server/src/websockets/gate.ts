import type { Platform, Timer } from "@sluice/core";
import { CancelledError, SluiceError } from "@sluice/core";
import type { HandshakeRefusal, HeaderField } from "../handshake/refusal.js";
import { refuse } from "../handshake/refusal.js";
import { printRefusal } from "../handshake/response.js";
import type { Logger } from "../observability/logger.js";
import { report } from "../observability/logger.js";
import type { Authenticate, AuthenticateCall } from "./gate-call.js";
import type { SessionRegistry } from "./session-registry.js";

/** `authenticate` did not decide in time. It is logged, and the reason of its `call.signal`. */
export class AuthenticateTimeoutError extends SluiceError {
  readonly code = "AUTHENTICATE_TIMEOUT";

  constructor(
    /** The route: `webSocket(/chat)`. */
    readonly route: string,
    /** Milliseconds. */
    readonly timeout: number,
  ) {
    super(`authenticate of ${route} did not decide within ${timeout} ms (authenticateTimeout)`);
  }
}

/** `authenticate` gave what is no decision. It is logged. */
export class InvalidAuthenticateAnswerError extends SluiceError {
  readonly code = "INVALID_AUTHENTICATE_ANSWER";

  constructor(
    readonly route: string,
    problem: string,
  ) {
    super(`authenticate of ${route} must give nothing, true, false or { status, headers, body }: ${problem}`);
  }
}

/** What a gate needs to know. */
export interface GateOptions {
  readonly authenticate: Authenticate;
  readonly call: AuthenticateCall;
  /** Milliseconds. */
  readonly timeout: number;
  readonly platform: Platform;
  readonly log: Logger;
  /** Where it counts as a session. */
  readonly sessions: Pick<SessionRegistry, "enter">;
  /** The route, for messages. */
  readonly where: string;
}

/** A handshake that waits for its route's `authenticate`. Until it is decided it counts as a session. */
export class Gate {
  readonly #options: GateOptions;
  #decided: ((refusal: HandshakeRefusal | undefined) => void) | undefined;
  #leave: () => void = () => undefined;
  #timer: Timer | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Asks; `decided` is called once, with what refuses the handshake if something does, unless it is abandoned before. */
  ask(decided: (refusal: HandshakeRefusal | undefined) => void): void {
    const { sessions, platform, timeout, where, log } = this.#options;
    this.#decided = decided;
    this.#leave = sessions.enter(() => {
      this.#decide(refuse(503, "The server is stopping"), new CancelledError("The server is stopping"));
    });
    this.#timer = platform.setTimer(timeout, () => {
      const error = new AuthenticateTimeoutError(where, timeout);
      report(log, error, `authenticate of ${where} took too long`);
      this.#decide(refuse(503, "The server took too long to decide"), error);
    });
    void this.#run();
  }

  /** The client has gone: nobody waits for the answer. */
  abandon(): void {
    this.#decided = this.#decided && (() => undefined);
    this.#decide(undefined, new CancelledError("The client has gone"));
  }

  async #run(): Promise<void> {
    const { authenticate, call, log, where } = this.#options;
    let refusal: HandshakeRefusal | undefined;
    try {
      refusal = refusalOf(await authenticate(call), call, where);
    } catch (error) {
      // What fails behind the decision mostly fails for it: its signal aborted.
      if (this.#decided === undefined) return;
      report(log, error, `authenticate of ${where} failed`);
      refusal = refuse(500, "The server failed");
    }
    this.#decide(refusal);
  }

  /** The first decision counts. */
  #decide(refusal: HandshakeRefusal | undefined, reason?: Error): void {
    const decided = this.#decided;
    if (decided === undefined) return;
    this.#decided = undefined;
    this.#timer?.cancel();
    this.#leave();
    this.#options.call.decided(reason);
    decided(refusal);
  }
}

/** What an answer of `authenticate` refuses with, if it does. @throws for one that cannot be sent. */
function refusalOf(answer: unknown, call: AuthenticateCall, where: string): HandshakeRefusal | undefined {
  if (answer === undefined || answer === true) return undefined;
  const fields = call.response.headers.fields;
  if (answer === false) return refuse(403, "Forbidden", fields);
  if (typeof answer !== "object" || answer === null || !("status" in answer)) {
    throw new InvalidAuthenticateAnswerError(
      where,
      `got ${answer === null ? "null" : `a value of type ${typeof answer}`}`,
    );
  }
  const { status, headers, body = "" } = answer as { status: unknown; headers?: unknown; body?: unknown };
  if (typeof status !== "number") throw new InvalidAuthenticateAnswerError(where, "the status is no number");
  if (typeof body !== "string") throw new InvalidAuthenticateAnswerError(where, "the body is no text");
  const refusal: HandshakeRefusal = {
    kind: "refused",
    status,
    headers: [...fields, ...fieldsOf(headers, where)],
    reason: `authenticate of ${where} refused`,
    body,
  };
  // Whatever cannot be sent throws here, where it is logged.
  printRefusal(refusal);
  return refusal;
}

function fieldsOf(headers: unknown, where: string): readonly HeaderField[] {
  if (headers === undefined) return [];
  if (typeof headers !== "object" || headers === null) {
    throw new InvalidAuthenticateAnswerError(where, "the headers are no object");
  }
  const pairs: readonly unknown[] =
    Symbol.iterator in headers ? [...(headers as Iterable<unknown>)] : Object.entries(headers);
  return pairs.map((pair) => {
    if (isField(pair)) return pair;
    throw new InvalidAuthenticateAnswerError(where, "a header is not a name and text");
  });
}

function isField(pair: unknown): pair is HeaderField {
  return Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === "string");
}
