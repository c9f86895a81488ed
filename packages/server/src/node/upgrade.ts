import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Application } from "../application/application.js";
import type { HandshakeRefusal } from "../handshake/refusal.js";
import { refuse } from "../handshake/refusal.js";
import { printRefusal } from "../handshake/response.js";
import { decideUpgrade } from "../websockets/upgrade.js";
import { requestData } from "./http.js";
import type { SocketShare } from "./socket-transport.js";
import { SocketTransport } from "./socket-transport.js";

/** Answers an upgrade request: with a session, or with the response that refuses it. `head` is what came right behind it. */
export function answerUpgrade(
  application: Application,
  share: SocketShare,
  message: IncomingMessage,
  duplex: Duplex,
  head: Uint8Array,
): void {
  // Node hands over the connection's own socket; its type leaves room for what a proxy's CONNECT gives.
  const socket = duplex as Socket;
  // Whatever happens to the socket from here on, it is no error of the process.
  socket.on("error", ignore);
  const decision = decideUpgrade(application, requestData(message)) ?? refuse(404, "Nothing is here");
  if (decision.kind === "refused") {
    refuseUpgrade(socket, decision, message.method);
    return;
  }
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.write(decision.head, "latin1");
  const transport = new SocketTransport(socket, share);
  socket.removeListener("error", ignore);
  if (head.length > 0) socket.unshift(head);
  decision.open(transport);
}

/** Answers, and ends the connection when the peer has the answer. */
function refuseUpgrade(socket: Socket, refusal: HandshakeRefusal, method: string | undefined): void {
  // What the peer still sends is thrown away: unread, it would turn our end into a reset that takes the answer with it.
  socket.resume();
  socket.once("finish", () => socket.destroySoon());
  socket.end(printRefusal(refusal, method));
}

function ignore(): void {}
