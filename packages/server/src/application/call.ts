import { RequestHeaders } from "../handshake/headers.js";
import type { Application } from "./application.js";
import { Attributes } from "./attributes.js";

/** What an engine knows of a request. */
export interface RequestData {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly uri: string;
  /** `"1.1"`. */
  readonly httpVersion: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** The peer of the connection; behind a proxy that is the proxy. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
}

/** The request of a call. Ktor: `ApplicationRequest`. */
export class ApplicationRequest {
  readonly method: string;
  readonly uri: string;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  #headers: RequestHeaders | undefined;
  #queryParameters: URLSearchParams | undefined;

  constructor(data: RequestData) {
    this.method = data.method;
    this.uri = data.uri;
    this.httpVersion = data.httpVersion;
    this.rawHeaders = data.rawHeaders;
    this.remoteAddress = data.remoteAddress;
    this.remotePort = data.remotePort;
  }

  /** The path, still percent-encoded, without the query. */
  get path(): string {
    const query = this.uri.indexOf("?");
    return query === -1 ? this.uri : this.uri.slice(0, query);
  }

  get queryParameters(): URLSearchParams {
    const query = this.uri.indexOf("?");
    this.#queryParameters ??= new URLSearchParams(query === -1 ? "" : this.uri.slice(query + 1));
    return this.#queryParameters;
  }

  /** A header's value, its lines joined with `", "`; `undefined` where it is not there. `name` in any case. */
  header(name: string): string | undefined {
    this.#headers ??= new RequestHeaders(this.rawHeaders);
    return this.#headers.joined(name.toLowerCase());
  }
}

/** One request and what belongs to it. Ktor: `ApplicationCall`. */
export class ApplicationCall<Parameters = unknown> {
  readonly attributes: Attributes = new Attributes();

  constructor(
    readonly application: Application,
    readonly request: ApplicationRequest,
    /** The parameters of the route's path, decoded. */
    readonly parameters: Parameters,
  ) {}
}
