import type { InstalledWebSocketExtension, WebSocketExtension, WebSocketExtensionFactory } from "./contract.js";
import { ExtensionConflictError, InvalidExtensionAnswerError } from "./errors.js";
import type { WebSocketExtensionHeader } from "./header.js";

/** An extension in use in one session. */
export interface ActiveExtension {
  readonly factory: WebSocketExtensionFactory<never, WebSocketExtension>;
  readonly extension: WebSocketExtension;
}

/** One list for all sessions without any. */
export const NO_EXTENSIONS: readonly ActiveExtension[] = [];

/** What came of a server's negotiation. */
export interface ExtensionAgreement {
  /** In the order in which they apply going out. */
  readonly active: readonly ActiveExtension[];
  /** The answer, in the same order; empty for no header at all. */
  readonly answer: readonly WebSocketExtensionHeader[];
}

/** @throws ExtensionConflictError (`EXTENSION_CONFLICT`) for two that are the same, or own the same reserved bit. */
export function checkConflicts(installed: readonly InstalledWebSocketExtension[]): void {
  for (const [index, { factory }] of installed.entries()) {
    for (const { factory: before } of installed.slice(0, index)) {
      if (before.key === factory.key) throw new ExtensionConflictError(before.key, factory.key, "key");
      for (const bit of ["rsv1", "rsv2", "rsv3"] as const) {
        if (before[bit] && factory[bit]) {
          throw new ExtensionConflictError(before.key, factory.key, bit.toUpperCase() as "RSV1" | "RSV2" | "RSV3");
        }
      }
    }
  }
}

/**
 * On a server: asks the installed extensions, in their order, what they answer to a client's offers.
 *
 * @throws InvalidExtensionAnswerError (`INVALID_EXTENSION_ANSWER`) for an answer that names what was not offered.
 * @throws what an extension throws.
 */
export function negotiateExtensions(
  installed: readonly InstalledWebSocketExtension[],
  offers: readonly WebSocketExtensionHeader[],
): ExtensionAgreement {
  if (installed.length === 0) return NO_AGREEMENT;
  const active: ActiveExtension[] = [];
  const answer: WebSocketExtensionHeader[] = [];
  for (const { factory, create } of installed) {
    const extension = create();
    const agreed = isSilent(extension) ? undefined : (extension.serverNegotiation?.(offers) ?? []);
    if (agreed?.length === 0) continue;
    for (const element of agreed ?? []) {
      if (offers.some(({ name }) => name === element.name)) answer.push(element);
      else throw new InvalidExtensionAnswerError(element.name, `is answered by ${factory.key} and was not offered`);
    }
    active.push({ factory, extension });
  }
  return { active, answer };
}

const NO_AGREEMENT: ExtensionAgreement = { active: NO_EXTENSIONS, answer: [] };

/** What a client offers. */
export function extensionOffers(candidates: readonly ActiveExtension[]): WebSocketExtensionHeader[] {
  return candidates.flatMap(({ extension }) => extension.protocols ?? []);
}

/**
 * On a client: those of its extensions that a server's answer put to use, in the order in which they apply going out, which
 * is the answer's; those that need no agreement come first.
 *
 * @throws InvalidExtensionAnswerError (`INVALID_EXTENSION_ANSWER`) for an answer with an element that no extension takes.
 * @throws what an extension throws.
 */
export function acceptedExtensions(
  candidates: readonly ActiveExtension[],
  answer: readonly WebSocketExtensionHeader[],
): readonly ActiveExtension[] {
  const taken = new Map<WebSocketExtensionHeader, ActiveExtension>();
  for (const candidate of candidates) {
    const names = new Set(candidate.extension.protocols?.map(({ name }) => name));
    const elements = answer.filter(({ name }) => names.has(name));
    if (elements.length === 0 || candidate.extension.clientNegotiation?.(elements) !== true) continue;
    for (const element of elements) taken.set(element, candidate);
  }
  const inUse = new Set(candidates.filter(({ extension }) => isSilent(extension)));
  for (const element of answer) {
    const candidate = taken.get(element);
    if (candidate === undefined) throw new InvalidExtensionAnswerError(element.name, "is not what was offered");
    inUse.add(candidate);
  }
  return [...inUse];
}

/** Whether an extension works without the other side's knowing. */
function isSilent({ protocols = [] }: WebSocketExtension): boolean {
  return protocols.length === 0;
}
