import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Transport } from "@sluice/core";
import type { Application } from "../application/application.js";
import { refuse } from "../handshake/refusal.js";
import { printRefusal } from "../handshake/response.js";
import { listElements } from "../handshake/token.js";
import type { AcceptedUpgrade, PendingUpgrade } from "../websockets/upgrade.js";
import { decideUpgrade } from "../websockets/upgrade.js";
import type { SocketShare } from "./batched-transport.js";
import { http } from "./builtin.js";
import { DirectTransport } from "./direct-transport.js";
import { EarlyInput } from "./early-input.js";
import type { SocketRequest } from "./http.js";
import { requestData } from "./http.js";
import { SocketTransport } from "./socket-transport.js";
import { endInStages, ignore } from "./staged-end.js";
import { handleAccess, takeHandle } from "./tcp-handle.js";

const UPGRADE = "upgrade";

/**
 * Answers a request for a WebSocket: with a session, or with the response that refuses it; at once, or when the gate of
 * its route has decided.
 *
 * @param head what came right behind the request.
 * @returns whether there is a session already, which then owns the socket.
 */
export function answerUpgrade(
  application: Application,
  share: SocketShare,
  message: IncomingMessage,
  socket: Socket,
  head: Uint8Array,
): boolean {
  // Whatever happens to the socket from here on, it is no error of the process.
  socket.on("error", ignore);
  if (!socket.writable) {
    socket.destroy();
    return false;
  }
  const request = requestData(message, application);
  const decision = decideUpgrade(application, request) ?? refuse(404, "Nothing is here");
  if (decision.kind === "pending") {
    waitForGate(decision, request, share, message, socket, head);
    return false;
  }
  if (decision.kind === "refused") {
    endInStages(socket, printRefusal(decision, message.method));
    return false;
  }
  open(decision, request, share, socket, head);
  return true;
}

function waitForGate(
  pending: PendingUpgrade,
  request: SocketRequest,
  share: SocketShare,
  message: IncomingMessage,
  socket: Socket,
  head: Uint8Array,
): void {
  // The gate has a time limit of its own; a server's may be shorter, for it knows nothing of gates.
  socket.setTimeout(0);
  const input = new EarlyInput(socket, head, () => {
    pending.abandon();
    socket.destroy();
  });
  pending.ask((decision) => {
    const early = input.take();
    if (!socket.writable) socket.destroy();
    else if (decision.kind === "refused") endInStages(socket, printRefusal(decision, message.method));
    else open(decision, request, share, socket, early);
  });
}

function open(
  accepted: AcceptedUpgrade,
  request: SocketRequest,
  share: SocketShare,
  socket: Socket,
  head: Uint8Array,
): void {
  socket.write(accepted.head, "latin1");
  const transport = transportOver(socket, request, share, head);
  socket.removeListener("error", ignore);
  accepted.open(transport);
}

/** The most direct way over a socket that may be taken, and that it allows. */
function transportOver(socket: Socket, request: SocketRequest, share: SocketShare, head: Uint8Array): Transport {
  const access = share.readPath === "direct" ? handleAccess() : undefined;
  const taken = typeof access === "object" ? takeHandle(socket) : undefined;
  if (access === undefined || typeof access === "string" || taken === undefined)
    return new SocketTransport(socket, share, head);
  request.leaveSocket(taken.handle);
  return new DirectTransport(taken, share, access, head);
}

/** Whether a request asks for a WebSocket, among other protocols perhaps. Node makes `headers` when they are first looked at. */
export function asksForWebSocket({ rawHeaders }: IncomingMessage): boolean {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== UPGRADE.length || name.toLowerCase() !== UPGRADE) continue;
    if (listElements((rawHeaders[index + 1] as string).toLowerCase()).includes("websocket")) return true;
  }
  return false;
}

/**
 * A response to a request that would like to go on in some other protocol, such as HTTP/2: a server may leave that wish
 * aside and answer what was asked (RFC 9110 section 7.8), but Node's server has let go of the connection by then.
 */
export function responseWithoutUpgrade(message: IncomingMessage, socket: Socket): ServerResponse {
  socket.on("error", ignore);
  const response = new http.ServerResponse(message);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once("finish", () => {
    // What Node's server does for its own: whoever waits for the response to be through need not wait for the client.
    response.detachSocket(socket);
    process.nextTick(() => response.emit("close"));
    endInStages(socket);
  });
  return response;
}
