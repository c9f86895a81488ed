import { describe, expect, it } from "vitest";
import { FrameTooBigError } from "../../src/index.js";
import { echo, route } from "../support/serve.js";
import { signal } from "../support/until.js";
import { BINARY, close, closeCode, frame, TEXT } from "../support/wire.js";
import { hosts } from "./host.js";
import { rawRoute } from "./raw-route.js";

const CONTINUATION = 0;
const LIMIT = 1025;

/** A handler that reads one message, and the error that it got instead. */
function reading(): { readonly handler: Parameters<typeof route>[0]; readonly thrown: Promise<unknown> } {
  const thrown = signal<unknown>();
  return {
    thrown: thrown.promise,
    async handler(session) {
      try {
        await session.send((await session.incoming.receive()).data);
        thrown.resolve("nothing");
      } catch (error) {
        thrown.resolve(error);
      }
    },
  };
}

describe.each(hosts)("limits ($host, $codec codec)", ({ serve }) => {
  it.each([
    ["below", LIMIT - 1],
    ["exactly at", LIMIT],
  ])("maximum size: a frame %s the bound passes", async (_, size) => {
    const { handler, thrown } = reading();
    const peer = await (await serve(route(handler, { maxFrameSize: LIMIT }))).open();
    peer.write(frame(BINARY, Buffer.alloc(size, 7)));
    expect((await peer.frame()).payload).toEqual(Buffer.alloc(size, 7));
    expect(await thrown).toBe("nothing");
  });

  it("maximum size: a frame above the bound is 1009, and an error for the reader", async () => {
    const { handler, thrown } = reading();
    const peer = await (await serve(route(handler, { maxFrameSize: LIMIT }))).open();
    peer.write(frame(BINARY, Buffer.alloc(LIMIT + 1)));
    expect(closeCode(await peer.frame())).toBe(1009);
    expect(await thrown).toMatchObject({ code: "FRAME_TOO_BIG", size: LIMIT + 1, maxFrameSize: LIMIT });
  });

  it("maximum size: a frame above the bound is 1009 in a raw session, too", async () => {
    const thrown = signal<unknown>();
    const served = await serve(
      rawRoute(async (session) => thrown.resolve(await session.incoming.receive().catch((error: unknown) => error)), {
        maxFrameSize: LIMIT,
      }),
    );
    const peer = await served.open();
    peer.write(frame(BINARY, Buffer.alloc(LIMIT + 1)));
    expect(closeCode(await peer.frame())).toBe(1009);
    expect(await thrown.promise).toBeInstanceOf(FrameTooBigError);
  });

  it.each([
    ["below", [1024]],
    ["below", [512, 512]],
    ["exactly at", [1024, 1]],
    ["exactly at", [0, 1, 1024, 0]],
  ])("fragmentation: a message %s the bound passes, in fragments of %j", async (_, sizes) => {
    const { handler, thrown } = reading();
    const peer = await (await serve(route(handler, { maxFrameSize: LIMIT }))).open();
    peer.write(...fragments(sizes));
    expect((await peer.frame()).payload).toHaveLength(sizes.reduce((sum, size) => sum + size, 0));
    expect(await thrown).toBe("nothing");
  });

  it.each([[[1024, 2]], [[1024, 1024]], [[1024, 1024, 1024, 1024]], [[1, 1024, 1, 1]]])(
    "fragmentation: a message above the bound is 1009, in fragments of %j",
    async (sizes) => {
      const { handler, thrown } = reading();
      const peer = await (await serve(route(handler, { maxFrameSize: LIMIT }))).open();
      peer.write(...fragments(sizes));
      expect(closeCode(await peer.frame())).toBe(1009);
      expect(await thrown).toMatchObject({ code: "FRAME_TOO_BIG", maxFrameSize: LIMIT });
    },
  );

  it("fragmentation: in a raw session the bound is for each fragment", async () => {
    const sizes: number[] = [];
    const served = await serve(
      rawRoute(
        async (session) => {
          for await (const { data, type } of session.incoming) if (type === "binary") sizes.push(data.length);
        },
        { maxFrameSize: LIMIT },
      ),
    );
    const peer = await served.open();
    peer.write(...fragments([LIMIT, LIMIT, LIMIT]), close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(sizes).toEqual([LIMIT, LIMIT, LIMIT]);
  });

  it("frame-size limit when sending: more is refused, nothing goes out, and the session goes on", async () => {
    const seen: unknown[] = [];
    const served = await serve(
      route(
        async (session) => {
          for (const size of [LIMIT + 1, LIMIT, LIMIT - 1]) {
            seen.push(await session.send(Buffer.alloc(size)).catch((error: unknown) => error));
          }
          seen.push(await session.send("ü".repeat(513)).catch((error: unknown) => error), session.isActive);
        },
        { maxFrameSize: LIMIT },
      ),
    );
    const peer = await served.open();
    expect((await peer.frame()).payload).toHaveLength(LIMIT);
    expect((await peer.frame()).payload).toHaveLength(LIMIT - 1);
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(seen).toMatchObject([
      { code: "FRAME_TOO_BIG", size: LIMIT + 1, maxFrameSize: LIMIT },
      undefined,
      undefined,
      { code: "FRAME_TOO_BIG", size: LIMIT + 1 },
      true,
    ]);
  });

  it("frame-size limit when sending: a change holds from the next send", async () => {
    const served = await serve(
      route(async (session) => {
        session.maxFrameSize = 3;
        await session.send("four").catch((error: { code: string }) => session.send(error.code.slice(0, 3)));
        session.maxFrameSize = 4;
        await session.send("four");
      }),
    );
    const peer = await served.open();
    expect((await peer.frame()).payload.toString()).toBe("FRA");
    expect((await peer.frame()).payload.toString()).toBe("four");
  });

  it.each([3, 7, 11, 15])("bad opcode: %i is 1002, behind the answers to what came before it", async (opcode) => {
    const thrown = signal<unknown>();
    const served = await serve(
      route(async (session) => {
        try {
          await echo(session);
        } catch (error) {
          thrown.resolve(error);
        }
      }),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, "fine"), frame(opcode, "bad"), frame(TEXT, "too late"));
    expect(await peer.frame()).toMatchObject({ opcode: TEXT, payload: Buffer.from("fine") });
    expect(closeCode(await peer.frame())).toBe(1002);
    expect(await thrown.promise).toMatchObject({ code: "PROTOCOL_VIOLATION", violation: "RESERVED_OPCODE" });
    await peer.ended();
  });

  it("bad opcode: it is 1002 in a raw session, too", async () => {
    const thrown = signal<unknown>();
    const served = await serve(
      rawRoute(async (session) => thrown.resolve(await session.incoming.receive().catch((error: unknown) => error))),
    );
    const peer = await served.open();
    peer.write(frame(5));
    expect(closeCode(await peer.frame())).toBe(1002);
    expect(await thrown.promise).toMatchObject({ code: "PROTOCOL_VIOLATION", violation: "RESERVED_OPCODE" });
  });
});

/** A binary message in fragments of these sizes. */
function fragments(sizes: readonly number[]): Buffer[] {
  return sizes.map((size, index) =>
    frame(index === 0 ? BINARY : CONTINUATION, Buffer.alloc(size), { fin: index === sizes.length - 1 }),
  );
}
