import { SluiceError } from "@sluice/core";

/**
 * A path of a route, read. Ktor's syntax:
 *
 * | segment | matches | parameter |
 * | --- | --- | --- |
 * | `chat` | itself, percent-encoded or not | |
 * | `{room}` | one segment | `string` |
 * | `room-{id}.json` | one segment that begins and ends so, with something between | `string` |
 * | `{id?}`, last | one segment, or none | `string`, left out when there is none |
 * | `*` | one segment | |
 * | `{path...}`, last | all the rest, also nothing | `readonly string[]` |
 * | `{...}`, last | all the rest, also nothing | |
 *
 * As in Ktor, `/a` and `/a/` are different paths, and repeated slashes count as one. `/a/{id?}` matches `/a`, `/a/` and
 * `/a/7`; a tail matches with and without a slash at the end, and has `""` as its last element with one.
 */
export interface RoutePath {
  /** As it was written, with one slash at the start: `/chat/{room}`. */
  readonly text: string;
  readonly segments: readonly PathSegment[];
  /** Whether it ends in a slash, which then must be there; `/` alone counts as without. */
  readonly trailingSlash: boolean;
}

export type PathSegment =
  | { readonly kind: "literal"; readonly value: string }
  | { readonly kind: "wildcard" }
  | { readonly kind: "parameter" | "optional"; readonly name: string; readonly prefix: string; readonly suffix: string }
  | { readonly kind: "tail"; readonly name: string | null; readonly prefix: string };

/** A path of a route breaks the syntax of {@link RoutePath}. */
export class InvalidPathError extends SluiceError {
  readonly code = "INVALID_PATH";
  readonly path: string;
  /** Where in `path`, in UTF-16 units from 0. */
  readonly position: number;

  constructor(problem: string, path: string, position: number) {
    super(`The path ${JSON.stringify(path)} ${problem} (at position ${position})`);
    this.path = path;
    this.position = position;
  }
}

/**
 * Reads a path. The slash at the start may be left out.
 * @throws {@link InvalidPathError} `INVALID_PATH`
 */
export function parsePath(path: string): RoutePath {
  const text = path.startsWith("/") ? path : `/${path}`;
  const segments: PathSegment[] = [];
  const names = new Set<string>();
  let start = 1;
  while (start < text.length) {
    const slash = text.indexOf("/", start);
    const end = slash === -1 ? text.length : slash;
    if (end > start) {
      const last = segments.at(-1);
      if (last?.kind === "optional" || last?.kind === "tail") {
        const what = last.kind === "optional" ? "an optional parameter" : "a tail";
        throw new InvalidPathError(`goes on after ${what}, which must come last`, text, start);
      }
      const segment = parseSegment(text, start, end);
      if ("name" in segment && segment.name !== null) {
        if (names.has(segment.name)) throw new InvalidPathError(`names {${segment.name}} twice`, text, start);
        names.add(segment.name);
      }
      segments.push(segment);
    }
    start = end + 1;
  }
  const trailingSlash = segments.length > 0 && text.endsWith("/");
  if (trailingSlash && segments.at(-1)?.kind === "tail") {
    throw new InvalidPathError("goes on after a tail, which takes the slash too", text, text.length - 1);
  }
  return { text, segments, trailingSlash };
}

/**
 * The path of a route inside a route: `/chat` and `{room}` give `/chat/{room}`. An empty child is the parent itself, and
 * `/` the parent with a slash at its end, as in Ktor.
 */
export function joinPaths<Parent extends string, Child extends string>(
  parent: Parent,
  child: Child,
): JoinedPath<Parent, Child> {
  const joined = child === "" ? parent : `${parent.replace(/\/$/, "")}/${child.replace(/^\//, "")}`;
  return joined as JoinedPath<Parent, Child>;
}

/**
 * The type of {@link joinPaths}, as far as {@link PathParameters} needs it: slashes may be repeated. Below a route whose
 * path is only known as `string`, what the child's path has is known all the same.
 */
export type JoinedPath<Parent extends string, Child extends string> = string extends Child
  ? string
  : Child extends ""
    ? Parent
    : `${Parent}/${Child}`;

/**
 * The parameters of a path as a type: `PathParameters<"/chat/{room}/{id?}">` is
 * `{ readonly room: string; readonly id?: string }`. Of a path that is only known as `string` any may be there.
 */
export type PathParameters<Path extends string> = string extends Path ? AnyParameters : Flat<SegmentsParameters<Path>>;

interface AnyParameters {
  readonly [name: string]: string | readonly string[] | undefined;
}

type SegmentsParameters<Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? (string extends Segment ? AnyParameters : SegmentParameters<Segment>) & SegmentsParameters<Rest>
  : SegmentParameters<Path>;

type SegmentParameters<Segment extends string> = Segment extends `${string}{${infer Signature}}${string}`
  ? Signature extends "..."
    ? unknown
    : Signature extends `${infer Name}...`
      ? { readonly [Key in Name]: readonly string[] }
      : Signature extends `${infer Name}?`
        ? { readonly [Key in Name]?: string }
        : { readonly [Key in Signature]: string }
  : unknown;

/** One object type, as an editor should show it. */
type Flat<Parameters> = { [Key in keyof Parameters]: Parameters[Key] };

function parseSegment(path: string, start: number, end: number): PathSegment {
  const text = path.slice(start, end);
  if (text === "*") return { kind: "wildcard" };
  const open = text.indexOf("{");
  const close = text.indexOf("}");
  if (open === -1 && close === -1) return { kind: "literal", value: literal(path, start, end) };
  if (open === -1 || (close !== -1 && close < open)) {
    throw new InvalidPathError("closes a brace that is not open", path, start + close);
  }
  if (close === -1) throw new InvalidPathError("opens a brace and does not close it", path, start + open);
  const second = text.slice(open + 1).search(/[{]/) + open + 1;
  if (second > open) {
    const problem = second < close ? "has a brace inside braces" : "has two parameters in one segment";
    throw new InvalidPathError(problem, path, start + second);
  }
  const stray = text.indexOf("}", close + 1);
  if (stray !== -1) throw new InvalidPathError("closes a brace that is not open", path, start + stray);
  const prefix = literal(path, start, start + open);
  const suffix = literal(path, start + close + 1, end);
  return parseParameter(path, start + open + 1, text.slice(open + 1, close), prefix, suffix);
}

function parseParameter(path: string, start: number, signature: string, prefix: string, suffix: string): PathSegment {
  const isTail = signature.endsWith("...");
  const isOptional = !isTail && signature.endsWith("?");
  const name = signature.slice(0, signature.length - (isTail ? 3 : isOptional ? 1 : 0));
  if (name === "" && !isTail) throw new InvalidPathError("has a parameter without a name", path, start);
  if (!/^[\p{L}\p{N}_$-]*$/u.test(name)) {
    throw new InvalidPathError(
      `has the parameter name ${JSON.stringify(name)}, which is not made of letters, digits, _, - and $`,
      path,
      start,
    );
  }
  if (!isTail) return { kind: isOptional ? "optional" : "parameter", name, prefix, suffix };
  if (suffix !== "")
    throw new InvalidPathError("goes on after a tail, which must come last", path, start + signature.length + 1);
  return { kind: "tail", name: name === "" ? null : name, prefix };
}

/** The text of a segment or a part of one, decoded. */
function literal(path: string, start: number, end: number): string {
  const text = path.slice(start, end);
  const special = text.search(/[*?#]/);
  if (special !== -1) {
    const character = text.charAt(special);
    const hint =
      character === "*" ? "which stands alone for one segment ({...} takes the rest)" : "which no path can hold";
    const encoded = `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
    throw new InvalidPathError(
      `has "${character}" in a segment, ${hint}; the character itself is ${encoded}`,
      path,
      start + special,
    );
  }
  const decoded = decodeSegment(text);
  if (decoded === undefined) throw new InvalidPathError("has a malformed percent-encoding", path, start);
  return decoded;
}

/** `text` with its percent-encoding taken off once; `undefined` when that is malformed, or no UTF-8. */
export function decodeSegment(text: string): string | undefined {
  try {
    const decoded = text.includes("%") ? decodeURIComponent(text) : text;
    encodeURIComponent(decoded);
    return decoded;
  } catch {
    return undefined;
  }
}
