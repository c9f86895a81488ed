import { InvalidOptionError } from "@sluice/core";
import { InvalidHeaderError } from "../handshake/response.js";
import type { Application } from "./application.js";
import type { ApplicationRequest } from "./call.js";
import { ApplicationCall } from "./call.js";

/** How to answer, besides the body. */
export interface ResponseOptions {
  /** From 200 to 599. Default 200. */
  readonly status?: number;
  readonly contentType?: string;
  /** More headers. `Content-Length` and `Transfer-Encoding` are the server's own. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an engine is told to answer. */
export interface HttpResponse {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** A call that is answered with an HTTP response. Ktor: `ApplicationCall`, its responding side. */
export class HttpCall<Parameters = unknown> extends ApplicationCall<Parameters> {
  #response: HttpResponse | undefined;

  /** @internal */
  constructor(application: Application, request: ApplicationRequest, parameters: Parameters) {
    super(application, request, parameters);
  }

  /** What the handler answered. @internal */
  get response(): HttpResponse | undefined {
    return this.#response;
  }

  /**
   * Answers with text, in UTF-8. `contentType` is plain text by default.
   *
   * @throws InvalidOptionError (`INVALID_OPTION`) for a status that is no answer.
   * @throws InvalidHeaderError (`INVALID_HEADER`) for a header that is the server's own.
   */
  respondText(text: string, options: ResponseOptions = {}): void {
    this.#respond(text, options, "text/plain; charset=utf-8");
  }

  /** Answers with bytes. `contentType` is `application/octet-stream` by default. Throws as `respondText`. */
  respondBytes(bytes: Uint8Array, options: ResponseOptions = {}): void {
    this.#respond(bytes, options, "application/octet-stream");
  }

  #respond(body: string | Uint8Array, options: ResponseOptions, contentType: string): void {
    if (this.#response !== undefined) throw new Error("The call was answered before");
    const { status = 200 } = options;
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new InvalidOptionError("status", status, "a whole number from 200 to 599");
    }
    const headers: Record<string, string> = { "content-type": options.contentType ?? contentType };
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      const key = name.toLowerCase();
      if (OWN_HEADERS.has(key)) throw new InvalidHeaderError(name, "is set by the server itself");
      headers[key] = value;
    }
    this.#response = { status, headers, body };
  }
}

const OWN_HEADERS: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"]);
