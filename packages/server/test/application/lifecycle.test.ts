import { describe, expect, it } from "vitest";
import type { EmbeddedServer, ServerConfig } from "../../src/index.js";
import {
  Application,
  ApplicationModulesLoaded,
  ApplicationStarted,
  ApplicationStarting,
  ApplicationStopPreparing,
  ApplicationStopped,
  ApplicationStopping,
  embeddedServer,
  ServerReady,
  WebSockets,
} from "../../src/index.js";
import { connect } from "../support/client.js";
import { echo, route, serve } from "../support/serve.js";
import { signal } from "../support/until.js";

const LOCAL: ServerConfig = { host: "127.0.0.1", port: 0 };

/** What is raised, by name, in order. */
function record(server: EmbeddedServer, steps: string[] = []): string[] {
  for (const event of [ServerReady, ApplicationStopPreparing]) {
    server.monitor.subscribe(event, (environment) => {
      expect(environment).toBe(server.application.environment);
      steps.push(event.name);
    });
  }
  for (const event of [
    ApplicationStarting,
    ApplicationModulesLoaded,
    ApplicationStarted,
    ApplicationStopping,
    ApplicationStopped,
  ]) {
    server.monitor.subscribe(event, (application) => {
      expect(application).toBe(server.application);
      steps.push(event.name);
    });
  }
  return steps;
}

describe("the events of an application", () => {
  it("come in Ktor's order, the modules between the first two", async () => {
    const steps: string[] = [];
    const server = embeddedServer(LOCAL, [
      (app) => {
        expect(app).toBeInstanceOf(Application);
        steps.push("first module");
      },
      async () => {
        await new Promise(setImmediate);
        steps.push("second module");
      },
    ]);
    record(server, steps);
    await server.start();
    expect(steps.splice(0)).toEqual([
      "ApplicationStarting",
      "first module",
      "second module",
      "ApplicationModulesLoaded",
      "ApplicationStarted",
      "ServerReady",
    ]);
    await Promise.all([server.stop(), server.stop()]);
    expect(steps).toEqual(["ApplicationStopPreparing", "ApplicationStopping", "ApplicationStopped"]);
  });

  it("tell a module that its application has started and stopped", async () => {
    const steps: string[] = [];
    const { server } = await serve((app) => {
      app.monitor.subscribe(ApplicationStarted, () => steps.push("started"));
      app.monitor.subscribe(ApplicationStopped, () => steps.push("stopped"));
    });
    expect(steps).toEqual(["started"]);
    await server.stop();
    expect(steps).toEqual(["started", "stopped"]);
  });

  it("say ServerReady when the server takes connections", async () => {
    const answered = signal<string>();
    const server = embeddedServer(LOCAL, route(echo));
    server.monitor.subscribe(ServerReady, async () => {
      const [{ port }] = await server.resolvedConnectors();
      const client = await connect({ url: (path) => `ws://127.0.0.1:${port}${path}` });
      answered.resolve(await client.askText("hi"));
    });
    await server.start();
    expect(await answered.promise).toBe("hi");
    await server.stop();
  });

  it("say ApplicationStopPreparing while sessions are open, and ApplicationStopping when their handlers are done", async () => {
    const steps: string[] = [];
    const opened = signal();
    const served = await serve((app) => {
      app.install(WebSockets);
      app.monitor.subscribe(ApplicationStopPreparing, () => steps.push("preparing"));
      app.monitor.subscribe(ApplicationStopping, () => steps.push("stopping"));
      app.routing((routing) => {
        routing.webSocket("/", async (session) => {
          opened.resolve();
          for await (const _ of session.incoming);
          steps.push("handler done");
        });
      });
    });
    await connect(served);
    await opened.promise;
    await served.server.stop();
    expect(steps).toEqual(["preparing", "handler done", "stopping"]);
  });

  it("end with ApplicationStopped when a module fails, and stopping adds nothing", async () => {
    const server = embeddedServer(LOCAL, () => Promise.reject(new Error("no configuration")));
    const steps = record(server);
    await expect(server.start()).rejects.toThrow("no configuration");
    await server.stop();
    expect(steps).toEqual(["ApplicationStarting", "ApplicationStopping", "ApplicationStopped"]);
  });

  it("end with ApplicationStopped when the server is stopped while it starts", async () => {
    const gate = signal();
    const server = embeddedServer(LOCAL, () => gate.promise);
    const steps = record(server);
    const started = server.start();
    const stopped = server.stop();
    gate.resolve();
    await expect(started).rejects.toMatchObject({ code: "SERVER_STOPPED" });
    await stopped;
    expect(steps).toEqual([
      "ApplicationStarting",
      "ApplicationStopPreparing",
      "ApplicationStopping",
      "ApplicationStopped",
    ]);
  });

  it("are none for a server that never started", async () => {
    const server = embeddedServer(LOCAL, () => undefined);
    const steps = record(server);
    await server.stop();
    expect(steps).toEqual([]);
  });

  it("go on when a handler fails, which is logged", async () => {
    const served = await serve((app) => {
      app.monitor.subscribe(ApplicationStarted, () => {
        throw new Error("a bug");
      });
      return route(echo)(app);
    });
    expect(served.takeLog()).toMatchObject([
      { error: { message: "a bug" }, message: expect.stringContaining("ApplicationStarted") },
    ]);
    expect(await (await connect(served)).askText("hi")).toBe("hi");
  });
});
