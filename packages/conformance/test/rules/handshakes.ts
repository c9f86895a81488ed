import type { ApplicationModule, WebSocketOptions, WebSocketRouteOptions } from "@sluice/server";
import { WebSockets } from "@sluice/server";
import type { HeaderLines, Response } from "../../src/peer.js";
import { handshake, send } from "../../src/peer.js";
import type { Served } from "../support/serve.js";
import { echo } from "../support/serve.js";

/** An echo at `/chat` and a page at `/page`. */
export function chat(options: WebSocketOptions = {}, own: WebSocketRouteOptions = {}): ApplicationModule {
  return (app) => {
    app.install(WebSockets, options);
    app.routing((routing) => {
      routing.webSocket("/chat", own, echo);
      routing.get("/page", (call) => call.respondText("a page"));
    });
  };
}

/** What a request is answered with. */
export async function ask(served: Served, request: string): Promise<Response> {
  return await (await send(served, request)).response();
}

/** What a handshake with these headers is answered with. */
export const shake = (served: Served, headers: HeaderLines = {}): Promise<Response> =>
  ask(served, handshake("/chat", headers));

/** The statuses of handshakes with these headers, by what they are. */
export async function statuses(
  served: Served,
  cases: Readonly<Record<string, HeaderLines>>,
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, headers] of Object.entries(cases)) found[name] = (await shake(served, headers)).status;
  return found;
}

/** The same status for each of these cases. */
export function all(status: number, cases: object): Record<string, number> {
  return Object.fromEntries(Object.keys(cases).map((name) => [name, status]));
}
