import { isHostHeader } from "../handshake/origin.js";
import { listElements } from "../handshake/token.js";
import type { RequestConnectionPoint } from "./connection-point.js";
import { defaultPort, splitHost } from "./connection-point.js";
import type { HttpHeaders } from "./http-headers.js";

/** The proxies whose word about the client is taken; an engine makes it of `trustedProxies`. */
export interface TrustedProxies {
  /** Whether an IP address is that of a trusted proxy. */
  has(address: string): boolean;
  isAddress(text: string): boolean;
}

/** What trusted proxies say of a request. */
export interface ForwardedRequest {
  readonly origin: RequestConnectionPoint;
  /** `X-Forwarded-Host`, as it was sent. */
  readonly host: string | undefined;
}

/**
 * Who a request comes from, by `X-Forwarded-For`, `-Proto`, `-Host` and `-Port`; `undefined` where its connection does not
 * come from a trusted proxy: then anybody could have written these.
 *
 * Each proxy adds the address that it was reached from at the right. So addresses are walked from the right, through those
 * that are trusted, and the first one that is not is the client: what stands left of it, the client may have made up. In
 * the same way the other headers are read at the element of the outermost trusted proxy, or their first where they are
 * shorter. `Forwarded` (RFC 7239) is not read: a proxy that knows only `X-Forwarded-*` hands on a client's own.
 */
export function forwarded(
  local: RequestConnectionPoint,
  headers: HttpHeaders,
  proxies: TrustedProxies,
): ForwardedRequest | undefined {
  if (local.remoteAddress === undefined || !proxies.has(local.remoteAddress)) return undefined;
  const clients = elements(headers, "x-forwarded-for").map((text) => readClient(text, proxies));
  let hops = 1;
  let client = clients.at(-1);
  while (client?.address !== undefined && proxies.has(client.address) && hops < clients.length) {
    hops++;
    client = clients.at(-hops);
  }
  const proto = said(headers, "x-forwarded-proto", hops)?.toLowerCase();
  const scheme = PROTOCOLS.get(proto ?? "") ?? local.scheme;
  const saidHost = said(headers, "x-forwarded-host", hops);
  const host = saidHost !== undefined && isHostHeader(saidHost) ? saidHost : undefined;
  const asked = splitHost(host ?? headers.get("host") ?? "");
  const port = readPort(said(headers, "x-forwarded-port", hops)) ?? asked.port;
  const origin: RequestConnectionPoint = {
    ...local,
    scheme,
    serverHost: asked.host || local.serverHost,
    serverPort: port ?? (asked.host === "" ? local.serverPort : defaultPort(scheme)),
    ...(client === undefined
      ? {}
      : { remoteAddress: client.address, remoteHost: client.text, remotePort: client.port }),
  };
  return { origin, host };
}

const PROTOCOLS: ReadonlyMap<string, RequestConnectionPoint["scheme"]> = new Map([
  ["http", "http"],
  ["https", "https"],
  ["ws", "http"],
  ["wss", "https"],
]);

interface Client {
  /** As the proxy wrote it, without a port. */
  readonly text: string;
  /** `undefined` where the proxy wrote no address: `unknown`. */
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/** An element of `X-Forwarded-For`: an address, and with some proxies a port. */
function readClient(element: string, proxies: TrustedProxies): Client {
  if (proxies.isAddress(element)) return { text: element, address: element, port: undefined };
  const [, inBrackets, other = "", digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(element) ?? [];
  const text = inBrackets ?? other;
  if (proxies.isAddress(text)) return { text, address: text, port: readPort(digits) };
  return { text: element, address: undefined, port: undefined };
}

/** A header's element that the outermost trusted proxy wrote. */
function said(headers: HttpHeaders, name: string, hops: number): string | undefined {
  const list = elements(headers, name);
  return list[Math.max(0, list.length - hops)];
}

function elements(headers: HttpHeaders, name: string): readonly string[] {
  return listElements(headers.get(name) ?? "").filter((element) => element !== "");
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port > 0 && port < 65_536 ? port : undefined;
}
