import { readHandshake } from "../handshake/request.js";
import { report } from "../observability/logger.js";
import type { HttpRoute } from "../routing/entry.js";
import type { Application } from "./application.js";
import type { RequestData } from "./call.js";
import { ApplicationRequest } from "./call.js";
import type { HttpResponse } from "./http-call.js";
import { HttpCall } from "./http-call.js";

/**
 * The answer to an ordinary request. A WebSocket route that is asked without an upgrade says what it wants instead.
 * Rejects with what a handler throws: see `failed`.
 */
export async function answer(application: Application, data: RequestData): Promise<HttpResponse> {
  const request = new ApplicationRequest(data);
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

/** The answer where `answer`, or sending what it gave, failed with `error`, which is logged. */
export function failed(application: Application, data: RequestData, error: unknown): HttpResponse {
  const { method, path } = new ApplicationRequest(data);
  report(application.log, error, `The handler of ${method} ${path} failed`);
  return text(500, "The server failed");
}

/** A response of the server's own. */
export function text(status: number, reason: string, headers: HttpResponse["headers"] = {}): HttpResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body: `${reason}\n` };
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
