import { describe, expect, it } from "vitest";
import type { ApplicationModule } from "../src/index.js";
import { WebSockets } from "../src/index.js";
import { certificate } from "./support/certificate.js";
import { connect } from "./support/client.js";
import { send } from "./support/peer.js";
import { echo, route, serve } from "./support/serve.js";

/** Answers with what the call knows of its request, in a session and to GET. */
const tells: ApplicationModule = (app) => {
  app.install(WebSockets, { origins: "*" });
  app.routing((routing) => {
    routing.webSocket("/", async (session) => {
      const { scheme, host, port, remoteAddress } = session.call.request;
      await session.send([scheme, host, port, remoteAddress].join(" "));
    });
    routing.get("/", (call) => {
      const { scheme, host, port, remoteAddress } = call.request;
      call.respondText([scheme, host, port, remoteAddress].join(" "));
    });
  });
};

const headers = {
  "X-Forwarded-For": "192.0.2.1",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "example.com:8443",
};

const GET = `GET / HTTP/1.1\r\nHost: a:1\r\n${Object.entries(headers)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join("")}\r\n`;

describe("behind proxies", () => {
  it("a call knows its client when the proxy is trusted", async () => {
    for (const trusted of ["loopback", "127.0.0.1", "127.0.0.0/8"]) {
      const served = await serve(tells, { trustedProxies: [trusted] });
      const known = "https example.com 8443 192.0.2.1";
      expect(await (await connect(served, "/", { headers })).receiveText()).toBe(known);
      expect((await (await send(served, GET)).response()).body).toBe(known);
    }
  });

  it("a call knows the proxy alone when it is not trusted", async () => {
    for (const config of [{}, { trustedProxies: [] }, { trustedProxies: ["192.0.2.0/24"] }]) {
      const served = await serve(tells, config);
      const said = await (await connect(served, "/", { headers })).receiveText();
      expect(said).toBe(`http 127.0.0.1 ${served.port} 127.0.0.1`);
      expect((await (await send(served, GET)).response()).body).toBe("http a 1 127.0.0.1");
    }
  });

  it("a call over TLS knows that", async () => {
    const served = await serve(tells, { tls: certificate });
    const said = await (await connect(served)).receiveText();
    expect(said).toBe(`https 127.0.0.1 ${served.port} 127.0.0.1`);
  });

  it("a page's origin is compared with the host that a trusted proxy was asked for, and with no other", async () => {
    const trusting = await serve(route(echo), { trustedProxies: ["loopback"] });
    const options = { headers, origin: "https://example.com:8443" };
    expect(await (await connect(trusting, "/", options)).askText("hi")).toBe("hi");
    await expect(connect(trusting, "/", { headers, origin: "https://evil.example" })).rejects.toThrow("403");
    const own = `http://127.0.0.1:${trusting.port}`;
    await expect(connect(trusting, "/", { headers, origin: own })).rejects.toThrow("403");
    expect(await (await connect(trusting, "/", { origin: own })).askText("hi")).toBe("hi");
    expect(trusting.takeLog()).toHaveLength(2);

    const wary = await serve(route(echo));
    await expect(connect(wary, "/", options)).rejects.toThrow("403");
    expect(wary.takeLog()).toHaveLength(1);
    expect(await (await connect(wary, "/", { headers, origin: `http://127.0.0.1:${wary.port}` })).askText("hi")).toBe(
      "hi",
    );
  });
});
