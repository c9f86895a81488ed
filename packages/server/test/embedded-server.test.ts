import { createServer } from "node:net";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import type { EngineConnector, ServerConfig } from "../src/index.js";
import { embeddedServer, InvalidOptionError, ListenError, ServerStoppedError, WebSockets } from "../src/index.js";
import { certificate } from "./support/certificate.js";
import { connect } from "./support/client.js";
import { send } from "./support/peer.js";
import { run } from "./support/run.js";
import { echo, route, serve } from "./support/serve.js";
import { signal } from "./support/until.js";

const LOCAL: ServerConfig = { host: "127.0.0.1", port: 0 };

/** A port that somebody listens on. */
async function busyPort(): Promise<number> {
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void busy.close());
  const address = busy.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A port that nobody listened on a moment ago. */
async function freePort(): Promise<number> {
  const taken = await serve([]);
  await taken.server.stop();
  return taken.port;
}

describe("a server", () => {
  it("tells where it listens, once it does", async () => {
    const server = embeddedServer(LOCAL, () => undefined);
    const connectors = server.resolvedConnectors();
    await server.start();
    onTestFinished(() => server.stop());
    expect(await connectors).toEqual([{ type: "HTTP", host: "127.0.0.1", port: expect.any(Number) }]);
    expect((await connectors)[0].port).toBeGreaterThan(0);
  });

  it("runs its module before it listens, however long that takes", async () => {
    const steps: string[] = [];
    const served = await serve(async (app) => {
      await new Promise(setImmediate);
      steps.push("module");
      await route(echo)(app);
    });
    steps.push("started");
    expect(steps).toEqual(["module", "started"]);
    expect(await (await connect(served)).askText("hi")).toBe("hi");
  });

  it("runs its module once, however often it is started", async () => {
    let runs = 0;
    const served = await serve(() => void runs++);
    await Promise.all([served.server.start(), served.server.start()]);
    expect(runs).toBe(1);
  });

  it("says in one line that its port is in use", async () => {
    const port = await busyPort();
    const server = embeddedServer({ ...LOCAL, port }, () => undefined);
    const error = await server.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ListenError);
    expect(error).toMatchObject({ code: "ADDRESS_IN_USE", port, message: `Port ${port} on 127.0.0.1 is in use` });
    await expect(server.resolvedConnectors()).rejects.toBe(error);
    await expect(server.start()).rejects.toBe(error);
    await server.stop();
  });

  it("says that an address is not its own", async () => {
    const server = embeddedServer({ ...LOCAL, host: "192.0.2.1" }, () => undefined);
    await expect(server.start()).rejects.toMatchObject({ code: "ADDRESS_NOT_AVAILABLE", host: "192.0.2.1" });
    await server.stop();
  });

  it("does not start when its module fails, and can be stopped all the same", async () => {
    const error = new Error("no configuration");
    for (const module of [
      () => Promise.reject(error),
      () => {
        throw error;
      },
    ]) {
      const server = embeddedServer(LOCAL, module);
      await expect(server.start({ wait: true })).rejects.toBe(error);
      await server.stop();
    }
  });

  it("leaves no rejection behind that nobody handles", async () => {
    const port = await busyPort();
    const script = `
      import { embeddedServer } from "@sluice/server";
      const server = embeddedServer({ host: "127.0.0.1", port: ${port} }, () => undefined);
      try { await server.start(); } catch (error) { console.log(error.code); }
      await server.stop();
    `;
    expect(await run(script)).toEqual({ code: 0, output: "ADDRESS_IN_USE\n" });
  });

  it.each<[string, unknown, string]>([
    ["port", { port: 65_536 }, "65536"],
    ["port", { port: 1.5 }, "1.5"],
    ["port", { port: "80" }, '"80"'],
    ["host", { host: "" }, '""'],
    ["codec", { codec: "rust" }, '"rust"'],
    ["readPath", { readPath: "fast" }, '"fast"'],
    ["readPath", { readPath: "shared", tls: certificate }, '"auto" or "data" where a connector has tls'],
    ["readPath", { readPath: "direct", tls: certificate }, '"auto" or "data" where a connector has tls'],
    ["handshakeTimeout", { handshakeTimeout: 0 }, "0"],
    ["handshakeTimeout", { handshakeTimeout: "soon" }, '"soon"'],
    ["trustedProxies", { trustedProxies: ["10.0.0.0/33"] }, "10.0.0.0/33"],
    ["logger", { logger: { error: () => undefined } }, "error and warn"],
    ["hots", { hots: "127.0.0.1" }, '"127.0.0.1"'],
    ["__proto__", JSON.parse('{"__proto__": 1}'), "1"],
  ])("is not made with a wrong %s: %o", (option, config, value) => {
    const make = (): unknown => embeddedServer(config as ServerConfig, () => undefined);
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(option);
    expect(make).toThrow(value);
  });

  it("says which options there are when it is given one that there is not", () => {
    // @ts-expect-error There is no such option.
    const make = (): unknown => embeddedServer({ hots: "127.0.0.1" }, () => undefined);
    expect(make).toThrow("port, host, tls, connectors, handshakeTimeout");
    expect(() => embeddedServer(null as never, () => undefined)).toThrow("options of embeddedServer");
  });

  it("starts and stops with options that there are, and no others", async () => {
    const served = await serve(route(echo));
    await expect(served.server.start({ await: true } as never)).rejects.toThrow("await");
    await expect(served.server.stop({ gracePeriodMillis: 5 } as never)).rejects.toThrow("gracePeriodMillis");
    expect(await (await connect(served)).askText("alive")).toBe("alive");
  });

  it("is not made without modules that are functions", () => {
    for (const modules of [undefined, {}, [() => undefined, undefined], "module"]) {
      expect(() => embeddedServer({}, modules as never)).toThrow(InvalidOptionError);
    }
  });

  it("runs several modules one after the other, and none when it has none", async () => {
    const steps: string[] = [];
    await serve([
      async () => {
        await new Promise(setImmediate);
        steps.push("first");
      },
      () => void steps.push("second"),
    ]);
    expect(steps).toEqual(["first", "second"]);
    await serve([]);
  });

  it("has at least one connector, as its types say", async () => {
    const { server, port } = await serve([]);
    const [first] = await server.resolvedConnectors();
    expectTypeOf(first).toEqualTypeOf<EngineConnector>();
    expect(first).toEqual({ type: "HTTP", host: "127.0.0.1", port });
  });

  it("takes a handshakeTimeout that is no whole number of milliseconds", async () => {
    const served = await serve(route(echo), { handshakeTimeout: 2_000.5 });
    expect(await (await connect(served)).askText("hi")).toBe("hi");
  });

  it.each(["wasm", "typescript", "auto"] as const)("says which codec runs for %s, and why", (codec) => {
    const server = embeddedServer({ codec }, () => undefined);
    expect(server.codec.backend).toBe(codec === "typescript" ? "typescript" : "wasm");
    expect(server.codec.reason).not.toBe("");
  });

  it.each(["direct", "shared", "data", "auto"] as const)(
    "says which read path is taken for %s, and why",
    (readPath) => {
      const server = embeddedServer({ readPath }, () => undefined);
      expect(server.readPath.path).toBe(readPath === "auto" ? "direct" : readPath);
      expect(server.readPath.reason).not.toBe("");
    },
  );
});

describe("a server with several connectors", () => {
  it("listens at each of them, and stops at each", async () => {
    const host = "127.0.0.1";
    const server = embeddedServer(
      {
        connectors: [
          { host, port: 0 },
          { host, port: 0, tls: certificate },
        ],
      },
      route(echo),
    );
    await server.start();
    onTestFinished(() => server.stop({ gracePeriod: 0 }));
    const connectors = await server.resolvedConnectors();
    expect(connectors).toMatchObject([{ type: "HTTP" }, { type: "HTTPS" }]);
    const clients = [];
    for (const { type, port } of connectors) {
      const scheme = type === "HTTPS" ? "wss" : "ws";
      const client = await connect({ url: (path) => `${scheme}://127.0.0.1:${port}${path}` });
      expect(await client.askText(type)).toBe(type);
      clients.push(client);
    }
    await server.stop();
    for (const client of clients) expect((await client.closed).code).toBe(1001);
  });

  it("listens at none when it cannot listen at one", async () => {
    const [free, busy] = [await freePort(), await busyPort()];
    const host = "127.0.0.1";
    const server = embeddedServer(
      {
        connectors: [
          { host, port: free },
          { host, port: busy },
        ],
      },
      () => undefined,
    );
    await expect(server.start()).rejects.toMatchObject({ code: "ADDRESS_IN_USE", port: busy });
    const second = await serve(route(echo), { port: free });
    expect(await (await connect(second)).askText("hi")).toBe("hi");
    await server.stop();
  });

  it.each<[string, ServerConfig]>([
    ["connectors must be at least one", { connectors: [] }],
    ["connectors must be an array", { connectors: {} as never }],
    ["port must be left out beside connectors", { port: 80, connectors: [{}] }],
    ["connectors[1].port", { connectors: [{}, { port: -1 }] }],
    ["connectors[0].host", { connectors: [{ host: "" }] }],
    ["connectors[0].tls", { connectors: [{ tls: "yes" as never }] }],
    ["prot must be left out", { connectors: [{ prot: 80 } as never] }],
  ])("is not made with wrong ones: %s", (message, config) => {
    expect(() => embeddedServer(config, () => undefined)).toThrow(InvalidOptionError);
    expect(() => embeddedServer(config, () => undefined)).toThrow(message);
  });
});

describe("start({ wait: true })", () => {
  it("resolves when the server has stopped", async () => {
    const server = embeddedServer(LOCAL, () => undefined);
    const steps: string[] = [];
    const waited = server.start({ wait: true }).then(() => steps.push("start"));
    await server.resolvedConnectors();
    await server.stop().then(() => steps.push("stop"));
    await waited;
    expect(steps.sort()).toEqual(["start", "stop"]);
  });
});

describe("a server that was stopped", () => {
  it("before it was started does not start", async () => {
    const server = embeddedServer(LOCAL, () => expect.fail("the module ran"));
    await server.stop();
    await expect(server.start()).rejects.toBeInstanceOf(ServerStoppedError);
    await expect(server.resolvedConnectors()).rejects.toMatchObject({ code: "SERVER_STOPPED" });
  });

  it("while its module runs does not listen", async () => {
    const gate = signal();
    const server = embeddedServer(LOCAL, () => gate.promise);
    const started = server.start();
    const stopped = server.stop();
    gate.resolve();
    await expect(started).rejects.toBeInstanceOf(ServerStoppedError);
    await stopped;
  });

  it("while its module never ends is stopped after timeout", async () => {
    const server = embeddedServer(LOCAL, () => new Promise(() => undefined));
    void server.start();
    await server.stop({ timeout: 20 });
  });

  it("while it begins to listen is stopped", async () => {
    const server = embeddedServer(LOCAL, () => undefined);
    const started = server.start();
    await Promise.all([server.stop(), started.catch(() => undefined)]);
  });

  it("frees its port", async () => {
    const first = await serve(route(echo));
    await first.server.stop();
    const second = await serve(route(echo), { port: first.port });
    expect(await (await connect(second)).askText("hi")).toBe("hi");
  });

  it("leaves a process that ends by itself, with code 0", async () => {
    const script = `
      import { connect } from "node:net";
      import { embeddedServer, WebSockets } from "@sluice/server";
      const server = embeddedServer({ host: "127.0.0.1", port: 0 }, (app) => {
        app.install(WebSockets, {});
        app.routing((routing) => {
          routing.webSocket("/", async (session) => {
            for await (const frame of session.incoming) await session.send(frame);
          });
          routing.webSocket("/stuck", () => new Promise(() => undefined));
        });
      });
      const waited = server.start({ wait: true });
      const [{ port }] = await server.resolvedConnectors();
      const open = async (path) => {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => undefined);
        socket.write("GET " + path + " HTTP/1.1\\r\\nHost: a\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n" +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n");
        await new Promise((resolve) => socket.once("data", resolve));
      };
      await Promise.all([open("/"), open("/"), open("/stuck"), open("/nowhere")]);
      await server.stop({ gracePeriod: 20, timeout: 60 });
      await waited;
      console.log("stopped");
    `;
    expect(await run(script)).toEqual({ code: 0, output: "stopped\n" });
  });
});

describe("two servers in one process", () => {
  it("have nothing in common", async () => {
    const first = await serve(route(echo), { codec: "wasm" });
    const second = await serve(route(echo), { codec: "typescript" });
    const [one, two] = [await connect(first), await connect(second)];
    await first.server.stop();
    expect((await one.closed).code).toBe(1001);
    expect(await two.askText("alive")).toBe("alive");
  });
});

describe("a server without the plugin", () => {
  it("serves pages, and refuses WebSockets with 404", async () => {
    const served = await serve((app) => {
      expect(app.pluginOrNull(WebSockets)).toBeNull();
      app.routing((routing) => void routing.get("/", (call) => call.respondText("a page")));
    });
    await expect(connect(served)).rejects.toThrow("404");
    expect((await (await send(served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).response()).body).toBe("a page");
  });
});
