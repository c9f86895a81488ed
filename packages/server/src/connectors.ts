import { InvalidOptionError } from "@sluice/core";
import { checkOptionNames } from "./application/option-names.js";
import type { TlsOptions } from "./node/host.js";

/** One place to listen at. Ktor: `connector { }` and `sslConnector { }`. */
export interface ConnectorConfig {
  /** Default 8080; 0 takes a free one, which `resolvedConnectors()` tells. */
  readonly port?: number;
  /** Default `"0.0.0.0"`: every IPv4 address of the machine. */
  readonly host?: string;
  /** Serves TLS with these options of `node:https`: `key`, `cert` … */
  readonly tls?: TlsOptions;
}

/** A connector with the defaults in their places. */
export interface ResolvedConnector {
  readonly port: number;
  readonly host: string;
  readonly tls: TlsOptions | undefined;
}

/** The names of a connector's options. */
export const CONNECTOR_OPTIONS: readonly (keyof ConnectorConfig)[] = ["port", "host", "tls"];

/**
 * Where a server listens: at `connectors`, or at the one place that its own options name.
 *
 * @throws InvalidOptionError (`INVALID_OPTION`) for an option that cannot be, both ways at once, or no connector at all.
 */
export function resolveConnectors(
  config: ConnectorConfig & { readonly connectors?: readonly ConnectorConfig[] },
): readonly [ResolvedConnector, ...ResolvedConnector[]] {
  const { connectors } = config;
  if (connectors === undefined) return [resolve(config, "")];
  for (const name of CONNECTOR_OPTIONS) {
    if (config[name] === undefined) continue;
    throw new InvalidOptionError(name, config[name], "left out beside connectors: each of them has its own");
  }
  if (!Array.isArray(connectors)) throw new InvalidOptionError("connectors", connectors, "an array");
  const [first, ...more] = connectors.map((connector: ConnectorConfig, index) => {
    const name = `connectors[${index}]`;
    checkOptionNames(name, connector, CONNECTOR_OPTIONS);
    return resolve(connector, `${name}.`);
  });
  if (first === undefined) throw new InvalidOptionError("connectors", connectors, "at least one");
  return [first, ...more];
}

/** @param prefix what stands before the options' names in messages. */
function resolve({ port = 8080, host = "0.0.0.0", tls }: ConnectorConfig, prefix: string): ResolvedConnector {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidOptionError(`${prefix}port`, port, "a whole number from 0 to 65535");
  }
  if (typeof host !== "string" || host === "") {
    throw new InvalidOptionError(`${prefix}host`, host, "a name or an address");
  }
  if (tls !== undefined && (typeof tls !== "object" || tls === null)) {
    throw new InvalidOptionError(`${prefix}tls`, tls, "an object, with key and cert for example");
  }
  return { port, host, tls };
}
