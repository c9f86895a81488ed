import { describe, expect, it } from "vitest";
import type { ApplicationModule, HttpHandler } from "../../src/index.js";
import { connect } from "../support/client.js";
import { dial, send } from "../support/peer.js";
import { echo, route, serve } from "../support/serve.js";
import { signal } from "../support/until.js";

function get(handler: HttpHandler<"">): ApplicationModule {
  return (app) => {
    app.routing((routing) => void routing.get("/", handler));
  };
}

function request(method = "GET", path = "/"): string {
  return `${method} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

describe("a GET route", () => {
  it("answers with text", async () => {
    const served = await serve(get((call) => call.respondText("grüß dich")));
    const response = await (await send(served, request())).response();
    expect(response).toMatchObject({ status: 200, body: "grüß dich" });
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("content-length")).toBe("11");
  });

  it("answers with bytes, a status and headers, its own before the defaults", async () => {
    const served = await serve(
      get((call) =>
        call.respondBytes(Buffer.from([1, 2]), { status: 201, headers: { "Content-Type": "image/x", "X-A": "b" } }),
      ),
    );
    const response = await (await send(served, request())).response();
    expect(response).toMatchObject({ status: 201, body: "\x01\x02" });
    expect(response.headers.get("content-type")).toBe("image/x");
    expect(response.headers.get("x-a")).toBe("b");
  });

  it("answers after it has waited, on a connection that is kept", async () => {
    const served = await serve(
      get(async (call) => {
        await new Promise(setImmediate);
        call.respondText(call.request.queryParameters.get("n") ?? "");
      }),
    );
    const peer = await dial(served);
    for (const n of ["1", "2", "3"]) {
      peer.write(request("GET", `/?n=${n}`));
      expect((await peer.response()).body).toBe(n);
    }
  });

  it("answers HEAD with the headers of GET and no body", async () => {
    const served = await serve(get((call) => call.respondText("four")));
    const peer = await send(served, request("HEAD"), request("GET"));
    const head = await peer.response(true);
    expect(head.status).toBe(200);
    expect(head.headers.get("content-length")).toBe("4");
    expect((await peer.response()).body).toBe("four");
  });

  it("answers with 500 when it throws, at once or later, and is logged", async () => {
    for (const handler of [
      () => {
        throw new Error("a bug");
      },
      () => Promise.reject(new Error("a bug")),
    ]) {
      const served = await serve(get(handler));
      expect((await (await send(served, request("GET", "/?x"))).response()).status).toBe(500);
      expect(served.takeLog()).toMatchObject([
        { error: { message: "a bug" }, message: expect.stringContaining("GET / failed") },
      ]);
    }
  });

  it("answers with 500 when it answers twice", async () => {
    const served = await serve(
      get((call) => {
        call.respondText("one");
        call.respondText("two");
      }),
    );
    expect((await (await send(served, request())).response()).status).toBe(500);
    expect(served.takeLog()).toHaveLength(1);
  });

  it("answers with 404 when it does not answer", async () => {
    const served = await serve(get(() => undefined));
    expect((await (await send(served, request())).response()).status).toBe(404);
  });

  it.each<[string, Record<string, string>, number]>([
    ["a header with a line end in it", { "x-a": "b\r\nset-cookie: c" }, 200],
    ["a header with a name that is none", { "x a": "b" }, 200],
    ["Content-Length", { "Content-Length": "1" }, 200],
    ["Transfer-Encoding", { "transfer-encoding": "chunked" }, 200],
    ["a status that ends nothing", {}, 101],
    ["a status that is none", {}, 1000],
  ])("cannot answer with %s", async (_, headers, status) => {
    const served = await serve(get((call) => call.respondText("text", { headers, status })));
    const response = await (await send(served, request())).response();
    expect(response.status).toBe(500);
    expect(response.headers.has("set-cookie")).toBe(false);
    expect(served.takeLog()).toHaveLength(1);
  });

  it("answers 204 without a length", async () => {
    const served = await serve(get((call) => call.respondText("", { status: 204 })));
    const peer = await send(served, request());
    const response = await peer.response();
    expect(response.status).toBe(204);
    expect(response.headers.has("content-length")).toBe(false);
    peer.write(request());
    expect((await peer.response()).status).toBe(204);
  });

  it("does no harm when the client has gone before it answers", async () => {
    const asked = signal();
    const gone = signal();
    const answered = signal();
    const served = await serve((app) => {
      app.routing((routing) => {
        routing.get("/slow", async (call) => {
          asked.resolve();
          await gone.promise;
          call.respondBytes(Buffer.alloc(1024 * 1024));
          answered.resolve();
        });
        routing.get("/", (call) => call.respondText("alive"));
      });
    });
    const peer = await send(served, request("GET", "/slow"));
    await asked.promise;
    peer.reset();
    await peer.gone();
    gone.resolve();
    await answered.promise;
    expect((await (await send(served, request())).response()).body).toBe("alive");
  });

  it("does no harm when the logger throws in turn", async () => {
    const fails = (): never => {
      throw new Error("no disk");
    };
    const served = await serve(get(fails), { logger: { error: fails, warn: fails } });
    expect((await (await send(served, request())).response()).status).toBe(500);
  });
});

describe("a request without a route", () => {
  it.each<[string, string, number]>([
    ["GET", "/nowhere", 404],
    ["GET", "/%", 400],
    ["POST", "/", 405],
    ["OPTIONS", "*", 400],
  ])("%s %s is answered with %i", async (method, path, status) => {
    const served = await serve(get((call) => call.respondText("")));
    const response = await (await send(served, request(method, path))).response();
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toContain("text/plain");
    if (status === 405) expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  it("is answered with its body unread", async () => {
    const served = await serve(get((call) => call.respondText("")));
    const post = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${"x".repeat(100_000)}`;
    const peer = await send(served, post, request());
    expect((await peer.response()).status).toBe(405);
    expect((await peer.response()).status).toBe(200);
  });

  it("for a tunnel is cut off", async () => {
    const served = await serve(route(echo));
    const peer = await send(served, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n");
    await peer.dropped();
    expect(await (await connect(served)).askText("alive")).toBe("alive");
  });
});
