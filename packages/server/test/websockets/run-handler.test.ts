import { describe, expect, it } from "vitest";
import type { ApplicationModule } from "../../src/index.js";
import { FrameTooBigError, WebSockets } from "../../src/index.js";
import { connect } from "../support/client.js";
import { open } from "../support/peer.js";
import { echo, route, serve } from "../support/serve.js";
import { serveOn, setups } from "../support/setups.js";
import { signal, until } from "../support/until.js";
import { closeCode, frame } from "../support/wire.js";

/** An echo at `/`, and a handler at `/odd`. */
function beside(odd: Parameters<typeof route>[0]): ApplicationModule {
  return (app) => {
    app.install(WebSockets, { closeTimeout: 100 });
    app.routing((routing) => {
      routing.webSocket("/", echo);
      routing.webSocket("/odd", odd);
    });
  };
}

describe.each(setups)("a handler ($codec codec, TLS: $tls)", (setup) => {
  it("that returns closes with 1000", async () => {
    const client = await connect(
      await serveOn(
        setup,
        route(() => undefined),
      ),
    );
    expect(await client.closed).toEqual({ code: 1000, reason: "" });
  });

  it("that throws closes with 1011, is logged with its route, and harms nobody else", async () => {
    const served = await serveOn(
      setup,
      beside(async (session) => {
        await session.incoming.receive();
        throw new TypeError("a bug");
      }),
    );
    const other = await connect(served);
    const client = await connect(served, "/odd");
    client.socket.send("go");
    expect(await client.closed).toEqual({ code: 1011, reason: "" });
    expect(served.takeLog()).toEqual([
      { error: new TypeError("a bug"), message: expect.stringContaining("webSocket(/odd)") },
    ]);
    expect(await other.askText("alive")).toBe("alive");
  });

  it("that throws before it waits for anything does the same", async () => {
    const served = await serveOn(
      setup,
      beside(() => {
        throw new TypeError("at once");
      }),
    );
    expect(await (await connect(served, "/odd")).closed).toMatchObject({ code: 1011 });
    expect(served.takeLog()).toMatchObject([{ error: { message: "at once" } }]);
  });
});

describe.each(setups)("a job ($codec codec, TLS: $tls)", (setup) => {
  it("that fails closes its session with 1011, is thrown at the handler, is logged once with its route, and harms nobody else", async () => {
    const error = new TypeError("a bug");
    const thrown = signal<unknown>();
    const served = await serveOn(
      setup,
      beside(async (session) => {
        session.launch(async () => {
          throw error;
        });
        try {
          await session.incoming.consumeEach(() => undefined);
        } catch (caught) {
          thrown.resolve(caught);
          throw caught;
        }
      }),
    );
    const other = await connect(served);
    expect(await (await connect(served, "/odd")).closed).toEqual({ code: 1011, reason: "" });
    expect(await thrown.promise).toBe(error);
    expect(served.takeLog()).toEqual([{ error, message: expect.stringContaining("job of webSocket(/odd)") }]);
    expect(await other.askText("alive")).toBe("alive");
  });

  it("ends where the client goes away", async () => {
    const ended = signal<unknown>();
    const served = await serveOn(
      setup,
      beside(async (session) => {
        const job = session.launch(async (jobSignal) => {
          jobSignal.addEventListener("abort", () => ended.resolve(jobSignal.reason));
          for (;;) {
            await session.send("tick");
            await new Promise(setImmediate);
          }
        });
        await job.join();
      }),
    );
    const client = await connect(served, "/odd");
    await client.receiveText();
    client.socket.terminate();
    expect(await ended.promise).toMatchObject({ code: 1006 });
  });

  it("is aborted by the Close of a handler that returns without waiting for it", async () => {
    const ended = signal<unknown>();
    const served = await serveOn(
      setup,
      beside((session) => {
        session.launch(async (jobSignal) => {
          jobSignal.addEventListener("abort", () => ended.resolve(jobSignal.reason));
          await ended.promise;
          jobSignal.throwIfAborted();
        });
      }),
    );
    expect(await (await connect(served, "/odd")).closed).toEqual({ code: 1000, reason: "" });
    expect(await ended.promise).toMatchObject({ code: 1000 });
  });

  it("is waited for when the server stops, within the grace period", async () => {
    const begun = signal();
    const gate = signal();
    const steps: string[] = [];
    const served = await serveOn(
      setup,
      beside((session) => {
        session.launch(async (jobSignal) => {
          begun.resolve();
          await new Promise((resolve) => jobSignal.addEventListener("abort", resolve));
          await gate.promise;
          steps.push("job done");
        });
      }),
    );
    const client = await connect(served, "/odd");
    await begun.promise;
    await client.closed;
    const stopped = served.server.stop().then(() => steps.push("stopped"));
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
    expect(steps).toEqual([]);
    gate.resolve();
    await stopped;
    expect(steps).toEqual(["job done", "stopped"]);
  });
});

describe("what a job throws", () => {
  it("is logged where it is a bug in the cleaning up", async () => {
    const error = new TypeError("in the cleaning up");
    const served = await serve(
      beside((session) => {
        session.launch(async (jobSignal) => {
          await new Promise((resolve) => jobSignal.addEventListener("abort", resolve));
          throw error;
        });
      }),
    );
    expect(await (await connect(served, "/odd")).closed).toMatchObject({ code: 1000 });
    await served.server.stop();
    expect(served.takeLog()).toMatchObject([{ error }]);
  });

  it("never stops a server that does not wait for it longer than the timeout", async () => {
    const served = await serve(
      beside((session) => {
        session.launch(() => new Promise(() => undefined));
      }),
    );
    await (await connect(served, "/odd")).closed;
    await served.server.stop({ gracePeriod: 5, timeout: 20 });
  });
});

describe("what a handler throws", () => {
  it("is logged as 1011 whatever it is", async () => {
    const served = await serve(
      beside(async (session) => {
        await session.send(Buffer.alloc(2 * 1024 * 1024));
      }),
    );
    expect(await (await connect(served, "/odd")).closed).toMatchObject({ code: 1011 });
    expect(served.takeLog()).toMatchObject([{ error: expect.any(FrameTooBigError) }]);
  });

  it("in a function that it gave to consumeEach is logged as any other error", async () => {
    const error = new TypeError("a bug in between");
    const served = await serve(
      beside(async (session) => {
        await session.incoming.consumeEach(() => {
          throw error;
        });
      }),
    );
    const client = await connect(served, "/odd");
    client.socket.send("go");
    client.socket.send("not taken by anybody");
    expect(await client.closed).toEqual({ code: 1011, reason: "" });
    expect(served.takeLog()).toMatchObject([{ error }]);
  });

  it("is no news where it tells of an end that came from outside", async () => {
    const results: unknown[] = [];
    const served = await serve(
      beside(async (session) => {
        const aborted = new Promise((_, reject) => {
          session.signal.addEventListener("abort", () => reject(session.signal.reason));
        });
        try {
          await aborted;
        } catch (error) {
          results.push(error);
          throw error;
        }
      }),
    );
    const client = await connect(served, "/odd");
    client.socket.terminate();
    await until(() => results.length === 1);
  });

  it("is no news where it comes of sending to a client that has gone", async () => {
    const caught = signal<unknown>();
    const served = await serve(
      beside(async (session) => {
        try {
          for (;;) {
            await session.send("tick");
            await new Promise(setImmediate);
          }
        } catch (error) {
          caught.resolve(error);
          throw error;
        }
      }),
    );
    (await connect(served, "/odd")).socket.terminate();
    expect(await caught.promise).toMatchObject({ code: "CLOSED_SEND_CHANNEL" });
  });

  it("is logged where it is a bug in the cleaning up", async () => {
    const served = await serve(
      beside(async (session) => {
        for await (const _ of session.incoming);
        throw new TypeError("in the cleaning up");
      }),
    );
    expect(await (await connect(served, "/odd")).close(1000)).toMatchObject({ code: 1000 });
    let log = served.takeLog();
    while (log.length === 0) {
      await new Promise(setImmediate);
      log = served.takeLog();
    }
    expect(log).toMatchObject([{ error: { message: "in the cleaning up" } }]);
  });

  it("does no harm when the logger throws in turn", async () => {
    const logger = {
      error(): never {
        throw new Error("no disk");
      },
      warn: () => undefined,
    };
    const served = await serve(
      beside(() => {
        throw new Error("a bug");
      }),
      { logger },
    );
    expect(await (await connect(served, "/odd")).closed).toMatchObject({ code: 1011 });
    expect(await (await connect(served)).askText("alive")).toBe("alive");
  });
});

describe("a handler that never reads", () => {
  it("does not keep the client's Close from being answered, after closeTimeout", async () => {
    const gate = signal();
    const served = await serve(beside(async () => await gate.promise));
    const client = await connect(served, "/odd");
    client.socket.send("unread");
    expect(await client.close(4000)).toMatchObject({ code: 4000 });
    gate.resolve();
  });

  it("stalls its own session only", async () => {
    const gate = signal();
    const served = await serve(beside(async () => await gate.promise));
    const silent = await connect(served, "/odd");
    for (let index = 0; index < 1000; index++) silent.socket.send("x".repeat(1000));
    const other = await connect(served);
    for (let round = 0; round < 20; round++) expect(await other.askText("alive")).toBe("alive");
    gate.resolve();
    expect(await silent.closed).toMatchObject({ code: 1000 });
  });

  it("leaves a violation to be answered after closeTimeout", async () => {
    const gate = signal();
    const served = await serve(route(async () => await gate.promise, { closeTimeout: 50 }));
    const peer = await open(served);
    peer.write(frame(3));
    expect(closeCode(await peer.frame())).toBe(1002);
    gate.resolve();
  });
});
