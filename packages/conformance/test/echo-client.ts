import { once } from "node:events";
import { connect } from "node:net";
import type { ExpectedFrame } from "../src/case.js";

const REQUEST = [
  "GET / HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "",
  "",
].join("\r\n");

/** What a server said after its 101, up to the end of the connection. */
export async function converse(port: number, send: Uint8Array): Promise<ExpectedFrame[]> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.write(Buffer.concat([Buffer.from(REQUEST), send]));
  // The server ends TCP first; ending our side then is what a client does.
  await once(socket, "end");
  const received = Buffer.concat(chunks);
  const headEnd = received.indexOf("\r\n\r\n") + 4;
  if (!received.toString("latin1", 0, headEnd).startsWith("HTTP/1.1 101 ")) {
    throw new Error(`The server did not switch protocols: ${received.toString("latin1", 0, headEnd)}`);
  }
  return frames(received.subarray(headEnd));
}

function frames(bytes: Buffer): ExpectedFrame[] {
  const found: ExpectedFrame[] = [];
  let at = 0;
  while (at < bytes.length) {
    const firstByte = bytes.readUInt8(at);
    const short = bytes.readUInt8(at + 1);
    if (short > 127) throw new Error("The server masked a frame");
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    found.push({ firstByte, payload: Uint8Array.from(bytes.subarray(start, start + length)) });
    at = start + length;
  }
  return found;
}
