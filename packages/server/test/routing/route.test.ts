import { describe, expect, expectTypeOf, it } from "vitest";
import type {
  DefaultWebSocketServerSession,
  Route,
  WebSocketHandler,
  WebSocketServerSession,
} from "../../src/index.js";
import { HttpCall, InvalidOptionError, InvalidPathError, WebSockets } from "../../src/index.js";
import { application } from "../support/application.js";
import { connect } from "../support/client.js";
import { send } from "../support/peer.js";
import { serve } from "../support/serve.js";

describe("routes", () => {
  it("nest, and gather the parameters of every level", async () => {
    const served = await serve((app) => {
      app.install(WebSockets, {});
      app.routing((routing) => {
        routing.route("/rooms/{room}", (rooms) => {
          rooms.get("/", (call) => call.respondText(`page of ${call.parameters.room}`));
          rooms.webSocket((session) => session.send(`room ${session.call.parameters.room}`));
          rooms.route("users", (users) => {
            users.webSocket("{user?}", async (session) => {
              const { room, user } = session.call.parameters;
              await session.send(`${user ?? "nobody"} in ${room}`);
            });
          });
          rooms.webSocketRaw("files/{path...}", (session) => session.send(session.call.parameters.path.join("|")));
        });
      });
    });
    const say = async (path: string): Promise<string> => await (await connect(served, path)).receiveText();
    expect(await say("/rooms/a%2Fb")).toBe("room a/b");
    expect(await say("/rooms/tea/users/Ada")).toBe("Ada in tea");
    expect(await say("/rooms/tea/users")).toBe("nobody in tea");
    expect(await say("/rooms/tea/files/x/y%20z")).toBe("x|y z");
    const page = await send(served, "GET /rooms/tea/ HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await page.response()).body).toBe("page of tea");
  });

  it("hand a page and a session of one path each its own request", async () => {
    const served = await serve((app) => {
      app.install(WebSockets, {});
      app.routing((routing) => {
        routing.get("/", (call) => call.respondText("page"));
        routing.webSocket("/", (session) => session.send("session"));
      });
    });
    expect(await (await connect(served)).receiveText()).toBe("session");
    const page = await send(served, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await page.response()).body).toBe("page");
  });

  it("are given back where they are defined", () => {
    const app = application();
    app.install(WebSockets, {});
    const root = app.routing((routing) => {
      expect(routing.webSocket("/a", () => undefined).path).toMatch(/\/a$/);
      const inner = routing.route("/b", (route) => void route.get("c", () => undefined));
      expect(inner.application).toBe(app);
      inner.webSocket("d", () => undefined);
    });
    expect(app.router.find("/b/d")).toHaveLength(1);
    root.webSocket("/e", () => undefined);
    expect(app.router.find("/e")).toHaveLength(1);
  });

  it("are refused when they are wrong", () => {
    const app = application();
    app.install(WebSockets, {});
    app.routing((routing) => {
      expect(() => routing.webSocket("/{a}/{a}", () => undefined)).toThrow(InvalidPathError);
      expect(() => routing.get("/{", () => undefined)).toThrow(InvalidPathError);
      expect(() => routing.route("/}", () => undefined)).toThrow(InvalidPathError);
      expect(() => routing.webSocket("/a", { protocol: "no token" }, () => undefined)).toThrow(InvalidOptionError);
      expect(() => routing.webSocket("/a", { protocols: "a" } as object, () => undefined)).toThrow("protocols");
      expect(() => routing.webSocket("/a", null as never, () => undefined)).toThrow(InvalidOptionError);
      expect(() => routing.webSocket("/a", undefined as never)).toThrow("/a");
      expect(() => routing.get("/a", 5 as never)).toThrow(InvalidOptionError);
    });
    expect(app.router.find("/a")).toEqual([]);
  });

  it("type what their handlers get", () => {
    const app = application();
    app.install(WebSockets, {});
    app.routing((routing) => {
      routing.webSocket("/{room}/{id?}", (session) => {
        expectTypeOf(session).toExtend<DefaultWebSocketServerSession>();
        expectTypeOf(session.call.parameters).toEqualTypeOf<{ readonly room: string; readonly id?: string }>();
        expectTypeOf(session.protocol).toEqualTypeOf<string | null>();
      });
      routing.route("/{room}", (rooms) => {
        rooms.webSocketRaw("{path...}", (session) => {
          expectTypeOf(session).toExtend<WebSocketServerSession>();
          expectTypeOf(session).not.toHaveProperty("pingPeriod");
          expectTypeOf(session.call.parameters).toEqualTypeOf<{
            readonly room: string;
            readonly path: readonly string[];
          }>();
        });
        rooms.get("/page", (call) => {
          expectTypeOf(call).toExtend<HttpCall>();
          expectTypeOf(call.parameters).toEqualTypeOf<{ readonly room: string }>();
        });
        // @ts-expect-error There is no such parameter.
        rooms.webSocket((session) => session.send(session.call.parameters.rooms));
      });
      // @ts-expect-error There is no such option.
      expect(() => routing.webSocket("/a", { protocl: "b" }, () => undefined)).toThrow("protocl");
      const named: WebSocketHandler<"/rooms/{room}"> = (session) => session.send(session.call.parameters.room);
      routing.route("/rooms", (rooms) => void rooms.webSocket("/{room}", named));
      const anywhere: WebSocketHandler = (session) => session.send("hi");
      routing.webSocket("/any/{room}/{id?}", anywhere);
    });
    expectTypeOf<Route<"/a/{b}">["path"]>().toEqualTypeOf<"/a/{b}">();
    expect(HttpCall).toBeDefined();
  });
});
