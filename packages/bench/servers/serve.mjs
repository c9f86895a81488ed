/*
 * What the servers have in common. `node servers/NAME.mjs PORT [MODE]` listens on 127.0.0.1 and prints `ready`.
 *
 *   echo                      every message comes back (the default)
 *   flow                      a message of five bytes, how many (one byte) and how long (four, little endian), has the server
 *                             send that many binary messages of that length to everybody; an empty message comes back
 *   deflate                   echo with permessage-deflate, with zlib's own level and window
 *   deflate-default           the same as the library has it by default, where that is something else
 *   deflate-fast              the same at zlib's level 1
 *   deflate-no-takeover       every message compressed by itself, the shortest too
 *   deflate-no-takeover-fast  the same at level 1
 *   deflate-tuned             as the documentation of ws tunes it
 */

/**
 * @typedef {"echo" | "flow" | "deflate" | "deflate-default" | "deflate-fast" | "deflate-no-takeover" | "deflate-no-takeover-fast" | "deflate-tuned"} Mode
 * @typedef {{ count: number, payload: Buffer }} Burst
 */

export const HOST = "127.0.0.1";

/** Above every message of the bench, for libraries that allow less by default. */
export const MAX_MESSAGE = 1024 * 1024;

/**
 * The port and the mode of the command line. Whoever asks for what the server does not have gets a line and exit code 1.
 *
 * @template {Mode} Served
 * @param {string} name
 * @param {readonly Served[]} modes what the server has
 * @returns {{ port: number, mode: Served }}
 */
export function readArguments(name, modes) {
  const [, , port = "", mode = "echo"] = process.argv;
  if (!/^\d{1,5}$/.test(port)) refuse(`Usage: ${name} PORT [${modes.join("|")}]`);
  const known = modes.find((each) => each === mode);
  if (known === undefined) refuse(`${name} has no mode ${mode}`);
  return { port: Number(port), mode: known };
}

/**
 * @param {string} line
 * @returns {never}
 */
export function refuse(line) {
  console.error(line);
  process.exit(1);
}

/**
 * Says that the server listens. Under the bench it also says what it is, tells what it has used when asked, and ends
 * together with the bench.
 *
 * @param {string} about the library and its version
 */
export function ready(about) {
  console.log("ready");
  if (process.send === undefined) return;
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuNanoseconds: (user + system) * 1000, rss: process.memoryUsage.rss() });
  });
  process.on("disconnect", () => process.exit());
  process.send({ about });
}

/**
 * What a message to a server in mode `flow` asks for; nothing, if it is an empty one.
 *
 * @param {Uint8Array} message
 * @returns {Burst | undefined}
 */
export function readBurst(message) {
  if (message.length < 5) return undefined;
  const { buffer, byteOffset, length } = message;
  const bytes = Buffer.from(buffer, byteOffset, length);
  return { count: bytes.readUInt8(0), payload: payloadOf(bytes.readUInt32LE(1)) };
}

/** @type {Buffer} */
let lastPayload = Buffer.alloc(0);

/**
 * The bytes that the load generator expects: made once, since no server would make its messages from nothing.
 *
 * @param {number} size
 */
function payloadOf(size) {
  if (lastPayload.length !== size) lastPayload = Buffer.from(new Uint8Array(size).map((_, index) => index * 131 + 7));
  return lastPayload;
}
