import { readHandshake } from "../handshake/request.js";
import { report } from "../observability/logger.js";
import type { HttpRoute } from "../routing/entry.js";
import { refusalOf, resolve } from "../routing/resolve.js";
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
  const found = application.router.find(request.path);
  if (found === undefined) return text(400, "The path is malformed");
  const { matches, failures } = resolve(found, request);
  for (const { route, parameters } of matches) {
    if (route.kind === "http") return await run(route, new HttpCall(application, request, parameters));
  }
  // A plain request offers no subprotocol, which is the least that keeps it from a session.
  const missed = failures.filter(({ selector }) => selector.kind === "protocol");
  if ([...matches, ...missed].some(({ route }) => route.kind === "webSocket")) return refuse(data);
  const { status, reason, headers } = refusalOf(failures);
  return text(status, reason, Object.fromEntries(headers));
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
