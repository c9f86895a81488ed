import { ApplicationCall } from "../application/call.js";
import type { HeaderField } from "../handshake/refusal.js";
import { ResponseHeaders } from "../handshake/response-headers.js";

/** A response in place of a session. */
export interface AuthenticateRefusal {
  /** From 200 to 599. */
  readonly status: number;
  /** `{ Location: "/login" }`, or pairs, where a name appears twice. They go out behind those of `call.response`. */
  readonly headers?: Readonly<Record<string, string>> | Iterable<HeaderField>;
  /** Text, in UTF-8. `Content-Type` is plain text unless `headers` say otherwise. Default: none. */
  readonly body?: string;
}

/**
 * What `authenticate` decides: nothing or `true` goes on to the session; `false` is 403; an object is the response.
 * Anything else is a mistake, which nobody passes: 500.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: it is what a function without `return` gives
export type AuthenticateAnswer = boolean | void | AuthenticateRefusal;

/**
 * Decides about a request for a WebSocket before it is answered with 101. The handshake itself is fine by then, and its
 * origin allowed. What it puts into `call.attributes`, the handler finds in `session.call`; headers that it adds to
 * `call.response` go out with whatever the answer is. What the client sends meanwhile is kept for the session.
 *
 * ```ts
 * routing.webSocket("/account", {
 *   authenticate: async (call) => {
 *     const user = await users.find(call.request.header("authorization"));
 *     if (user === undefined) return { status: 401, headers: { "WWW-Authenticate": "Bearer" } };
 *     call.attributes.put(USER, user);
 *     call.response.headers.append("Set-Cookie", `seen=${Date.now()}; HttpOnly`);
 *   },
 * }, handler);
 * ```
 *
 * When it throws, the answer is 500, without a word of the error, which is logged. When it takes longer than
 * `authenticateTimeout`, or the server stops, the answer is 503; when the client goes away or ends its side meanwhile,
 * there is none. In each of these three `call.signal` aborts, and what it decides later changes nothing.
 */
export type Authenticate<Parameters = unknown> = (
  call: AuthenticateCall<Parameters>,
) => AuthenticateAnswer | Promise<AuthenticateAnswer>;

/** The call of a handshake that is not answered yet. */
export class AuthenticateCall<Parameters = unknown> extends ApplicationCall<Parameters> {
  /** What goes out with the answer, whatever it is. */
  readonly response: { readonly headers: ResponseHeaders } = { headers: new ResponseHeaders() };
  #controller: AbortController | undefined;
  #reason: unknown;

  /** Aborts when the answer does not matter any more: hand it to what `authenticate` waits for, such as `fetch`. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** The answer is decided; with a reason, by others than `authenticate`. @internal */
  decided(reason?: Error): void {
    this.response.headers.seal();
    if (reason === undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
