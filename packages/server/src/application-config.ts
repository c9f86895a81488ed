import { InvalidOptionError } from "@sluice/core";
import { Application } from "./application/application.js";
import type { CodecBackend, CodecChoice, ReadPath, ReadPathChoice } from "./node/host.js";
import { NodeHost } from "./node/host.js";
import { trustedProxies } from "./node/trusted-proxies.js";
import type { Logger } from "./observability/logger.js";
import { consoleLogger } from "./observability/logger.js";

/** What every application takes, whatever serves it. */
export interface ApplicationConfig {
  /** Which codec runs. "auto" takes WebAssembly, and TypeScript where that does not run; "wasm" never falls back. Default "auto". */
  readonly codec?: CodecChoice;
  /**
   * How bytes come in. "shared" reads every connection straight into the codec's memory; "data" copies the chunks that
   * Node allocates for each read. "direct" is as "shared", and does without Node's socket and its streams: an idle session then
   * holds a kilobyte less. "auto" takes "direct" where the runtime has it, else "shared", else "data"; what is asked for by name
   * never falls back. Sockets of servers that are attached to are not taken away from them by "direct". TLS is read by way of
   * "data" whatever is asked for, and what has passed a gate by way of "shared". Default "auto".
   */
  readonly readPath?: ReadPathChoice;
  /** Where errors are reported; a pino logger fits. Default `console`. */
  readonly logger?: Logger;
  /**
   * The proxies whose `X-Forwarded-For`, `-Proto`, `-Host` and `-Port` are believed: addresses, networks such as
   * `"10.0.0.0/8"`, and the names `"loopback"`, `"linklocal"` and `"uniquelocal"`. From anybody else these headers are
   * ignored. A trusted proxy must set each of them, or take away what a client sent. Default: none. Ktor: the plugin
   * `XForwardedHeaders`.
   */
  readonly trustedProxies?: readonly string[];
}

/** The names of these options. */
export const APPLICATION_OPTIONS: readonly (keyof ApplicationConfig)[] = [
  "codec",
  "readPath",
  "logger",
  "trustedProxies",
];

/** What codec runs, and why. */
export interface CodecInUse {
  readonly backend: CodecBackend;
  readonly reason: string;
}

/** How bytes come in, and why. */
export interface ReadPathInUse {
  readonly path: ReadPath;
  readonly reason: string;
}

/**
 * @param own whether it is served by a server of its own.
 * @throws InvalidOptionError (`INVALID_OPTION`) for an option that cannot be.
 * @throws CodecUnavailableError (`CODEC_UNAVAILABLE`)
 * @throws ReadPathUnavailableError (`READ_PATH_UNAVAILABLE`)
 */
export function createApplication(
  config: ApplicationConfig,
  own: boolean,
): { application: Application; node: NodeHost } {
  const { codec = "auto", readPath = "auto", logger = consoleLogger } = config;
  if (codec !== "auto" && codec !== "wasm" && codec !== "typescript") {
    throw new InvalidOptionError("codec", codec, '"auto", "wasm" or "typescript"');
  }
  if (readPath !== "auto" && readPath !== "direct" && readPath !== "shared" && readPath !== "data") {
    throw new InvalidOptionError("readPath", readPath, '"auto", "direct", "shared" or "data"');
  }
  if (typeof logger?.error !== "function" || typeof logger.warn !== "function") {
    throw new InvalidOptionError("logger", logger, "an object with the methods error and warn");
  }
  const proxies = config.trustedProxies === undefined ? undefined : trustedProxies(config.trustedProxies);
  const node = new NodeHost(codec, readPath, own);
  return { application: new Application({ ...node.environment, logger, proxies }), node };
}
