import type { Random } from "../random.js";

/** A request as it is written: what is wrong with it is in it, or done to its bytes afterwards. */
export interface HandshakeInput {
  readonly method: string;
  readonly path: string;
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Bytes of the request that are changed. */
  readonly damage: readonly { readonly at: number; readonly byte: number }[];
  /** What follows the request at once. */
  readonly tail: Uint8Array;
  readonly cuts: readonly number[];
  /** Whether all of it is right, so that it must be answered with 101. */
  readonly right: boolean;
}

/** Lines of one header, each choice a list of them. */
interface Field {
  readonly name: string;
  readonly right: readonly (readonly string[])[];
  readonly wrong: readonly (readonly string[])[];
}

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const HOSTS: readonly string[] = [
  "example.com",
  "EXAMPLE.com:8080",
  "[::1]:9001",
  "127.0.0.1",
  "xn--bcher-kva.example:81",
];
const TOKENS: readonly string[] = ["chat.v1", "chat.v2", "Chat.v1", "x", "!#$%&'*+-.^_`|~", "permessage-deflate"];

const EXTENSIONS: readonly string[] = [
  "permessage-deflate",
  "foo; bar=1, permessage-deflate; client_max_window_bits",
  'permessage-deflate; server_max_window_bits="9"',
  "permessage-deflate; server_max_window_bits=8",
];

const FIELDS: readonly Field[] = [
  {
    name: "Upgrade",
    right: [["websocket"], ["WebSocket"], ["h2c, websocket"], ["foo", "websocket"], [" websocket\t"]],
    wrong: [[], [""], ["websockets"], ["web socket"], ["websocket/13"], [",,"], ["h2c"], ["websocket;q=1"]],
  },
  {
    name: "Connection",
    right: [["Upgrade"], ["keep-alive, Upgrade"], ["UPGRADE"], ["close", "upgrade"]],
    wrong: [[], [""], ["keep-alive"], ["upgraded"], ["Upgrade;"], ["\u00dcpgrade"]],
  },
  {
    name: "Sec-WebSocket-Key",
    right: [
      [KEY],
      [` ${KEY}`],
      ["AAAAAAAAAAAAAAAAAAAAAA=="],
      ["//////////////////////=="],
      ["++++++++++++++++++++++=="],
    ],
    wrong: [
      [],
      [""],
      [KEY, KEY],
      [KEY.slice(1)],
      [`${KEY}=`],
      [`A${KEY}`],
      [KEY.replace("=", "")],
      ["dGhl IHNhbXBsZSBub25jZQ="],
    ],
  },
  {
    name: "Sec-WebSocket-Version",
    right: [["13"], ["\t13 "]],
    wrong: [[], [""], ["8"], ["013"], ["13, 8"], ["13", "13"], ["1 3"], ["0x0d"]],
  },
];

const FRAMED: readonly string[] = ["0", "00", "1", "-1", "0x0", "18446744073709551616"];
const METHODS: readonly string[] = ["POST", "HEAD", "OPTIONS", "PUT", "CONNECT", "DELETE"];
const PATHS: readonly string[] = ["/", "/", "/?a=b", "/chat", "/chat", "/listed", "/raw"];
const ODD_PATHS: readonly string[] = [
  "/nowhere",
  "//",
  "/%",
  "/%00",
  "/chat/",
  "/chat/%2e%2e",
  "*",
  "http://example.com/",
  "/\u00e9",
];

/** A handshake that is right, or wrong in one or several places. */
export function drawRequest(random: Random): HandshakeInput {
  let right = true;
  const wrong = (count: number): boolean => {
    const is = random.oneIn(count);
    right &&= !is;
    return is;
  };
  const path = wrong(24) ? random.pick(ODD_PATHS) : random.pick(PATHS);
  const headers: [name: string, value: string][] = [];
  const add = (name: string, lines: readonly string[]): void => {
    for (const line of lines) headers.push([random.oneIn(8) ? drawCase(random, name) : name, line]);
  };
  const host = random.pick(HOSTS);
  add("Host", wrong(16) ? drawWrongHost(random, host) : [host]);
  for (const field of FIELDS) add(field.name, random.pick(wrong(14) ? field.wrong : field.right));
  if (random.oneIn(2)) add("Origin", wrong(4) ? drawWrongOrigin(random, host) : [rightOrigin(random, path, host)]);
  if (path.startsWith("/chat")) add("Sec-WebSocket-Protocol", wrong(6) ? drawOffers(random) : [drawProtocols(random)]);
  else if (wrong(6)) add("Sec-WebSocket-Protocol", drawOffers(random));
  if (random.oneIn(3)) add("Sec-WebSocket-Extensions", wrong(3) ? drawOffers(random) : [random.pick(EXTENSIONS)]);
  if (wrong(24)) add("Content-Length", [random.pick(FRAMED)]);
  if (wrong(24)) add("Transfer-Encoding", [random.pick(["chunked", "identity", "gzip, chunked"])]);
  for (let count = random.below(3); count > 0; count--)
    add(random.pick(["Cookie", "X-A", "__proto__", "constructor"]), ["a=b"]);
  shuffle(random, headers);
  return {
    method: wrong(24) ? random.pick(METHODS) : "GET",
    path,
    version: wrong(24) ? random.pick(["1.0", "1.1", "2.0", "0.9", "1.01"]) : "1.1",
    headers,
    damage: drawDamage(random, wrong(4)),
    tail: new Uint8Array(0),
    cuts: [],
    right,
  };
}

function drawCase(random: Random, name: string): string {
  return random.oneIn(2) ? name.toLowerCase() : name.toUpperCase();
}

function drawWrongHost(random: Random, host: string): string[] {
  return random.pick([
    [],
    [""],
    [host, host],
    [`${host}, ${host}`],
    [`user@${host}`],
    [`${host}/`],
    ["example.com:99999"],
    ["[::1"],
    ["exa mple.com"],
    ["b\u00fccher.example"],
    [":80"],
  ]);
}

/** Pages of the same host, whatever their scheme; on the path with a list, those of the list. */
function rightOrigin(random: Random, path: string, host: string): string {
  if (path === "/listed") return random.pick(["https://listed.example", "HTTPS://LISTED.example:443", "null"]);
  const scheme = random.pick(["http", "https", "HTTP", "chrome-extension"]);
  return `${scheme}://${random.oneIn(2) ? host : host.toLowerCase()}`;
}

function drawWrongOrigin(random: Random, host: string): string[] {
  const origin = random.pick([
    "null",
    "",
    "https://evil.example",
    `https://${host}.evil.example`,
    `https://${host}@evil.example`,
    `https://evil.example#${host}`,
    `https://${host}/`,
    `https://${host}\\evil`,
    `https://${host},https://evil.example`,
    `https://evil.example ${host}`,
    `https:${host}`,
    host,
    "https://[::1]:9001",
    "https://listed.example.evil",
    `https://${host}:1`,
  ]);
  return random.oneIn(6) ? [origin, `https://${host}`] : [origin];
}

function drawProtocols(random: Random): string {
  const before = random.oneIn(2) ? "x, " : "";
  return `${before}${random.pick(["chat.v1", "chat.v2"])}${random.oneIn(2) ? ",y" : ""}`;
}

const NOISE: readonly string[] = [",", ";", "=", '"', "\\", " ", "\u00e9", '""', ";;", ", ,", "(x)"];
const VALUES: readonly string[] = ["1", "15", '"15"', '""', '"a\\b"', '"a b"', '"', '"x', "client_max_window_bits"];

/** Lines of offers as RFC 6455 section 9.1 has them, mostly. */
export function drawOffers(random: Random): string[] {
  const noise = random.oneIn(2) ? 12 : 60;
  const some = (text: string): string => (random.oneIn(noise) ? random.pick(NOISE) : text);
  const space = (): string => (random.oneIn(3) ? random.pick([" ", "\t", "  "]) : "");
  return Array.from({ length: 1 + random.below(2) }, () => {
    let line = "";
    for (let elements = random.below(3); elements >= 0; elements--) {
      line += space() + some(random.pick(TOKENS));
      for (let parameters = random.below(3); parameters > 0; parameters--) {
        line += space() + some(";") + space() + some(random.pick(TOKENS));
        if (random.oneIn(2)) line += space() + some("=") + space() + some(random.pick(VALUES));
      }
      line += space();
      if (elements > 0) line += some(",");
    }
    return line;
  });
}

function drawDamage(random: Random, wanted: boolean): { at: number; byte: number }[] {
  if (!wanted) return [];
  const telling = [0x00, 0x0a, 0x0d, 0x20, 0x09, 0x2c, 0x3a, 0x7f, 0x80, 0xff];
  return Array.from({ length: 1 + random.below(3) }, () => ({
    at: random.below(400),
    byte: random.oneIn(2) ? random.pick(telling) : random.below(256),
  }));
}

function shuffle<Item>(random: Random, items: Item[]): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [items[last], items[other]] = [items[other] as Item, items[last] as Item];
  }
}
