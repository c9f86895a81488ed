import type { Arbitrary } from "fast-check";
import fc from "fast-check";

export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Whether an object anywhere in the value has a property of its own that is named `__proto__`. */
export function namesProto(value: unknown): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(namesProto);
}

/** Values that the binary formats have, beyond those of JSON: bytes, and numbers without a text. */
export function convertible({ bigints }: { readonly bigints: boolean }): Arbitrary<unknown> {
  const text = fc.string({ unit: "binary" });
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, false),
      fc.integer(),
      fc.maxSafeInteger(),
      // Both formats write -0 as the whole number 0.
      fc.double().map((number) => number + 0),
      text,
      fc.uint8Array(),
      ...(bigints
        ? [fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }), fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) })]
        : []),
      fc.array(tie("value")),
      fc.dictionary(
        text.filter((key) => key !== "__proto__"),
        tie("value"),
        { noNullPrototype: true },
      ),
    ),
  })).value;
}
