import { createHash } from "node:crypto";
import { Difference, expectSame, expectThat } from "../difference.js";
import type { HandshakeInput } from "./requests.js";

/** What may come of a request that is no handshake; the rest is Node's own answer to what is no HTTP. */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 404, 405, 413, 417, 426, 431, 505]);

interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly behind: string;
}

/**
 * Judges what a server wrote. What opens a session must be right, whatever the rules of HTTP and of RFC 6455 section 4.2.1
 * are written down as elsewhere; what is right must open one; and every answer is one response and nothing else.
 */
export function judge(input: HandshakeInput, written: string): void {
  if (written === "") {
    expectThat(!input.right, "a handshake that is right got no answer");
    return;
  }
  const answer = readAnswer(written);
  if (input.right) expectSame("the answer to a handshake that is right", answer.status, 101);
  if (answer.status !== 101) {
    expectThat(REFUSALS.has(answer.status), `the answer ${answer.status}`);
    expectThat(
      answer.headers.filter(([name]) => name === "sec-websocket-accept").length === 0,
      "a refusal that accepts",
    );
    return;
  }
  expectSame("Upgrade", only(answer.headers, "upgrade"), "websocket");
  expectSame("Connection", only(answer.headers, "connection").toLowerCase(), "upgrade");
  const accept = only(answer.headers, "sec-websocket-accept");
  if (input.damage.length > 0) {
    expectThat(
      keysIn(input).some((key) => acceptOf(key) === accept),
      "a key that nobody sent was accepted",
    );
    return;
  }
  judgeOpening(input, answer, accept);
}

function judgeOpening(input: HandshakeInput, answer: Answer, accept: string): void {
  const sent = (name: string): string[] =>
    input.headers
      .filter(([other]) => other.toLowerCase() === name)
      .map(([, value]) => value.replace(/^[ \t]+|[ \t]+$/g, ""));
  const list = (name: string): string[] => sent(name).flatMap((line) => line.split(",").map((item) => item.trim()));
  expectSame("the method", input.method, "GET");
  expectSame("HTTP", input.version, "1.1");
  expectThat(
    list("upgrade").some((item) => item.toLowerCase() === "websocket"),
    "Upgrade does not ask for a WebSocket",
  );
  expectThat(
    list("connection").some((item) => item.toLowerCase() === "upgrade"),
    "Connection does not ask for an upgrade",
  );
  expectSame("Sec-WebSocket-Version", sent("sec-websocket-version").join("|"), "13");
  expectSame(
    "bodies",
    sent("transfer-encoding").length + sent("content-length").filter((line) => !/^0+$/.test(line)).length,
    0,
  );
  const [key = "", ...moreKeys] = sent("sec-websocket-key");
  expectThat(moreKeys.length === 0 && Buffer.from(key, "base64").length === 16, "the key is not one of 16 bytes");
  expectSame("Sec-WebSocket-Accept", accept, acceptOf(key));
  const [host = "", ...moreHosts] = sent("host");
  expectThat(moreHosts.length === 0 && host !== "", "Host is not there once");
  const [origin, ...moreOrigins] = sent("origin");
  expectThat(moreOrigins.length === 0, "Origin is there twice");
  if (origin !== undefined)
    expectThat(isFriend(origin, host, input.path), `${origin} may not open a session on ${host}`);
  const chosen = answer.headers.filter(([name]) => name === "sec-websocket-protocol").map(([, value]) => value);
  const speaks = input.path.startsWith("/chat");
  expectSame("subprotocols in the answer", chosen.length, speaks ? 1 : 0);
  expectThat(
    chosen.every((name) => list("sec-websocket-protocol").includes(name)),
    "the subprotocol was not offered",
  );
  const offered = sent("sec-websocket-extensions").join(",");
  const agreed = answer.headers.filter(([name]) => name === "sec-websocket-extensions").map(([, value]) => value);
  expectThat(
    agreed.every((value) => offered.includes(value.split(";")[0] ?? value)),
    "the extension was not offered",
  );
}

/** Same host and port, by the rules of URLs; on the path with a list, what is on it. */
function isFriend(origin: string, host: string, path: string): boolean {
  if (path === "/listed") return origin === "null" || urlOf(origin)?.origin === "https://listed.example";
  const colon = origin.indexOf("://");
  if (colon < 0) return false;
  const scheme = origin.slice(0, colon).toLowerCase();
  const page = origin.slice(colon + 3);
  const [ours, theirs] = [page, host].map((text) => urlOf(`${scheme === "https" ? scheme : "http"}://${text}`)?.host);
  return page.toLowerCase() === host.toLowerCase() || (ours !== undefined && ours === theirs);
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function readAnswer(written: string): Answer {
  const end = written.indexOf("\r\n\r\n");
  const lines = written.slice(0, Math.max(0, end)).split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3}) [\t\u0020-\u007e\u0080-\u00ff]*$/.exec(lines[0] ?? "")?.[1];
  if (end < 0 || status === undefined) throw new Difference(`no HTTP: ${JSON.stringify(written.slice(0, 200))}`);
  const headers = lines.slice(1).map((line) => {
    const match = /^([!#$%&'*+.^_`|~\w-]+): ([\t\u0020-\u007e\u0080-\u00ff]*)$/.exec(line);
    if (match === null) throw new Difference(`no header: ${JSON.stringify(line)}`);
    return [(match[1] ?? "").toLowerCase(), match[2] ?? ""] as const;
  });
  return { status: Number(status), headers, behind: written.slice(end + 4) };
}

function only(headers: Answer["headers"], name: string): string {
  const values = headers.filter(([other]) => other === name);
  expectSame(`lines of ${name}`, values.length, 1);
  return values[0]?.[1] ?? "";
}

function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** Everything in a request, damage included, that could be a key. */
function keysIn(input: HandshakeInput): string[] {
  return requestText(input).match(/[+/0-9A-Za-z]{22}==/g) ?? [];
}

/** The request as it goes over the wire, a character a byte. */
export function requestText({ method, path, version, headers, damage }: HandshakeInput): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.from(`${method} ${path} HTTP/${version}\r\n${lines.join("")}\r\n`, "latin1");
  for (const { at, byte } of damage) if (at < bytes.length) bytes[at] = byte;
  return bytes.toString("latin1");
}
