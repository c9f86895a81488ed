import { addRoute, createRouter, findAllRoutes } from "rou3";
import type { PathSegment, RoutePath } from "./path.js";
import { decodeSegment, parsePath } from "./path.js";

/** What a path's parameters are at run time; it has no prototype, so that every name is an ordinary one. */
export type MatchedParameters = Readonly<Record<string, string | readonly string[]>>;

/** A route whose path matches. */
export interface PathMatch<out T> {
  readonly route: T;
  /** Decoded. */
  readonly parameters: MatchedParameters;
  /** How well each segment of the route's path fits, from 0 to 1. */
  readonly qualities: readonly number[];
}

/** Routes by path. What else a route asks for (method, headers, host, subprotocol) is for the caller to see. */
export interface PathRouter<in out T> {
  /**
   * @throws InvalidPathError `INVALID_PATH`
   */
  addRoute(path: string | RoutePath, route: T): void;

  /**
   * Every route that matches the path of a request, the best first, and those that are equally good in the order in
   * which they were added. `path` is as the request has it, without its query.
   *
   * As in Ktor, paths are compared segment by segment: text is better than a parameter with text around it, that than
   * a parameter, `*`, an optional parameter without a value, and a tail, in this order.
   *
   * @returns `undefined` when the path itself is malformed, which deserves a 400.
   */
  find(path: string): readonly PathMatch<T>[] | undefined;
}

/** Makes an empty router. rou3 narrows a request down to few routes; what they mean is decided here. */
export function createPathRouter<T>(): PathRouter<T> {
  return new Rou3Router();
}

interface Entry<T> {
  readonly path: RoutePath;
  readonly route: T;
  readonly order: number;
}

interface Candidate<T> extends PathMatch<T> {
  readonly order: number;
}

class Rou3Router<T> implements PathRouter<T> {
  readonly #rou3 = createRouter<Entry<T>[]>();
  /** Routes whose patterns are the same but for the names of parameters are one route to rou3. */
  readonly #entries = new Map<string, Entry<T>[]>();
  #order = 0;
  /** What was found last, where no parameters belong to it: mostly everybody asks for the same path. */
  #last: { readonly path: string; readonly found: readonly PathMatch<T>[] } | undefined;

  addRoute(path: string | RoutePath, route: T): void {
    this.#last = undefined;
    const parsed = typeof path === "string" ? parsePath(path) : path;
    const entry: Entry<T> = { path: parsed, route, order: this.#order++ };
    for (const pattern of patternsOf(parsed.segments)) {
      const entries = this.#entries.get(pattern);
      if (entries !== undefined) {
        entries.push(entry);
        continue;
      }
      const first = [entry];
      this.#entries.set(pattern, first);
      addRoute(this.#rou3, "", pattern, first);
    }
  }

  find(path: string): readonly PathMatch<T>[] | undefined {
    if (this.#last?.path === path) return this.#last.found;
    const found = this.#search(path);
    if (found?.every(({ parameters }) => parameters === NO_PARAMETERS)) this.#last = { path, found };
    return found;
  }

  #search(path: string): readonly PathMatch<T>[] | undefined {
    const segments = requestSegments(path);
    if (segments === undefined) return undefined;
    const slash = segments.length > 0 && path.endsWith("/");
    const found: Candidate<T>[] = [];
    for (const { data } of findAllRoutes(this.#rou3, "", patternPath(segments), { params: false })) {
      for (const entry of data) {
        const candidate = match(entry, segments, slash);
        if (candidate !== undefined) found.push(candidate);
      }
    }
    return found.sort((left, right) => byQuality(left.qualities, right.qualities) || left.order - right.order);
  }
}

/** A request's path in decoded segments; empty ones do not count. */
function requestSegments(path: string): string[] | undefined {
  if (!path.startsWith("/")) return undefined;
  const segments: string[] = [];
  for (const text of path.split("/")) {
    if (text === "") continue;
    const segment = decodeSegment(text);
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  return segments;
}

// Segments go to rou3 in one spelling and behind a dash: so `%61` and `a` are the same, nothing in them is syntax to
// rou3, and it never takes `..` for the way up.
function patternPath(segments: readonly string[]): string {
  return `/${segments.map(patternText).join("/")}`;
}

function patternText(segment: string): string {
  const encoded = encodeURIComponent(segment);
  return `-${encoded.replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

/** rou3's patterns for a path: two when its last segment may be missing. */
function patternsOf(segments: readonly PathSegment[]): string[] {
  const parts = segments.map((segment, index) => {
    switch (segment.kind) {
      case "literal":
        return patternText(segment.value);
      case "tail":
        return "**";
      default:
        return `:p${index}`;
    }
  });
  const whole = `/${parts.join("/")}`;
  return segments.at(-1)?.kind === "optional" ? [whole, `/${parts.slice(0, -1).join("/")}`] : [whole];
}

// Ktor's figures; only their order matters.
const LITERAL = 1;
const PARAMETER_WITH_TEXT = 0.9;
const PARAMETER = 0.8;
const WILDCARD = 0.5;
const MISSING = 0.2;
const TAIL = 0.1;

/** A session keeps its parameters for as long as it lives; those without any share these. */
const NO_PARAMETERS: MatchedParameters = Object.freeze(Object.create(null));

function match<T>(entry: Entry<T>, segments: readonly string[], slash: boolean): Candidate<T> | undefined {
  const { path, route, order } = entry;
  let parameters: Record<string, string | readonly string[]> | undefined;
  const set = (name: string, value: string | readonly string[]): void => {
    parameters ??= Object.create(null) as Record<string, string | readonly string[]>;
    parameters[name] = value;
  };
  const qualities: number[] = [];
  let slashTaken = path.trailingSlash;
  for (const [index, expected] of path.segments.entries()) {
    const segment = segments[index];
    switch (expected.kind) {
      case "literal":
        if (segment !== expected.value) return undefined;
        qualities.push(LITERAL);
        break;
      case "wildcard":
        if (segment === undefined) return undefined;
        qualities.push(WILDCARD);
        break;
      case "parameter":
      case "optional": {
        if (segment === undefined) {
          if (expected.kind === "parameter") return undefined;
          slashTaken = slash;
          qualities.push(MISSING);
          break;
        }
        const value = between(segment, expected.prefix, expected.suffix);
        if (value === undefined) return undefined;
        set(expected.name, value);
        qualities.push(expected.prefix + expected.suffix === "" ? PARAMETER : PARAMETER_WITH_TEXT);
        break;
      }
      case "tail": {
        const [first = "", ...rest] = segments.slice(index);
        if (!first.startsWith(expected.prefix)) return undefined;
        slashTaken = slash;
        qualities.push(segment === undefined && !slash ? MISSING : TAIL);
        if (expected.name === null) break;
        const values = segment === undefined ? [] : [first.slice(expected.prefix.length), ...rest];
        set(expected.name, slash ? [...values, ""] : values);
        break;
      }
    }
  }
  const whole = segments.length <= path.segments.length || path.segments.at(-1)?.kind === "tail";
  if (!whole || slash !== slashTaken) return undefined;
  return { route, parameters: parameters ?? NO_PARAMETERS, qualities, order };
}

/** What of `segment` stands between `prefix` and `suffix`, if there is something. */
function between(segment: string, prefix: string, suffix: string): string | undefined {
  const fits = segment.length > prefix.length + suffix.length && segment.startsWith(prefix) && segment.endsWith(suffix);
  return fits ? segment.slice(prefix.length, segment.length - suffix.length) : undefined;
}

/** The first segment in which two paths differ decides; where one has ended, it is as good as text there. */
export function byQuality(left: readonly number[], right: readonly number[]): number {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (right[index] ?? LITERAL) - (left[index] ?? LITERAL);
    if (difference !== 0) return difference;
  }
  return 0;
}
