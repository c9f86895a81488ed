import type { IncomingMessage, ServerResponse } from "node:http";
import type { Application } from "../application/application.js";
import type { RequestData } from "../application/call.js";
import { ApplicationRequest } from "../application/call.js";
import type { HttpResponse } from "../application/http-call.js";
import { HttpCall } from "../application/http-call.js";
import { readHandshake } from "../handshake/request.js";
import { report } from "../observability/logger.js";
import type { HttpRoute } from "../routing/entry.js";

/** What the application needs to know of a request. */
export function requestData(message: IncomingMessage): RequestData {
  return {
    method: message.method ?? "GET",
    uri: message.url ?? "/",
    httpVersion: message.httpVersion,
    rawHeaders: message.rawHeaders,
    remoteAddress: message.socket.remoteAddress,
    remotePort: message.socket.remotePort,
  };
}

/**
 * Answers an ordinary request. A WebSocket route that is asked without an upgrade says what it wants instead. Never
 * rejects.
 */
export async function answerRequest(
  application: Application,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const data = requestData(message);
  const request = new ApplicationRequest(data);
  try {
    send(response, await answer(application, data, request));
  } catch (error) {
    report(application.log, error, `The handler of ${request.method} ${request.path} failed`);
    if (response.headersSent) response.destroy();
    else send(response, text(500, "The server failed"));
  }
}

/** A response of the server's own. */
export function text(status: number, reason: string, headers: HttpResponse["headers"] = {}): HttpResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body: `${reason}\n` };
}

/** Sends a whole response. `Content-Length` is that of the body, which itself is left out where the method is HEAD. */
export function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  // These two never have a body, and 204 no Content-Length either (RFC 9110 section 8.6).
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, bodiless ? headers : { ...headers, "content-length": Buffer.byteLength(body) });
  if (bodiless) response.end();
  else response.end(body);
}

async function answer(application: Application, data: RequestData, request: ApplicationRequest): Promise<HttpResponse> {
  const matches = application.router.find(request.path);
  if (matches === undefined) return text(400, "The path is malformed");
  for (const { route, parameters } of matches) {
    if (route.kind !== "http" || !answers(data.method, route.method)) continue;
    return await run(route, new HttpCall(application, request, parameters));
  }
  if (matches.some(({ route }) => route.kind === "webSocket")) return refuse(data);
  if (matches.length > 0) return text(405, "Only GET is answered here", { allow: "GET, HEAD" });
  return text(404, "Nothing is here");
}

function answers(method: string, routeMethod: string): boolean {
  return method === routeMethod || (method === "HEAD" && routeMethod === "GET");
}

async function run(route: HttpRoute, call: HttpCall): Promise<HttpResponse> {
  await route.handler(call);
  return call.response ?? text(404, "Nothing is here");
}

/** The request is for a WebSocket route and no upgrade: the handshake's own checks say what is missing. */
function refuse(data: RequestData): HttpResponse {
  const outcome = readHandshake(data);
  if (outcome.kind === "accepted") return text(400, "The request did not upgrade");
  return text(outcome.status, outcome.reason, Object.fromEntries(outcome.headers));
}
