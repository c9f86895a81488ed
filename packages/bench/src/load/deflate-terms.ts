import { LoadFailure } from "./failure.js";

/** What a client may do by the server's answer (RFC 7692 section 7.1). */
export interface ClientTerms {
  /** Whether messages are compressed one behind the other, each in the context of those before it. */
  readonly takeover: boolean;
  readonly windowBits: number;
}

/** What the client offers (RFC 7692 section 7.1). */
export function offer({ takeover }: { readonly takeover: boolean }): string {
  return takeover
    ? "permessage-deflate; client_max_window_bits"
    : "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
}

/** What the server's answer lets the client do. @throws LoadFailure when the server does not compress. */
export function termsOf(answer: string): ClientTerms {
  if (!answer.startsWith("permessage-deflate")) {
    throw new LoadFailure(`the server does not compress, and answers the offer with ${JSON.stringify(answer)}`);
  }
  return {
    takeover: !answer.includes("client_no_context_takeover"),
    windowBits: Number(/client_max_window_bits="?(\d+)/.exec(answer)?.[1] ?? 15),
  };
}
