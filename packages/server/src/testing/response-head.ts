/** A response as it stands on the wire, read. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Reads a response that the server printed: its head, and what follows the empty line. */
export function readResponse(printed: string): WireResponse {
  const end = printed.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = printed.slice(0, end).split("\r\n");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(statusLine.split(" ")[1]), headers, body: printed.slice(end + 4) };
}
