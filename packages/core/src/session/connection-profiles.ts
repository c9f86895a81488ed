import type { ExtensionPipeline } from "../extension/pipeline.js";
import { ConnectionProfile } from "../protocol/connection-profile.js";
import type { SessionOptions } from "./session-options.js";

/** Those of sessions with the same options: one for each kind of session, and for each set of reserved bits in use. */
const profiles = new WeakMap<SessionOptions, ConnectionProfile[]>();

/** What a session's connection shares with all others that are read alike. */
export function profileOf(
  options: SessionOptions,
  raw: boolean,
  pipeline: ExtensionPipeline | undefined,
): ConnectionProfile {
  const { messageRsv = 0, continuationRsv = 0 } = pipeline ?? {};
  const known = profiles.get(options) ?? [];
  const shared = known.find(
    (one) => one.raw === raw && one.messageRsv === messageRsv && one.continuationRsv === continuationRsv,
  );
  if (shared !== undefined) return shared;
  const { role, codec, retained, platform, validateText = false } = options;
  const kind = { role, codec, retained, maskKeys: platform, raw, messageRsv, continuationRsv };
  const profile = new ConnectionProfile({ ...kind, validateText: !raw || validateText });
  profiles.set(options, [...known, profile]);
  return profile;
}
