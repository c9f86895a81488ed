/*
 * What `node:http` and `node:net` cost by themselves: the least code that answers the load, with no check, no limit, no
 * backpressure and no session. Whoever serves WebSockets behind them cannot cost less. See serve.mjs.
 */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { HOST, readArguments, readBurst, ready } from "./serve.mjs";

const { port, mode } = readArguments("node", ["echo", "flow"]);

const CLOSE = 8;
const BINARY = 0x82;

/** @type {Set<import("node:stream").Duplex>} */
const everybody = new Set();

const server = createServer();

server.on("upgrade", (request, socket) => {
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  everybody.add(socket);
  socket.on("close", () => everybody.delete(socket));
  socket.on("error", () => undefined);
  // Node's server leaves a connection half open.
  socket.on("end", () => socket.end());
  /** @type {Buffer} */
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    /** @type {Buffer[]} */
    const replies = [];
    for (let taken = answer(rest, socket, replies); taken > 0; taken = answer(rest, socket, replies)) {
      rest = rest.subarray(taken);
    }
    if (replies.length > 0)
      socket.write(replies.length === 1 ? /** @type {Buffer} */ (replies[0]) : Buffer.concat(replies));
  });
});

server.listen(port, HOST, 4096, () => ready(`Node ${process.version} and nothing else`));

/**
 * Answers the first frame of `bytes`.
 *
 * @param {Buffer} bytes
 * @param {import("node:stream").Duplex} socket
 * @param {Buffer[]} replies
 * @returns {number} its size; 0 where it has not come whole
 */
function answer(bytes, socket, replies) {
  if (bytes.length < 6) return 0;
  const short = /** @type {number} */ (bytes[1]) & 127;
  const header = short < 126 ? 6 : short === 126 ? 8 : 14;
  if (bytes.length < header) return 0;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < header + length) return 0;
  const first = /** @type {number} */ (bytes[0]);
  const reply = frame(first, length);
  const from = reply.length - length;
  for (let at = 0; at < length; at++) {
    reply[from + at] =
      /** @type {number} */ (bytes[header + at]) ^ /** @type {number} */ (bytes[header - 4 + (at & 3)]);
  }
  const burst = mode === "flow" ? readBurst(reply.subarray(from)) : undefined;
  if ((first & 15) === CLOSE) socket.end(reply);
  else if (burst === undefined) replies.push(reply);
  else broadcast(burst);
  return header + length;
}

/**
 * A frame of `length` bytes that are still to be written.
 *
 * @param {number} first
 * @param {number} length
 */
function frame(first, length) {
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(header + length);
  bytes[0] = first;
  bytes[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header === 4) bytes.writeUInt16BE(length, 2);
  if (header === 10) bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

/** @param {import("./serve.mjs").Burst} burst */
function broadcast({ count, payload }) {
  const message = frame(BINARY, payload.length);
  payload.copy(message, message.length - payload.length);
  const messages = Buffer.concat(Array(count).fill(message));
  for (const socket of everybody) socket.write(messages);
}
