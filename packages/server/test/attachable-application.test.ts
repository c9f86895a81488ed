import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect as connectTo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "ws";
import type { ApplicationConfig, ApplicationModule } from "../src/index.js";
import {
  ApplicationStarted,
  ApplicationStopped,
  application,
  InvalidOptionError,
  ServerStoppedError,
  WebSockets,
} from "../src/index.js";
import { attachable, listen } from "./attach/attach.js";
import { certificate } from "./support/certificate.js";
import { connect } from "./support/client.js";
import { handshake, open, send } from "./support/peer.js";
import { echo, route } from "./support/serve.js";
import { readPaths } from "./support/setups.js";
import { signal, until } from "./support/until.js";
import { frame, readFrame, TEXT } from "./support/wire.js";

/** A module with one route, which says `name` and ends. */
function says(path: string, name: string): ApplicationModule {
  return (app) => {
    app.install(WebSockets);
    app.routing((routing) => void routing.webSocket(path, (session) => session.send(name)));
  };
}

/** A folder for one test. */
async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "sluice-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** Two ends of a connection that no socket is behind. */
function streamPair(): [Duplex, Duplex] {
  const end = (other: () => Duplex): Duplex =>
    new Duplex({
      read: () => undefined,
      write: (chunk, _, done) => {
        other().push(chunk);
        setImmediate(done);
      },
      final: (done) => {
        other().push(null);
        done();
      },
    });
  const here: Duplex = end(() => there);
  const there: Duplex = end(() => here);
  return [here, there];
}

/** Opens a session over `stream`, says "hi", and gives the answer. */
async function askThrough(stream: Duplex): Promise<string> {
  onTestFinished(() => void stream.destroy());
  let received = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  stream.write(handshake());
  await until(() => received.includes("\r\n\r\n"));
  received = received.subarray(received.indexOf("\r\n\r\n") + 4);
  stream.write(frame(TEXT, "hi"));
  await until(() => readFrame(received) !== undefined);
  return `${readFrame(received)?.frame.payload}`;
}

const page = (): ReturnType<typeof createServer> => createServer((_, response) => response.end("a page"));

describe("an application attached to a server of Node", () => {
  it("serves sessions, and leaves ordinary requests alone, for paths of its routes too", async () => {
    const server = page();
    (await attachable(route(echo))).attach(server);
    const at = await listen(server);
    expect(await (await connect(at)).askText("hi")).toBe("hi");
    expect(await (await fetch(at.http("/"))).text()).toBe("a page");
  });

  it("serves sessions over TLS", async () => {
    const server = createTlsServer(certificate, (request, response) => response.end(`${request.method} a page`));
    const app = await attachable((app) => {
      app.install(WebSockets);
      app.routing((routing) => void routing.webSocket("/", (session) => session.send(session.call.request.scheme)));
    });
    app.attach(server);
    const at = await listen(server, true);
    expect(await (await connect(at)).receiveText()).toBe("https");
    const plain = await send(at, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await plain.response()).body).toBe("GET a page");
  });

  it.each(readPaths)("serves sessions over a Unix socket (%s)", async (readPath) => {
    const server = page();
    (await attachable(route(echo), { readPath })).attach(server);
    const path = join(await directory(), "sluice.sock");
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
    expect(await askThrough(connectTo(path))).toBe("hi");
  });

  it.each(readPaths)("serves sessions over whatever stream the server is given (%s)", async (readPath) => {
    const server = page();
    (await attachable(route(echo), { readPath })).attach(server);
    const [here, there] = streamPair();
    server.emit("connection", there);
    expect(await askThrough(here)).toBe("hi");
  });

  it("is attached while the server listens already, and to several servers", async () => {
    const [first, second] = [page(), page()];
    const [here, there] = [await listen(first), await listen(second)];
    const app = await attachable(route(echo));
    expect(app.attach(first).attach(second).attach(second)).toBe(app);
    expect(await (await connect(here)).askText("here")).toBe("here");
    expect(await (await connect(there)).askText("there")).toBe("there");
  });

  it("takes what comes right behind the handshake", async () => {
    const server = page();
    (await attachable(route(echo))).attach(server);
    const at = await listen(server);
    // "hi", masked with zeros.
    const peer = await open(at, Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69));
    expect((await peer.frame()).payload.toString()).toBe("hi");
  });

  it("refuses what its routes refuse", async () => {
    const server = page();
    const warnings: unknown[] = [];
    const logger = { error: () => undefined, warn: (about: unknown) => void warnings.push(about) };
    (await attachable(route(echo), { logger })).attach(server);
    const at = await listen(server);
    await expect(connect(at, "/", { origin: "https://evil.example" })).rejects.toThrow("403");
    expect(warnings).toMatchObject([{ origin: "https://evil.example" }]);
    const peer = await send(at, handshake("/", { "Sec-WebSocket-Key": "short" }));
    expect((await peer.response()).status).toBe(400);
  });
});

describe("an upgrade that no route takes", () => {
  it("is answered with 404 where nobody else listens", async () => {
    const server = page();
    (await attachable(route(echo))).attach(server);
    const at = await listen(server);
    for (const path of ["/nowhere", "/%"]) {
      const peer = await send(at, handshake(path));
      expect((await peer.response()).status).toBe(404);
      await peer.end();
    }
  });

  it("is an ordinary request where it asks for no WebSocket", async () => {
    const server = page();
    (await attachable(route(echo))).attach(server);
    const peer = await send(await listen(server), handshake("/", { Upgrade: "h2c" }));
    expect(await peer.response()).toMatchObject({ status: 200 });
  });

  it("is through once its answer is sent, as any other request, whatever the client does then", async () => {
    const through = signal<boolean>();
    const server = createServer(({ socket }, response) => {
      response.once("close", () => through.resolve(socket.destroyed));
      response.end("a page");
    });
    (await attachable(route(echo))).attach(server);
    await send(await listen(server), handshake("/", { Upgrade: "h2c" }));
    expect(await through.promise).toBe(false);
  });

  it("is left to a server of ws, whichever of the two came first", async () => {
    for (const first of [true, false]) {
      const server = page();
      const others = new WebSocketServer({ noServer: true });
      others.on("connection", (socket) => socket.on("message", (data) => socket.send(`ws has ${data}`)));
      const app = await attachable(route(echo));
      if (first) app.attach(server);
      server.on("upgrade", (request, socket, head) => {
        if (request.url !== "/ws") return;
        others.handleUpgrade(request, socket, head, (opened) => others.emit("connection", opened, request));
      });
      if (!first) app.attach(server);
      const at = await listen(server);
      const [ours, theirs] = [await connect(at), await connect(at, "/ws")];
      expect(await ours.askText("hi")).toBe("hi");
      expect(await theirs.askText("hi")).toBe("ws has hi");
      await app.stop();
      expect(await theirs.askText("still")).toBe("ws has still");
      await theirs.close();
    }
  });
});

describe("two applications on one server", () => {
  it("take their own routes each, and the first one that both have", async () => {
    const server = page();
    const first = await attachable([
      says("/first", "first"),
      (app) => {
        app.routing((routing) => void routing.webSocket("/both", (session) => session.send("first")));
      },
    ]);
    const second = await attachable([
      says("/second", "second"),
      (app) => {
        app.routing((routing) => void routing.webSocket("/both", (session) => session.send("second")));
      },
    ]);
    first.attach(server);
    second.attach(server);
    const at = await listen(server);
    const said = async (path: string): Promise<string> => await (await connect(at, path)).receiveText();
    expect([await said("/first"), await said("/second"), await said("/both")]).toEqual(["first", "second", "first"]);
    await expect(connect(at, "/third")).rejects.toThrow("404");
    await first.stop();
    expect([await said("/second"), await said("/both")]).toEqual(["second", "second"]);
    await expect(connect(at, "/first")).rejects.toThrow("404");
  });
});

describe("two applications on one server, told apart by host", () => {
  it("take the upgrades for their own hosts each", async () => {
    const server = page();
    for (const name of ["first", "second"]) {
      const app = await attachable((app) => {
        app.install(WebSockets);
        app.routing((routing) => {
          routing.host(`${name}.example`, (here) => void here.webSocket("/", (session) => session.send(name)));
        });
      });
      app.attach(server);
    }
    const at = await listen(server);
    for (const name of ["first", "second"]) {
      const client = await connect(at, "/", { headers: { Host: `${name}.example` } });
      expect(await client.receiveText()).toBe(name);
    }
    await expect(connect(at)).rejects.toThrow("404");
  });
});

describe("stopping an attached application", () => {
  it("closes its sessions with 1001, waits for handlers, and leaves the server as it was", async () => {
    const server = page();
    const before = [server.listenerCount("upgrade"), server.listenerCount("request")];
    const opened = signal();
    const steps: string[] = [];
    const app = await attachable(
      route(async (session) => {
        opened.resolve();
        for await (const _ of session.incoming);
        steps.push(`ended with ${(await session.closeReason)?.code}`);
      }),
    );
    app.attach(server);
    const at = await listen(server);
    const client = await connect(at);
    await opened.promise;
    const stopped = app.stop();
    expect(app.stop()).toBe(stopped);
    await stopped;
    expect((await client.closed).code).toBe(1001);
    expect(steps).toEqual(["ended with 1001"]);
    expect([server.listenerCount("upgrade"), server.listenerCount("request")]).toEqual(before);
    expect(server.listening).toBe(true);
    expect(await (await fetch(at.http("/"))).text()).toBe("a page");
  });

  it("refuses new sessions with 503 meanwhile", async () => {
    const server = page();
    const gate = signal();
    const app = await attachable(route(async () => await gate.promise));
    app.attach(server);
    const at = await listen(server);
    const client = await connect(at);
    const stopped = app.stop();
    expect((await client.closed).code).toBe(1001);
    await expect(connect(at)).rejects.toThrow("503");
    gate.resolve();
    await stopped;
  });

  it("cuts a session that does not end, after the grace period", async () => {
    const server = page();
    const opened = signal();
    const app = await attachable(
      route(async (session) => {
        opened.resolve();
        await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
      }),
    );
    app.attach(server);
    const peer = await open(await listen(server));
    await opened.promise;
    await app.stop({ gracePeriod: 20 });
    await peer.dropped();
  });

  it("is for good", async () => {
    const app = await attachable(route(echo));
    await app.stop();
    expect(() => app.attach(page())).toThrow(ServerStoppedError);
  });
});

describe("an application without a server of its own", () => {
  it("has run its modules and raised its events", async () => {
    const steps: string[] = [];
    const app = await attachable([
      (app) => void app.monitor.subscribe(ApplicationStarted, () => steps.push("started")),
      async (app) => {
        await new Promise(setImmediate);
        app.monitor.subscribe(ApplicationStopped, () => steps.push("stopped"));
      },
    ]);
    expect(steps).toEqual(["started"]);
    await app.stop();
    expect(steps).toEqual(["started", "stopped"]);
  });

  it("is not made when a module fails", async () => {
    const error = new Error("no configuration");
    await expect(application(() => Promise.reject(error))).rejects.toBe(error);
  });

  it.each<[string, unknown]>([
    ["port", { port: 80 }],
    ["codec", { codec: "rust" }],
    ["readPath", { readPath: "fast" }],
    ["trustedProxies", { trustedProxies: ["somebody"] }],
    ["logger", { logger: {} }],
  ])("is not made with a wrong %s", async (option, config) => {
    const made = application(() => undefined, config as ApplicationConfig);
    await expect(made).rejects.toBeInstanceOf(InvalidOptionError);
    await expect(made).rejects.toThrow(option);
  });

  it("is attached to nothing but servers", async () => {
    const app = await attachable(route(echo));
    expect(() => app.attach({} as never)).toThrow(InvalidOptionError);
    expect(() => app.attach(undefined as never)).toThrow(InvalidOptionError);
  });

  it.each(["wasm", "typescript"] as const)("runs the codec %s when that is asked for", async (codec) => {
    const app = await attachable(route(echo), { codec });
    expect(app.codec.backend).toBe(codec);
  });

  it.each(["shared", "data"] as const)("takes the read path %s when that is asked for", async (readPath) => {
    const app = await attachable(route(echo), { readPath });
    expect(app.readPath).toEqual({ path: readPath, reason: expect.stringContaining("asked for") });
  });

  it("takes no socket away from the server that it is attached to", async () => {
    expect((await attachable(route(echo))).readPath.path).toBe("shared");
    const refused = expect.objectContaining({ code: "READ_PATH_UNAVAILABLE", path: "direct" });
    await expect(attachable(route(echo), { readPath: "direct" })).rejects.toEqual(refused);
  });
});
