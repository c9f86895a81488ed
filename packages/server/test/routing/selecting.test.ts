import { describe, expect, it } from "vitest";
import type { ApplicationModule } from "../../src/index.js";
import { InvalidOptionError, WebSockets } from "../../src/index.js";
import { application } from "../support/application.js";
import { connect } from "../support/client.js";
import type { Response } from "../support/peer.js";
import { handshake, send } from "../support/peer.js";
import type { Served } from "../support/serve.js";
import { serve } from "../support/serve.js";

async function ask(served: Served, request: string): Promise<Response> {
  return await (await send(served, request)).response(request.startsWith("HEAD"));
}

function plain(method: string, path: string, headers: Record<string, string> = {}): string {
  const all = { Host: "a.org", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** What a session of one path is told by its handler. */
async function session(served: Served, path: string, headers: Record<string, string>, protocols: string[] = []) {
  const client = await connect(served, path, { headers, protocols });
  return `${await client.receiveText()} ${client.socket.protocol}`.trim();
}

describe("sessions of one path", () => {
  const module: ApplicationModule = (app) => {
    app.install(WebSockets, {});
    app.routing((routing) => {
      routing.route("/chat", (chat) => {
        chat.webSocket((it) => it.send("any"));
        chat.webSocket({ protocol: "v1" }, (it) => it.send("v1"));
        chat.webSocketRaw("", { protocol: "v2" }, (it) => it.send("v2"));
        chat.header("X-Client", "bot", (bots) => {
          bots.webSocket((it) => it.send("bot"));
          bots.webSocket("", { protocol: "v1" }, (it) => it.send("bot v1"));
        });
        chat.host(["admin.example", /.*\.admin\.example/], (admin) => {
          admin.webSocket((it) => it.send("admin"));
          admin.header("X-Client", "bot").webSocket((it) => it.send("admin bot"));
        });
      });
    });
  };

  it.each<[string, Record<string, string>, string[], string]>([
    ["nothing in particular", {}, [], "any"],
    ["a subprotocol", {}, ["v1"], "v1 v1"],
    ["another subprotocol", {}, ["v0", "v2"], "v2 v2"],
    ["the subprotocol that the client likes better", {}, ["v2", "v1"], "v2 v2"],
    ["the same two in the other order", {}, ["v1", "v2"], "v1 v1"],
    ["a header", { "X-Client": "Bot" }, [], "bot"],
    ["a header and a subprotocol", { "X-Client": "bot" }, ["v1"], "bot v1 v1"],
    ["a host", { Host: "admin.example:8080" }, [], "admin"],
    ["a host that fits a pattern", { Host: "eu.Admin.example" }, [], "admin"],
    ["a host and a header", { Host: "admin.example", "X-Client": "bot" }, [], "admin bot"],
  ])("are told apart by %s", async (_, headers, protocols, expected) => {
    expect(await session(await serve(module), "/chat", headers, protocols)).toBe(expected);
  });

  it("all say what is missing where none of them fits", async () => {
    const served = await serve((app) => {
      app.install(WebSockets, {});
      app.routing((routing) => {
        routing.header("X-Client", "bot", (bots) => void bots.webSocket("/bots", () => undefined));
        routing.host("other.example", (other) => void other.webSocket("/other", () => undefined));
        routing.webSocket("/v1", { protocol: "v1" }, () => undefined);
      });
    });
    const bots = await ask(served, handshake("/bots"));
    expect(bots.status).toBe(400);
    expect(bots.body).toContain("X-Client");
    expect((await ask(served, handshake("/other"))).status).toBe(404);
    expect((await ask(served, handshake("/v1"))).status).toBe(400);
    expect((await ask(served, plain("GET", "/v1"))).status).toBe(426);
  });
});

describe("pages", () => {
  const module: ApplicationModule = (app) => {
    app.routing((routing) => {
      routing.route("/users/{id}", (user) => {
        user.get((call) => call.respondText(`get ${call.parameters.id}`));
        user.method("DELETE", (deleting) => {
          deleting.handle((call) => call.respondText(`${call.request.method} ${call.parameters.id}`));
        });
        user.header("Accept", "application/json").get((call) => {
          call.respondText(`{"id":"${call.parameters.id}"}`, { contentType: "application/json" });
        });
      });
      routing.route("/all").handle((call) => call.respondText(call.request.method));
      routing.get("/all", (call) => call.respondText("got"));
    });
  };

  it.each<[string, number, string]>([
    [plain("GET", "/users/7"), 200, "get 7"],
    [plain("GET", "/users/7", { Accept: "text/html, application/json;q=0.9" }), 200, "get 7"],
    [plain("GET", "/users/7", { Accept: "application/json" }), 200, '{"id":"7"}'],
    [plain("DELETE", "/users/7", { Accept: "application/json" }), 200, "DELETE 7"],
    [plain("HEAD", "/users/7"), 200, ""],
    [plain("PATCH", "/all"), 200, "PATCH"],
    [plain("GET", "/all"), 200, "got"],
  ])("are told apart by method and header: %s", async (request, status, body) => {
    expect(await ask(await serve(module), request)).toMatchObject({ status, body });
  });

  it("that have no such method say which there are", async () => {
    const response = await ask(await serve(module), plain("PUT", "/users/7"));
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD, DELETE");
  });
});

describe("selectors", () => {
  it("that cannot be are refused when they are defined", () => {
    const app = application();
    app.install(WebSockets);
    app.routing((routing) => {
      expect(() => routing.method("post")).toThrow(InvalidOptionError);
      expect(() => routing.header("X A", "1")).toThrow(InvalidOptionError);
      expect(() => routing.host("http://a.org")).toThrow(InvalidOptionError);
      expect(() => routing.route("/a").handle(5 as never)).toThrow("/a");
      const posting = routing.method("POST");
      expect(() => posting.webSocket("/a", () => undefined)).toThrow("webSocket(/a)");
    });
    expect(app.router.find("/a")).toEqual([]);
  });
});
