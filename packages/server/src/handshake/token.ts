/** Whether `text` is a token (RFC 9110 section 5.6.2): a header's name, a subprotocol, an element of `Connection`. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** The elements of a comma-separated list without the space around them, empty ones included. */
export function listElements(value: string): string[] {
  return value.split(",").map(trimSpace);
}

/** `text` without the spaces and tabs around it (`OWS`); `trim` would also take what a header may not hold. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
