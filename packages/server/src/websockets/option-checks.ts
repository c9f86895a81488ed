import type {
  ChannelConfig,
  Duration,
  InstalledWebSocketExtension,
  SessionSettings,
  WebSocketContentConverter,
} from "@sluice/core";
import { checkConflicts, InvalidOptionError, milliseconds } from "@sluice/core";
import { checkOptionNames } from "../application/option-names.js";

type Channels = { readonly incoming?: ChannelConfig; readonly outgoing?: ChannelConfig };

/** Checks options: each gives the value, or throws InvalidOptionError (`INVALID_OPTION`) with the option's name and value. */
export class OptionChecks {
  readonly #where: string | undefined;

  /** @param where whose options they are, where that is not the plugin: `webSocket(/chat)`. */
  constructor(where?: string) {
    this.#where = where;
  }

  /** An option's name in messages. */
  name(option: string): string {
    return this.#where === undefined ? option : `${option} of ${this.#where}`;
  }

  /** An object that has no name but these. */
  names(what: string, value: unknown, names: readonly string[]): object {
    return checkOptionNames(this.name(what), value, names, (name) => this.name(name));
  }

  flag(option: string, value: boolean): boolean {
    if (typeof value !== "boolean") throw new InvalidOptionError(this.name(option), value, "true or false");
    return value;
  }

  /** A whole number from 1; `Infinity` where nothing bounds it. */
  count(option: string, value: number, most: number = Number.POSITIVE_INFINITY): number {
    if ((Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= 1 && value <= most) return value;
    const bound = most === Number.POSITIVE_INFINITY ? ", or Infinity" : ` to ${most}`;
    throw new InvalidOptionError(this.name(option), value, `a whole number from 1${bound}`);
  }

  /** A duration in milliseconds, 0 included. */
  duration(option: string, value: Duration): number {
    return milliseconds(value, this.name(option));
  }

  /** A duration in milliseconds, more than 0. */
  positive(option: string, value: Duration): number {
    const result = this.duration(option, value);
    if (result === 0) throw new InvalidOptionError(this.name(option), value, "longer than 0 ms");
    return result;
  }

  converter(value: WebSocketContentConverter | undefined): WebSocketContentConverter | undefined {
    if (value === undefined) return undefined;
    const methods = ["serialize", "deserialize", "isApplicable"] as const;
    if (typeof value === "object" && value !== null && methods.every((name) => typeof value[name] === "function")) {
      return value;
    }
    throw new InvalidOptionError(this.name("contentConverter"), value, `an object with ${methods.join(", ")}`);
  }

  /** @throws ExtensionConflictError (`EXTENSION_CONFLICT`) for two that cannot be installed together. */
  extensions(value: readonly InstalledWebSocketExtension[]): readonly InstalledWebSocketExtension[] {
    if (!Array.isArray(value)) throw new InvalidOptionError(this.name("extensions"), value, "an array");
    for (const [index, installed] of value.entries()) {
      if (isInstalled(installed)) continue;
      throw new InvalidOptionError(this.name(`extensions[${index}]`), installed, "an installed extension, such as X()");
    }
    checkConflicts(value);
    return value;
  }

  channels(value: Channels): Channels {
    return this.names("channels", value, DIRECTIONS);
  }

  /** A channel's bounds, which may be made by `bounded` and `unlimited` or written by hand. */
  channel(option: string, config: ChannelConfig, maxBytes: number): SessionSettings["incoming"] {
    if (typeof config !== "object" || config === null) {
      throw new InvalidOptionError(this.name(option), config, "bounded(…) or unlimited()");
    }
    const { onOverflow } = config;
    if (onOverflow !== "suspend" && onOverflow !== "close") {
      throw new InvalidOptionError(this.name(`${option}.onOverflow`), onOverflow, '"suspend" or "close"');
    }
    return {
      capacity: this.count(`${option}.capacity`, config.capacity),
      maxBytes: this.count(`${option}.maxBytes`, config.maxBytes ?? maxBytes),
      onOverflow,
    };
  }
}

const DIRECTIONS: readonly (keyof Channels)[] = ["incoming", "outgoing"];

function isInstalled(value: unknown): value is InstalledWebSocketExtension {
  return typeof value === "object" && value !== null && "factory" in value && "create" in value;
}
