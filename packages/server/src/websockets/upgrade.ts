import type { ActiveExtension, Transport } from "@sluice/core";
import { negotiateExtensions } from "@sluice/core";
import type { Application } from "../application/application.js";
import type { RequestData } from "../application/call.js";
import { ApplicationCall, ApplicationRequest } from "../application/call.js";
import { acceptKey } from "../handshake/accept-key.js";
import type { HandshakeRefusal } from "../handshake/refusal.js";
import { refuse } from "../handshake/refusal.js";
import { readHandshake } from "../handshake/request.js";
import { printSwitchingProtocols } from "../handshake/response.js";
import { report } from "../observability/logger.js";
import { refusalOf, resolve } from "../routing/resolve.js";
import type { PathMatch } from "../routing/router.js";
import type { WebSocketRoute } from "../routing/web-socket.js";
import { Gate } from "./gate.js";
import { AuthenticateCall } from "./gate-call.js";
import { WebSockets } from "./plugin.js";
import { runHandler } from "./run-handler.js";
import type { ServerSession } from "./server-session.js";
import { DefaultServerSession, RawServerSession } from "./server-session.js";

/** A handshake that succeeds. */
export interface AcceptedUpgrade {
  readonly kind: "accepted";
  /** The 101 response, up to and including the empty line. */
  readonly head: string;
  /** Begins the session on the connection, once `head` was written to it. */
  open(transport: Transport): void;
}

/** A handshake that waits for its route's `authenticate`. */
export interface PendingUpgrade {
  readonly kind: "pending";
  /** Asks, and tells the answer once, unless the handshake is abandoned before. */
  ask(answer: (decision: AcceptedUpgrade | HandshakeRefusal) => void): void;
  /** The client has gone: nobody waits for the answer. */
  abandon(): void;
}

/**
 * Decides about a request for a WebSocket: the session that it opens, the response that refuses it, the gate that it has to
 * pass first, or `undefined` where no WebSocket route has its path and host. What fails on the way, such as an extension,
 * is logged, and refused with 500.
 */
export function decideUpgrade(
  application: Application,
  data: RequestData,
): AcceptedUpgrade | HandshakeRefusal | PendingUpgrade | undefined {
  return orRefused(application, data, () => decide(application, data));
}

function orRefused<Decision>(
  application: Application,
  { uri }: RequestData,
  decided: () => Decision,
): Decision | HandshakeRefusal {
  try {
    return decided();
  } catch (error) {
    report(application.log, error, `The handshake for ${uri} failed`);
    return refuse(500, "The server failed");
  }
}

function decide(
  application: Application,
  data: RequestData,
): AcceptedUpgrade | HandshakeRefusal | PendingUpgrade | undefined {
  const request = new ApplicationRequest(data);
  const found = application.router.find(request.path);
  if (found === undefined) return refuse(400, "The path is malformed");
  const routes = found.filter((match): match is PathMatch<WebSocketRoute> => match.route.kind === "webSocket");
  const { matches, failures } = resolve(routes, request);
  const [match] = matches;
  if (match === undefined && failures.every(({ selector }) => selector.kind === "host")) return undefined;

  const handshake = readHandshake(data);
  if (handshake.kind === "refused") return handshake;
  if (match === undefined) return refusalOf(failures);

  const { route, parameters } = match;
  const { protocol, options } = route;
  const webSockets = application.plugin(WebSockets);
  const host = request.forwardedHost ?? handshake.host;
  const foreign = options.checkOrigin(handshake.origin, host);
  if (foreign !== undefined) webSockets.refusedOrigins.tell(handshake.origin, host, foreign.reason);
  const refusal = foreign ?? webSockets.admission.refusal(request);
  if (refusal !== undefined) return refusal;

  const accepted = (given?: AuthenticateCall): AcceptedUpgrade => {
    const { active, answer } = negotiateExtensions(options.extensions, handshake.extensions);
    return {
      kind: "accepted",
      head: printSwitchingProtocols({
        accept: acceptKey(handshake.key, application.environment.sha1),
        protocol,
        extensions: answer,
        ...(given && { headers: given.response.headers.fields }),
      }),
      open(transport) {
        const call = given ?? new ApplicationCall(application, request, parameters);
        const session = openSession(route, call, active, transport);
        webSockets.admission.add(session);
        runHandler(session);
      },
    };
  };
  const { authenticate } = options;
  if (authenticate === undefined) return accepted();

  const call = new AuthenticateCall(application, request, parameters);
  const gate = new Gate({
    authenticate,
    call,
    timeout: options.authenticateTimeout,
    platform: application.environment.platform,
    log: application.log,
    sessions: { enter: (stop) => webSockets.admission.enter(request, stop) },
    where: `webSocket(${route.path})`,
  });
  return {
    kind: "pending",
    ask: (answer) => gate.ask((refusal) => answer(refusal ?? orRefused(application, data, () => accepted(call)))),
    abandon: () => gate.abandon(),
  };
}

function openSession(
  route: WebSocketRoute,
  call: ApplicationCall,
  extensions: readonly ActiveExtension[],
  transport: Transport,
): ServerSession {
  const side = { call, route, extensions };
  return route.mode === "raw" ? new RawServerSession(transport, side) : new DefaultServerSession(transport, side);
}
