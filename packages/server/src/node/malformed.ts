import type { Socket } from "node:net";
import type { HandshakeRefusal } from "../handshake/refusal.js";
import { refuse } from "../handshake/refusal.js";
import { printRefusal } from "../handshake/response.js";
import { endInStages } from "./staged-end.js";

/** Answers what is no request that HTTP knows, or did not come in time. What is not about HTTP at all gets no answer. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  // What comes behind a malformed request is malformed too.
  if (socket.writableEnded) return;
  const refusal = refusalOf(error.code ?? "");
  if (refusal === undefined || !socket.writable) socket.destroy();
  else endInStages(socket, printRefusal(refusal));
}

function refusalOf(code: string): HandshakeRefusal | undefined {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return refuse(408, "The request took too long to arrive");
  if (code === "HPE_HEADER_OVERFLOW") return refuse(431, "The headers are too long");
  if (code.startsWith("HPE_")) return refuse(400, "This is no HTTP request");
  return undefined;
}
