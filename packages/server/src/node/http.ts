import type { IncomingMessage, ServerResponse } from "node:http";
import { answer, failed, text } from "../application/answer.js";
import type { Application } from "../application/application.js";
import type { RequestData } from "../application/call.js";
import type { HttpResponse } from "../application/http-call.js";
import { shared } from "./known-strings.js";

export { text };

/** What the application needs to know of a request. */
export function requestData(message: IncomingMessage, application: Application): RequestData {
  const { socket } = message;
  return {
    method: message.method ?? "GET",
    uri: shared(message.url ?? "/"),
    httpVersion: shared(message.httpVersion),
    rawHeaders: message.rawHeaders.map(shared),
    secure: "encrypted" in socket && socket.encrypted === true,
    localAddress: socket.localAddress,
    localPort: socket.localPort,
    remoteAddress: socket.remoteAddress,
    remotePort: socket.remotePort,
    proxies: application.environment.proxies,
  };
}

/** Answers an ordinary request; 500 where that fails, which is logged. Never rejects. */
export async function answerRequest(
  application: Application,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const data = requestData(message, application);
  try {
    send(response, await answer(application, data));
  } catch (error) {
    const failure = failed(application, data, error);
    if (response.headersSent) response.destroy();
    else send(response, failure);
  }
}

/** Sends a whole response. `Content-Length` is that of the body, which itself is left out where the method is HEAD. */
export function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  // These two never have a body, and 204 no Content-Length either (RFC 9110 section 8.6).
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, bodiless ? headers : { ...headers, "content-length": Buffer.byteLength(body) });
  if (bodiless) response.end();
  else response.end(body);
}
