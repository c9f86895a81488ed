import { describe, expect, expectTypeOf, it } from "vitest";
import type {
  Authenticate,
  DefaultWebSocketServerSession,
  Frame,
  RawWebSocketHandler,
  Route,
  WebSocketExtension,
  WebSocketHandler,
  WebSocketOptions,
  WebSocketServerSession,
} from "../../src/index.js";
import { bounded, CloseReason, HttpCall, WebSockets, webSocketExtension } from "../../src/index.js";
import { application } from "../support/application.js";

/** Defines routes that no request comes to. */
function define(build: (routing: Route<"">) => void): void {
  const app = application();
  app.install(WebSockets);
  app.routing(build);
}

describe("a function that adds routes anywhere", () => {
  function echo(routing: Route): void {
    routing.webSocket("/echo/{name}", async (session) => {
      expectTypeOf(session.call.parameters.name).toEqualTypeOf<string>();
      // What the routes around it have is not known here.
      expectTypeOf(session.call.parameters["room"]).toEqualTypeOf<string | readonly string[] | undefined>();
      for await (const frame of session.incoming) await session.send(frame);
    });
  }

  it("takes the root, and any route", () => {
    define((routing) => {
      echo(routing);
      routing.route("/rooms/{room}/*", echo);
      echo(routing.header("X-A", "1").host("a.org"));
      routing.method("GET", echo);
      expectTypeOf<Route<"">>().toExtend<Route>();
      expectTypeOf<Route<"/rooms/{room}">>().toExtend<Route>();
      expectTypeOf<Route>().not.toExtend<Route<"/rooms/{room}">>();
    });
  });
});

describe("parameters", () => {
  it("are those of the path, through every level", () => {
    define((routing) => {
      routing.route("/{room}", (room) => {
        room.header("X-A", "1", (selected) => {
          selected.host("a.org", (hosted) => {
            hosted.route("users", (users) => {
              users.get("{user?}", ({ parameters }) => {
                expectTypeOf(parameters).toEqualTypeOf<{ readonly room: string; readonly user?: string }>();
              });
            });
          });
        });
        room.method("POST").handle(({ parameters }) => {
          expectTypeOf(parameters).toEqualTypeOf<{ readonly room: string }>();
        });
        room.webSocketRaw("{path...}", ({ call }) => {
          expectTypeOf(call.parameters).toEqualTypeOf<{ readonly room: string; readonly path: readonly string[] }>();
        });
        room.webSocket("v{version}.json", { maxFrameSize: 1 }, ({ call }) => {
          expectTypeOf(call.parameters).toEqualTypeOf<{ readonly room: string; readonly version: string }>();
        });
        // @ts-expect-error There is no such parameter.
        room.get((call) => call.parameters.rooms);
      });
      routing.webSocket("/*/{...}", ({ call }) => {
        expectTypeOf<keyof typeof call.parameters>().toEqualTypeOf<never>();
      });
      // @ts-expect-error It may be missing.
      routing.webSocket("/a/{id?}", (session) => session.call.parameters.id.length);
      // @ts-expect-error It is a list.
      routing.webSocket("/a/{path...}", (session) => session.call.parameters.path.toUpperCase());
      // @ts-expect-error They are what the request says.
      routing.webSocket("/b/{id}", (session) => (session.call.parameters.id = "7"));
    });
  });

  it("are there for authenticate, too", () => {
    define((routing) => {
      routing.route("/rooms/{room}", (rooms) => {
        rooms.webSocket(
          "{user}",
          {
            authenticate: (call) => {
              expectTypeOf(call.parameters).toEqualTypeOf<{ readonly room: string; readonly user: string }>();
              return call.parameters.room === "open" || { status: 403 };
            },
          },
          () => undefined,
        );
        rooms.webSocket({ authenticate: ({ parameters }) => void parameters.room }, () => undefined);
      });
      const anyone: Authenticate = async (call) => (call.request.header("authorization") ? true : { status: 401 });
      routing.webSocket("/any/{room}", { authenticate: anyone }, () => undefined);
      const ofRoom: Authenticate<{ readonly room: string }> = (call) => call.parameters.room === "open";
      routing.webSocket("/{room}/{user}", { authenticate: ofRoom }, () => undefined);
      // @ts-expect-error There is no room in the path.
      routing.webSocket("/nowhere", { authenticate: ofRoom }, () => undefined);
    });
  });
});

describe("options", () => {
  it("that do not exist or have the wrong type do not compile", () => {
    define((routing) => {
      const none = (): void => undefined;
      routing.webSocket(
        "/a",
        { channels: { incoming: bounded(1) }, pingPeriod: "1.5s", origins: ["https://a.org"] },
        none,
      );
      routing.webSocketRaw("/a", { validateText: true, maxPause: 0 }, none);
      // @ts-expect-error Misspelt.
      expect(() => routing.webSocket("/a", { maxFramSize: 5 }, none)).toThrow("maxFramSize");
      // @ts-expect-error Not a duration.
      expect(() => routing.webSocket("/a", { pingPeriod: "15 seconds" }, none)).toThrow("pingPeriod");
      // @ts-expect-error Not a number.
      expect(() => routing.webSocket("/a", { maxFrameSize: "1" }, none)).toThrow("maxFrameSize");
      // @ts-expect-error One per route.
      expect(() => routing.webSocket("/a", { protocol: ["v1", "v2"] }, none)).toThrow("protocol");
      // @ts-expect-error For the plugin.
      expect(() => routing.webSocket("/a", { maxConnections: 1 }, none)).toThrow("maxConnections");
      // @ts-expect-error Nothing pings in a raw session.
      expect(() => routing.webSocketRaw("/a", { pingPeriod: 1 }, none)).toThrow("pingPeriod");
      // @ts-expect-error A default session always does.
      expect(() => routing.webSocket("/a", { validateText: false }, none)).toThrow("validateText");
      // @ts-expect-error A bound of frames is not enough.
      expect(() => routing.webSocket("/a", { channels: { incoming: 64 } }, none)).toThrow("channels.incoming");
      // @ts-expect-error A user is no decision.
      routing.webSocket("/a", { authenticate: async () => ({ name: "Ada" }) }, none);
    });
  });

  it("of the plugin that do not exist or have the wrong type do not compile", () => {
    const app = application();
    // @ts-expect-error Misspelt.
    expect(() => app.install(WebSockets, { pingInterval: 5 })).toThrow("pingInterval");
    // @ts-expect-error Not a duration.
    expect(() => app.install(WebSockets, { timeout: "soon" })).toThrow("timeout");
    // @ts-expect-error For a route.
    expect(() => app.install(WebSockets, { protocol: "v1" })).toThrow("protocol");
    // @ts-expect-error One origin is a list of one.
    expect(() => app.install(WebSockets, { origins: "a.org" })).toThrow("origins");
    // @ts-expect-error A predicate decides at once: a promise would let nobody in.
    app.install(WebSockets, { origins: async () => false });
  });
});

describe("handlers", () => {
  it("get a default session or a raw one", () => {
    define((routing) => {
      routing.webSocket("/a", (session) => {
        expectTypeOf(session).toExtend<DefaultWebSocketServerSession>();
        expectTypeOf(session.pingPeriod).toEqualTypeOf<number>();
      });
      routing.webSocketRaw("/a", (session) => {
        expectTypeOf(session).toExtend<WebSocketServerSession>();
        expectTypeOf(session).not.toHaveProperty("pingPeriod");
        expectTypeOf(session).not.toHaveProperty("timeout");
      });
      routing.get("/a", (call) => {
        expectTypeOf(call).toExtend<HttpCall>();
      });
      const raw: RawWebSocketHandler = (session) => session.flush();
      routing.webSocket("/raw", raw);
      const both: WebSocketHandler = (session) => session.flush();
      // @ts-expect-error A raw session has no pings of its own.
      routing.webSocketRaw("/both", both);
      expectTypeOf<WebSocketHandler<"/{room}">>()
        .parameter(0)
        .toHaveProperty("call")
        .toHaveProperty("parameters")
        .toEqualTypeOf<{ readonly room: string }>();
    });
    expect(HttpCall).toBeDefined();
  });

  it("narrow a frame by its type", () => {
    const read = (frame: Frame): string => {
      switch (frame.type) {
        case "text":
          return frame.readText();
        case "binary":
          // @ts-expect-error Bytes are no text.
          frame.readText();
          return `${frame.readBytes().length}`;
        case "close":
          expectTypeOf(frame.readReason()).toEqualTypeOf<CloseReason | null>();
          return "";
        case "ping":
        case "pong":
          // @ts-expect-error Only Close has a reason.
          frame.readReason();
          return "";
        default:
          return frame satisfies never;
      }
    };
    expectTypeOf(read).returns.toEqualTypeOf<string>();
    define((routing) => {
      routing.webSocket("/a", async (session) => {
        for await (const frame of session.incoming) {
          expectTypeOf(frame).toExtend<Frame>();
          if (frame.type === "text") expectTypeOf(frame.readText()).toEqualTypeOf<string>();
        }
      });
    });
    expect(CloseReason).toBeDefined();
  });
});

describe("an extension", () => {
  interface Counter extends WebSocketExtension {
    readonly count: number;
  }
  const make = (): Counter => ({
    count: 1,
    processIncomingFrame: (frame) => frame,
    processOutgoingFrame: (frame) => Promise.resolve(frame),
  });
  const Loose = webSocketExtension({ key: "loose", install: (_config: { readonly size?: number }) => make });
  const Strict = webSocketExtension({ key: "strict", install: (_config: { readonly size: number }) => make });

  it("is found in a session with its own type", () => {
    define((routing) => {
      routing.webSocket("/", (session) => {
        expectTypeOf(session.extension(Strict)).toEqualTypeOf<Counter>();
        expectTypeOf(session.extensionOrNull(Loose)).toEqualTypeOf<Counter | null>();
        expectTypeOf(session.extensions).toEqualTypeOf<readonly WebSocketExtension[]>();
      });
    });
  });

  it("takes its own configuration, which may be left out only where everything in it may", () => {
    expectTypeOf([Loose(), Loose({}), Loose({ size: 1 }), Strict({ size: 1 })]).toExtend<
      WebSocketOptions["extensions"] & object
    >();
    // @ts-expect-error: it needs a size
    Strict();
    // @ts-expect-error: a size is a number
    Loose({ size: "1" });
    // @ts-expect-error: an extension is installed by calling it
    const wrong: WebSocketOptions = { extensions: [Loose] };
    expect(() => define((routing) => routing.webSocket("/", wrong, () => undefined))).toThrow("an installed extension");
  });

  it("is made of hooks that give frames", () => {
    const hooks = { processIncomingFrame: (frame: Frame.Data) => frame, processOutgoingFrame: () => "text" };
    // @ts-expect-error: text is no frame
    webSocketExtension({ key: "x", install: () => () => hooks });
  });
});
