import type { HandshakeRefusal } from "../handshake/refusal.js";
import { refuse } from "../handshake/refusal.js";
import type { PathMatch } from "./router.js";
import { byQuality } from "./router.js";
import type { PlacedSelector, RouteSelector, SelectableRequest } from "./selector.js";

/** A route with what it asks of a request besides its path, in the order in which the routes around it ask it. */
export interface Selective {
  readonly selectors: readonly PlacedSelector[];
}

/** A route that has a request's path and does not take the request. */
export interface Failure<out T> {
  readonly route: T;
  /** The first that does not fit. */
  readonly selector: RouteSelector;
}

/** What of the routes with a request's path take the request. */
export interface Resolution<out T> {
  /** The best first. */
  readonly matches: readonly PathMatch<T>[];
  readonly failures: readonly Failure<T>[];
}

/**
 * Looks at all else that the routes with a request's path ask for. As in Ktor, path and selectors are compared from the
 * root on; the first difference in quality decides, then the number of selectors, then the client's order of subprotocols,
 * then which route was defined first.
 */
export function resolve<T extends Selective>(
  found: readonly PathMatch<T>[],
  request: SelectableRequest,
): Resolution<T> {
  if (found.every(({ route }) => route.selectors.length === 0)) return { matches: found, failures: [] };
  const matches: PathMatch<T>[] = [];
  const failures: Failure<T>[] = [];
  for (const match of found) {
    const qualities = evaluate(match, request);
    if (Array.isArray(qualities)) matches.push({ ...match, qualities });
    else failures.push({ route: match.route, selector: qualities as RouteSelector });
  }
  const rank = ({ route }: PathMatch<T>): number =>
    route.selectors.reduce((sum, { selector }) => sum + (selector.rank?.(request) ?? 0), 0);
  matches.sort((left, right) => byQualityAndNumber(left, right) || rank(left) - rank(right));
  return { matches, failures };
}

/** The answer where no route takes a request: 405, 400 or 404, after what came nearest. */
export function refusalOf(failures: readonly Failure<unknown>[]): HandshakeRefusal {
  const of = (kind: RouteSelector["kind"]): string[] => {
    const texts = failures.flatMap(({ selector }) => (selector.kind === kind ? [selector.text] : []));
    return [...new Set(texts)];
  };
  const methods = of("method");
  if (methods.length > 0) {
    const allow = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
    return refuse(405, `Only ${methods.join(", ")} is answered here`, [["Allow", allow]]);
  }
  if (of("protocol").length > 0) return refuse(400, "None of the offered subprotocols is spoken here");
  const headers = of("header");
  if (headers.length > 0) return refuse(400, `No route takes this request for its header ${headers.join(", ")}`);
  return refuse(404, "Nothing is here");
}

/** The qualities of path and selectors, each selector behind the segments that it stands behind; or what does not fit. */
function evaluate<T extends Selective>(match: PathMatch<T>, request: SelectableRequest): number[] | RouteSelector {
  const qualities: number[] = [];
  let segment = 0;
  for (const { behind, selector } of match.route.selectors) {
    while (segment < behind) qualities.push(match.qualities[segment++] ?? 1);
    const quality = selector.evaluate(request);
    if (quality === undefined) return selector;
    qualities.push(quality);
  }
  qualities.push(...match.qualities.slice(segment));
  return qualities;
}

function byQualityAndNumber<T>(left: PathMatch<T>, right: PathMatch<T>): number {
  return byQuality(left.qualities, right.qualities) || right.qualities.length - left.qualities.length;
}
