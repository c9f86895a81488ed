import type { Logger } from "../observability/logger.js";
import { report } from "../observability/logger.js";

/**
 * An event, and the type of what it is raised with. Two definitions are never the same event. Ktor: `EventDefinition`.
 *
 * ```ts
 * const UserJoined = new EventDefinition<string>("UserJoined");
 * app.monitor.subscribe(UserJoined, (name) => console.log(name));
 * app.monitor.raise(UserJoined, "Ada");
 * ```
 */
export class EventDefinition<in T> {
  /** Keeps the type of the value with the event. @internal */
  declare readonly value: (value: T) => void;

  constructor(
    /** For the log. */
    readonly name: string,
  ) {}
}

/** What listens to an event. What it throws, or rejects with, is logged; nobody waits for what it gives. */
export type EventHandler<T> = (value: T) => unknown;

/** Events, and who listens to them. Ktor: `Events`. */
export class Events {
  readonly #handlers = new Map<EventDefinition<never>, Set<Subscription>>();
  readonly #log: Logger;

  /** @internal */
  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * Calls `handler` each time that the event is raised, behind those that subscribed before.
   *
   * @returns what ends the subscription; it may be called more than once. Ktor: `DisposableHandle`.
   */
  subscribe<T>(definition: EventDefinition<T>, handler: EventHandler<T>): () => void {
    const subscription: Subscription = { handler };
    const handlers = this.#handlers.get(definition);
    if (handlers === undefined) this.#handlers.set(definition, new Set([subscription]));
    else handlers.add(subscription);
    return () => void this.#handlers.get(definition)?.delete(subscription);
  }

  /** Ends every subscription of `handler` to the event. */
  unsubscribe<T>(definition: EventDefinition<T>, handler: EventHandler<T>): void {
    const handlers = this.#handlers.get(definition);
    for (const subscription of handlers ?? []) if (subscription.handler === handler) handlers?.delete(subscription);
  }

  /** Calls who listens now, in the order of subscription. Never throws: a handler that fails is logged, and the next one called. */
  raise<T>(definition: EventDefinition<T>, value: T): void {
    for (const { handler } of [...(this.#handlers.get(definition) ?? [])]) {
      void this.#call(definition, handler as EventHandler<T>, value);
    }
  }

  async #call<T>(definition: EventDefinition<T>, handler: EventHandler<T>, value: T): Promise<void> {
    try {
      await handler(value);
    } catch (error) {
      report(this.#log, error, `A handler of the event ${definition.name} failed`);
    }
  }
}

/** One object for each subscription, so that a function may be subscribed twice. */
interface Subscription {
  readonly handler: EventHandler<never>;
}
