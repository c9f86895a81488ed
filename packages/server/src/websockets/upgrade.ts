import type { SessionOptions, Transport } from "@sluice/core";
import type { Application } from "../application/application.js";
import type { RequestData } from "../application/call.js";
import { ApplicationCall, ApplicationRequest } from "../application/call.js";
import { acceptKey } from "../handshake/accept-key.js";
import type { HandshakeRefusal } from "../handshake/refusal.js";
import { refuse } from "../handshake/refusal.js";
import { readHandshake } from "../handshake/request.js";
import { printSwitchingProtocols } from "../handshake/response.js";
import { chooseSubprotocol } from "../handshake/subprotocol.js";
import type { PathMatch } from "../routing/router.js";
import type { WebSocketRoute } from "../routing/web-socket.js";
import type { WebSocketsInstance } from "./instance.js";
import { WebSockets } from "./plugin.js";
import { runHandler } from "./run-handler.js";
import { DefaultServerSession, RawServerSession } from "./server-session.js";

/** A handshake that succeeds. */
export interface AcceptedUpgrade {
  readonly kind: "accepted";
  /** The 101 response, up to and including the empty line. */
  readonly head: string;
  /** Begins the session on the connection, once `head` was written to it. */
  open(transport: Transport): void;
}

/**
 * Decides about a request for a WebSocket: the session that it opens, the response that refuses it, or `undefined` where
 * no WebSocket route has its path.
 */
export function decideUpgrade(
  application: Application,
  data: RequestData,
): AcceptedUpgrade | HandshakeRefusal | undefined {
  const request = new ApplicationRequest(data);
  const found = application.router.find(request.path);
  if (found === undefined) return refuse(400, "The path is malformed");
  const matches = found.filter((match): match is PathMatch<WebSocketRoute> => match.route.kind === "webSocket");
  if (matches.length === 0) return undefined;

  const handshake = readHandshake(data);
  if (handshake.kind === "refused") return handshake;
  const match = matches.find(({ route }) => speaks(route, handshake.protocols));
  if (match === undefined) return refuse(400, "None of the offered subprotocols is spoken here");

  const webSockets = application.plugin(WebSockets);
  const forbidden = webSockets.options.checkOrigin(handshake.origin, request.hostHeader) ?? admit(webSockets);
  if (forbidden !== undefined) return forbidden;

  const { route, parameters } = match;
  const { protocol } = route;
  const accept = acceptKey(handshake.key, application.environment.sha1);
  return {
    kind: "accepted",
    head: printSwitchingProtocols({ accept, protocol }),
    open(transport) {
      const call = new ApplicationCall(application, request, parameters);
      const options = sessionOptions(application, webSockets, transport);
      const side = { call, protocol: protocol ?? null, converter: webSockets.options.contentConverter };
      const session =
        route.mode === "raw" ? new RawServerSession(options, side) : new DefaultServerSession(options, side);
      webSockets.sessions.add(session, runHandler(session, route, application.log));
    },
  };
}

function speaks(route: WebSocketRoute, offered: readonly string[]): boolean {
  return route.protocol === undefined || chooseSubprotocol(offered, route.protocol) !== undefined;
}

function admit({ sessions, options }: WebSocketsInstance): HandshakeRefusal | undefined {
  if (sessions.isStopping) return refuse(503, "The server is stopping");
  if (sessions.size >= options.maxConnections) return refuse(503, "The server has as many sessions as it may have");
  return undefined;
}

function sessionOptions(
  { environment }: Application,
  { options, retained }: WebSocketsInstance,
  transport: Transport,
): SessionOptions {
  return {
    role: "server",
    codec: environment.codec,
    platform: environment.platform,
    transport,
    retained,
    settings: options.settings,
  };
}
