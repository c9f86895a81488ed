import type { Application } from "./application.js";
import type { ApplicationRequest } from "./call.js";
import { ApplicationCall } from "./call.js";

export interface ResponseOptions {
  /** Default 200. */
  readonly status?: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an engine is told to answer. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** A call that is answered with an HTTP response. Ktor: `ApplicationCall`, its responding side. */
export class HttpCall<Parameters = unknown> extends ApplicationCall<Parameters> {
  #response: HttpResponse | undefined;

  constructor(application: Application, request: ApplicationRequest, parameters: Parameters) {
    super(application, request, parameters);
  }

  /** What the handler answered. @internal */
  get response(): HttpResponse | undefined {
    return this.#response;
  }

  /** Answers with text. `contentType` is plain text in UTF-8 by default. */
  respondText(text: string, options: ResponseOptions = {}): void {
    this.#respond(text, options, "text/plain; charset=utf-8");
  }

  /** Answers with bytes. `contentType` is `application/octet-stream` by default. */
  respondBytes(bytes: Uint8Array, options: ResponseOptions = {}): void {
    this.#respond(bytes, options, "application/octet-stream");
  }

  #respond(body: string | Uint8Array, options: ResponseOptions, contentType: string): void {
    if (this.#response !== undefined) throw new Error("The call was answered before");
    const { status = 200, headers = {} } = options;
    this.#response = { status, headers: { "content-type": options.contentType ?? contentType, ...headers }, body };
  }
}
