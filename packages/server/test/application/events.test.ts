import { describe, expect, expectTypeOf, it } from "vitest";
import { EventDefinition, Events } from "../../src/index.js";
import { until } from "../support/until.js";

const joined = new EventDefinition<string>("joined");

function events(log: [unknown, string][] = []): Events {
  const note = (error: unknown, message: string): void => void log.push([error, message]);
  return new Events({ error: note, warn: note });
}

describe("an event", () => {
  it("reaches who subscribed to it, in order, and nobody else", () => {
    const monitor = events();
    const heard: string[] = [];
    monitor.subscribe(joined, (name) => {
      expectTypeOf(name).toEqualTypeOf<string>();
      heard.push(`first ${name}`);
    });
    monitor.subscribe(joined, (name) => heard.push(`second ${name}`));
    monitor.subscribe(new EventDefinition<string>("joined"), () => heard.push("another event of that name"));
    monitor.raise(joined, "Ada");
    expect(heard).toEqual(["first Ada", "second Ada"]);
  });

  it("is raised with what its definition says", () => {
    // @ts-expect-error A number is no name.
    events().raise(joined, 1);
  });

  it("does not reach who unsubscribed, in either way", () => {
    const monitor = events();
    const heard: string[] = [];
    const listen = (name: string): void => void heard.push(name);
    const unsubscribe = monitor.subscribe(joined, listen);
    monitor.subscribe(joined, listen);
    unsubscribe();
    unsubscribe();
    monitor.raise(joined, "Ada");
    expect(heard).toEqual(["Ada"]);
    monitor.unsubscribe(joined, listen);
    monitor.raise(joined, "Bob");
    expect(heard).toEqual(["Ada"]);
  });

  it("reaches who listened when it was raised, whatever a handler changes meanwhile", () => {
    const monitor = events();
    const heard: string[] = [];
    const late = monitor.subscribe(joined, () => {
      late();
      monitor.subscribe(joined, (name) => heard.push(`late ${name}`));
    });
    monitor.subscribe(joined, (name) => heard.push(name));
    monitor.raise(joined, "Ada");
    monitor.raise(joined, "Bob");
    expect(heard).toEqual(["Ada", "Bob", "late Bob"]);
  });

  it("goes on to the next handler when one throws or rejects, which is logged with the event", async () => {
    const log: [unknown, string][] = [];
    const monitor = events(log);
    const heard: string[] = [];
    const [thrown, rejected] = [new Error("thrown"), new Error("rejected")];
    monitor.subscribe(joined, () => {
      throw thrown;
    });
    monitor.subscribe(joined, () => Promise.reject(rejected));
    monitor.subscribe(joined, (name) => heard.push(name));
    monitor.raise(joined, "Ada");
    expect(heard).toEqual(["Ada"]);
    await until(() => log.length === 2);
    expect(log).toEqual([
      [thrown, "A handler of the event joined failed"],
      [rejected, "A handler of the event joined failed"],
    ]);
  });
});
