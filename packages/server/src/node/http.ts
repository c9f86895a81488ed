import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answer, failed, text } from "../application/answer.js";
import type { Application } from "../application/application.js";
import type { RequestData } from "../application/call.js";
import type { ConnectionData } from "../application/connection-point.js";
import type { TrustedProxies } from "../application/forwarded.js";
import type { HttpResponse } from "../application/http-call.js";
import { shared } from "./known-strings.js";
import type { TcpHandle } from "./tcp-handle.js";

export { text };

/** What the application needs to know of a request. */
export function requestData(message: IncomingMessage, application: Application): SocketRequest {
  return new SocketRequest(message, application.environment.proxies);
}

/** A request over a socket. Sessions keep theirs, so it holds little: the connection's own end is asked for where it is wanted. */
export class SocketRequest implements RequestData {
  readonly method: string;
  readonly uri: string;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly proxies: TrustedProxies | undefined;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  /** Where its own end is asked for. */
  #connection: Socket | TcpHandle;

  constructor(message: IncomingMessage, proxies: TrustedProxies | undefined) {
    const { socket } = message;
    this.method = message.method ?? "GET";
    this.uri = shared(message.url ?? "/");
    this.httpVersion = shared(message.httpVersion);
    this.rawHeaders = sharedHeaders(message);
    this.proxies = proxies;
    // Behind a proxy of the same machine, all have the same.
    this.remoteAddress = socket.remoteAddress && shared(socket.remoteAddress);
    this.remotePort = socket.remotePort;
    this.#connection = socket;
  }

  get secure(): boolean {
    return "encrypted" in this.#connection && this.#connection.encrypted === true;
  }

  get localAddress(): string | undefined {
    return this.local.localAddress;
  }

  get localPort(): number | undefined {
    return this.local.localPort;
  }

  /** The connection goes on without its socket, which nobody is to hold any more. */
  leaveSocket(handle: TcpHandle): void {
    this.#connection = handle;
  }

  private get local(): Pick<ConnectionData, "localAddress" | "localPort"> {
    const connection = this.#connection;
    if (connection instanceof EventEmitter) return connection;
    const name: Parameters<TcpHandle["getsockname"]>[0] = {};
    connection.getsockname(name);
    return { localAddress: name.address, localPort: name.port };
  }
}

/** In place of those of the message, which are the same. */
function sharedHeaders({ rawHeaders }: IncomingMessage): readonly string[] {
  for (let index = 0; index < rawHeaders.length; index++) rawHeaders[index] = shared(rawHeaders[index] as string);
  return rawHeaders;
}

/** Answers an ordinary request; 500 where that fails, which is logged. Never rejects. */
export async function answerRequest(
  application: Application,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const data = requestData(message, application);
  try {
    send(response, await answer(application, data));
  } catch (error) {
    const failure = failed(application, data, error);
    if (response.headersSent) response.destroy();
    else send(response, failure);
  }
}

/** Sends a whole response. `Content-Length` is that of the body, which itself is left out where the method is HEAD. */
export function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  // These two never have a body, and 204 no Content-Length either (RFC 9110 section 8.6).
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, bodiless ? headers : { ...headers, "content-length": Buffer.byteLength(body) });
  if (bodiless) response.end();
  else response.end(body);
}
