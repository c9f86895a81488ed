/**
 * Names a value among `Attributes`; two keys are never the same, whatever they are called. Ktor: `AttributeKey`.
 *
 * ```ts
 * const user = new AttributeKey<string>("user");
 * call.attributes.put(user, "Ada");
 * call.attributes.get(user); // "Ada", a string
 * ```
 */
export class AttributeKey<T> {
  /** Keeps the type of the value with the key. @internal */
  declare readonly value: T;

  constructor(
    /** For errors. */
    readonly name: string,
  ) {}
}

/** Values that plugins and handlers attach to an application or a call. Ktor: `Attributes`. */
export class Attributes {
  /** Made with the first value: most calls have none. */
  #values: Map<AttributeKey<unknown>, unknown> | undefined;

  /** @throws Error when there is no value. */
  get<T>(key: AttributeKey<T>): T {
    if (!this.contains(key)) throw new Error(`There is no attribute "${key.name}"`);
    return this.#values?.get(key) as T;
  }

  /** The value, or `null` where there is none. */
  getOrNull<T>(key: AttributeKey<T>): T | null {
    return this.contains(key) ? (this.#values?.get(key) as T) : null;
  }

  /** Sets the value, in place of the one before. */
  put<T>(key: AttributeKey<T>, value: T): void {
    this.#values ??= new Map();
    this.#values.set(key, value);
  }

  /** Whether there is a value. */
  contains(key: AttributeKey<unknown>): boolean {
    return this.#values?.has(key) ?? false;
  }

  /** Takes the value away, if there is one. */
  remove(key: AttributeKey<unknown>): void {
    this.#values?.delete(key);
  }

  /** The value, made by `compute` where there is none. */
  computeIfAbsent<T>(key: AttributeKey<T>, compute: () => T): T {
    if (!this.contains(key)) this.put(key, compute());
    return this.#values?.get(key) as T;
  }
}
