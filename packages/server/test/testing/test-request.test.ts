import { describe, expect, it } from "vitest";
import type { ApplicationModule } from "../../src/index.js";
import { WebSockets } from "../../src/index.js";
import { testApplication } from "../../src/testing.js";

const module: ApplicationModule = (app) => {
  app.install(WebSockets);
  app.routing((routing) => {
    routing.get("/", (call) => call.respondText("Hello", { status: 201, headers: { "x-kind": "greeting" } }));
    routing.get("/empty", (call) => call.respondText("", { status: 204 }));
    routing.get("/bytes", (call) => call.respondBytes(Uint8Array.of(0, 255)));
    routing.get("/from", (call) => call.respondText(`${call.request.remoteAddress} ${call.request.header("x-name")}`));
    routing.webSocket("/echo", () => undefined);
  });
};

describe("requests of the test client", () => {
  it("get the status, the headers and the body that the handler gave", async () => {
    await testApplication(module, async ({ client }) => {
      const response = await client.get("/?x=1");
      expect([response.status, await response.text()]).toEqual([201, "Hello"]);
      expect(response.headers.get("X-Kind")).toBe("greeting");
      expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    });
  });

  it("get bytes, and no body where there is none", async () => {
    await testApplication(module, async ({ client }) => {
      expect(new Uint8Array(await (await client.get("/bytes")).arrayBuffer())).toEqual(Uint8Array.of(0, 255));
      const empty = await client.get("/empty");
      expect([empty.status, empty.body, empty.headers.get("content-length")]).toEqual([204, null, null]);
      const head = await client.request("HEAD", "/");
      expect([head.status, head.body, head.headers.get("content-length")]).toEqual([201, null, "5"]);
    });
  });

  it("carry the headers of the test, and come from where it says", async () => {
    await testApplication(module, async ({ client }) => {
      const options = { headers: { "X-Name": ["Ada", "Bob"] }, remoteAddress: "192.0.2.7" };
      expect(await (await client.get("/from", options)).text()).toBe("192.0.2.7 Ada, Bob");
    });
  });

  it("come by way of a proxy, where the application trusts it", async () => {
    const seen: ApplicationModule = (app) => {
      app.routing((routing) => {
        routing.get("/", (call) => call.respondText(JSON.stringify(call.request.origin)));
      });
    };
    const headers = { "X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https" };
    const trustedProxies = ["192.0.2.0/24"];
    await testApplication(
      seen,
      async ({ client }) => {
        for (const [remoteAddress, scheme, remoteHost] of [
          ["192.0.2.7", "https", "198.51.100.1"],
          ["203.0.113.7", "http", "203.0.113.7"],
        ] as const) {
          const response = await client.get("/", { headers, remoteAddress });
          expect(await response.json()).toMatchObject({ scheme, remoteHost });
        }
      },
      { trustedProxies },
    );
  });

  it("come over TLS, where the test says so", async () => {
    const seen: ApplicationModule = (app) => {
      app.routing((routing) => void routing.get("/", (call) => call.respondText(call.request.local.scheme)));
    };
    await testApplication(seen, async ({ client }) => {
      expect(await (await client.get("/", { secure: true })).text()).toBe("https");
    });
  });

  it("are not made with an option that there is not", async () => {
    await testApplication(module, async ({ client }) => {
      const code = "INVALID_OPTION";
      await expect(client.get("/", { header: {} } as object)).rejects.toMatchObject({ code, option: "header" });
      await expect(client.webSocketSession("/", { protocol: "chat" } as object)).rejects.toMatchObject({ code });
      await expect(client.webSocketSession("/", { session: { ping: 1 } as object })).rejects.toMatchObject({ code });
    });
  });

  it("are refused as over the network", async () => {
    await testApplication(module, async ({ client }) => {
      expect((await client.get("/nowhere")).status).toBe(404);
      const refused = await client.get("/echo");
      expect([refused.status, refused.headers.get("upgrade")]).toEqual([426, "websocket"]);
    });
  });
});
