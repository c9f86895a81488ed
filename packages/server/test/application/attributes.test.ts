import { describe, expect, expectTypeOf, it } from "vitest";
import { AttributeKey, Attributes } from "../../src/index.js";

describe("attributes", () => {
  const name = new AttributeKey<string>("name");

  it("keep a value by its key, with its type", () => {
    const attributes = new Attributes();
    expect(attributes.contains(name)).toBe(false);
    expect(attributes.getOrNull(name)).toBeNull();
    attributes.put(name, "Ada");
    expectTypeOf(attributes.get(name)).toEqualTypeOf<string>();
    expect(attributes.get(name)).toBe("Ada");
    expect(attributes.contains(name)).toBe(true);
    attributes.remove(name);
    expect(() => attributes.get(name)).toThrow("name");
  });

  it("keep keys of one name apart", () => {
    const attributes = new Attributes();
    attributes.put(name, "Ada");
    expect(attributes.getOrNull(new AttributeKey<string>("name"))).toBeNull();
  });

  it("compute a value once, undefined too", () => {
    const attributes = new Attributes();
    const nothing = new AttributeKey<undefined>("nothing");
    let computed = 0;
    const compute = (): undefined => {
      computed++;
      return undefined;
    };
    attributes.computeIfAbsent(nothing, compute);
    expect(attributes.computeIfAbsent(nothing, compute)).toBeUndefined();
    expect(computed).toBe(1);
  });
});
