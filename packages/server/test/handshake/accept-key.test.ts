import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { acceptKey, isHandshakeKey } from "../../src/handshake/accept-key.js";

const sha1 = (input: string): string => createHash("sha1").update(input).digest("base64");

it("answers the RFC's sample key as the RFC does", () => {
  expect(acceptKey("dGhlIHNhbXBsZSBub25jZQ==", sha1)).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

it.each([
  ["dGhlIHNhbXBsZSBub25jZQ==", true],
  ["AAAAAAAAAAAAAAAAAAAAAA==", true],
  ["+/+/+/+/+/+/+/+/+/+/+w==", true],
  ["AAAAAAAAAAAAAAAAAAAAAA=", false],
  ["AAAAAAAAAAAAAAAAAAAAA===", false],
  ["AAAAAAAAAAAAAAAAAAAAAAAA", false],
  ["AAAAAAAAAAAAAAAAAAAAAA==AAAA", false],
  ["", false],
])("takes %j for 16 bytes in base64: %s", (key, is) => {
  expect(isHandshakeKey(key)).toBe(is);
});
