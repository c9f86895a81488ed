/** Where a request comes from and goes to. Ktor: `RequestConnectionPoint`. */
export interface RequestConnectionPoint {
  readonly scheme: "http" | "https";
  /** The host that the client asked for: a name, an IPv4 address, or an IPv6 address in brackets. */
  readonly serverHost: string;
  /** The port that the client asked for; where it named none, that of the scheme. */
  readonly serverPort: number;
  /** The address of the socket's own end; `undefined` without a socket, or when it has gone. */
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** The client's IP address; `undefined` without a socket, when it has gone, or when a proxy does not tell it. */
  readonly remoteAddress: string | undefined;
  /** The client as it is known: its address, or what a trusted proxy calls it. No name is looked up. */
  readonly remoteHost: string | undefined;
  /** `undefined` also behind a proxy that does not tell it. */
  readonly remotePort: number | undefined;
}

/** What an engine knows of a request's connection. */
export interface ConnectionData {
  /** Whether the connection is TLS. Default false. */
  readonly secure?: boolean;
  /** The connection's own end, where it has one. */
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  /** The peer of the connection; behind a proxy that is the proxy. `undefined` when it has gone. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
}

/** What the socket says, and the request's own `Host`. */
export function localPoint(data: ConnectionData, host: string | undefined): RequestConnectionPoint {
  const { secure = false, localAddress, localPort, remoteAddress, remotePort } = data;
  const scheme = secure ? "https" : "http";
  const asked = splitHost(host ?? "");
  return {
    scheme,
    serverHost: asked.host || bracketed(localAddress ?? "localhost"),
    serverPort: asked.port ?? (asked.host === "" ? localPort : undefined) ?? defaultPort(scheme),
    localAddress,
    localPort,
    remoteAddress,
    remoteHost: remoteAddress,
    remotePort,
  };
}

/** `host[:port]`, in two; a port that cannot be is left out. */
export function splitHost(text: string): { readonly host: string; readonly port: number | undefined } {
  const [, host = "", digits = ""] = /^(\[[^\]]*\]|[^:]*)(?::(\d{0,5}))?$/.exec(text) ?? [];
  const port = Number(digits);
  return { host: host.toLowerCase(), port: digits === "" || port > 65_535 ? undefined : port };
}

export function defaultPort(scheme: RequestConnectionPoint["scheme"]): number {
  return scheme === "https" ? 443 : 80;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
