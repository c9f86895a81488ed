import { describe, expect, it } from "vitest";
import type { Application, ApplicationPlugin } from "../../src/index.js";
import { DuplicatePluginError, MissingPluginError, WebSockets } from "../../src/index.js";
import { application } from "../support/application.js";
import { connect } from "../support/client.js";
import { echo, serve } from "../support/serve.js";

const counting: ApplicationPlugin<{ readonly from: number }, { count: number }> = {
  name: "Counting",
  install: (_, { from }) => ({ count: from }),
};

describe("an application", () => {
  it("is put together from modules, asynchronous ones too", async () => {
    const plugins = (app: Application): void => void app.install(WebSockets, {});
    const routes = async (app: Application): Promise<void> => {
      await new Promise(setImmediate);
      app.routing((routing) => void routing.webSocket("/", echo));
    };
    const served = await serve(async (app) => {
      plugins(app);
      await routes(app);
    });
    expect(await (await connect(served)).askText("hi")).toBe("hi");
  });

  it("installs a plugin, and finds it again", () => {
    const app = application();
    expect(app.pluginOrNull(counting)).toBeNull();
    const instance = app.install(counting, { from: 3 });
    expect(instance.count).toBe(3);
    expect(app.plugin(counting)).toBe(instance);
    expect(app.pluginOrNull(counting)).toBe(instance);
  });

  it("installs a plugin once", () => {
    const app = application();
    app.install(WebSockets, {});
    expect(() => app.install(WebSockets, {})).toThrow(DuplicatePluginError);
    expect(() => app.install(WebSockets, {})).toThrow("WebSockets");
    expect(application().install(WebSockets)).toBeDefined();
  });

  it("asks for the options of a plugin that needs some", () => {
    // @ts-expect-error Where to begin is not said.
    expect(() => application().install(counting)).not.toThrow();
    // @ts-expect-error Where to begin is no text.
    application().install(counting, { from: "3" });
  });

  it("does not have a plugin whose options were wrong", () => {
    const app = application();
    expect(() => app.install(WebSockets, { maxFrameSize: 0 })).toThrow("maxFrameSize");
    expect(app.pluginOrNull(WebSockets)).toBeNull();
    app.install(WebSockets, {});
  });

  it("says which plugin is missing", () => {
    expect(() => application().plugin(counting)).toThrow(MissingPluginError);
    expect(() => application().plugin(counting)).toThrow("Counting");
  });

  it("refuses a WebSocket route without the plugin, when it is defined", () => {
    const definitions = [
      () => application().routing((routing) => void routing.webSocket("/", () => undefined)),
      () => application().routing((routing) => void routing.webSocketRaw("/", () => undefined)),
    ];
    for (const define of definitions) {
      expect(define).toThrow(MissingPluginError);
      expect(define).toThrow("app.install(WebSockets");
    }
  });
});
