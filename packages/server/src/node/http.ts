import type { IncomingMessage, ServerResponse } from "node:http";
import type { Application } from "../application/application.js";
import type { RequestData } from "../application/call.js";
import { ApplicationRequest } from "../application/call.js";
import { HttpCall } from "../application/http-call.js";
import { readHandshake } from "../handshake/request.js";

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

/** Answers an ordinary request. A WebSocket route that is asked without an upgrade says what it wants instead. */
export async function answerRequest(
  application: Application,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const data = requestData(message);
  const request = new ApplicationRequest(data);
  const matches = application.router.find(request.path);
  if (matches === undefined) {
    respond(response, 400, "The path is malformed\n");
    return;
  }
  const match = matches.find(({ route }) => route.kind === "http" && answers(data.method, route.method));
  if (match?.route.kind === "http") {
    await answer(new HttpCall(application, request, match.parameters), match.route.handler, response);
  } else if (matches.some(({ route }) => route.kind === "webSocket")) {
    refuse(data, response);
  } else if (matches.length > 0) {
    respond(response, 405, "Only GET is answered here\n", { allow: "GET, HEAD" });
  } else {
    respond(response, 404, "Nothing is here\n");
  }
}

function answers(method: string, routeMethod: string): boolean {
  return method === routeMethod || (method === "HEAD" && routeMethod === "GET");
}

async function answer(call: HttpCall, handler: (call: HttpCall) => unknown, response: ServerResponse): Promise<void> {
  try {
    await handler(call);
    const { status, headers, body } = call.response ?? { status: 404, headers: {}, body: "Nothing is here\n" };
    respond(response, status, body, headers);
  } catch (error) {
    call.application.log.error(error, `The handler of GET ${call.request.path} failed`);
    if (!response.headersSent) respond(response, 500, "The server failed\n");
    else response.destroy();
  }
}

/** The request is for a WebSocket route and no upgrade: the handshake's own checks say what is missing. */
function refuse(data: RequestData, response: ServerResponse): void {
  const outcome = readHandshake(data);
  if (outcome.kind === "accepted") {
    respond(response, 400, "The request did not upgrade\n");
  } else {
    respond(response, outcome.status, `${outcome.reason}\n`, Object.fromEntries(outcome.headers));
  }
}

function respond(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = { "content-type": "text/plain; charset=utf-8" },
): void {
  response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
  response.end(body);
}
