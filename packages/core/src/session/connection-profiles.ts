import type { ExtensionPipeline } from "../extension/pipeline.js";
import { ConnectionProfile } from "../protocol/connection-profile.js";
import type { SessionOptions } from "./session-options.js";

/** Of sessions without extensions, which are all alike. */
const profiles = new WeakMap<SessionOptions, ConnectionProfile>();

/** What a session's connection shares with others: all of it, where no extensions are in use. */
export function profileOf(
  options: SessionOptions,
  raw: boolean,
  pipeline: ExtensionPipeline | undefined,
): ConnectionProfile {
  const known = pipeline === undefined ? profiles.get(options) : undefined;
  if (known?.raw === raw) return known;
  const { role, codec, retained, platform, validateText = false } = options;
  const { messageRsv, continuationRsv } = pipeline ?? {};
  const kind = { role, codec, retained, maskKeys: platform, raw, messageRsv, continuationRsv };
  const profile = new ConnectionProfile({ ...kind, validateText: !raw || validateText });
  if (pipeline === undefined) profiles.set(options, profile);
  return profile;
}
