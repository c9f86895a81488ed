/** A header's name and value. */
export type HeaderField = readonly [name: string, value: string];

/** A handshake that ends without a session: an ordinary HTTP response (RFC 6455 section 4.2.2). */
export interface HandshakeRefusal {
  readonly kind: "refused";
  readonly status: number;
  /** Besides `Connection`, `Content-Type` and `Content-Length`, which `printRefusal` adds. */
  readonly headers: readonly HeaderField[];
  /** One sentence for the body and the log. */
  readonly reason: string;
  /** The body, where that is not the reason. */
  readonly body?: string;
}

export function refuse(status: number, reason: string, headers: readonly HeaderField[] = []): HandshakeRefusal {
  return { kind: "refused", status, headers, reason };
}
