import { describe, expect, it } from "vitest";
import type { DefaultWebSocketServerSession } from "../../src/index.js";
import { bounded } from "../../src/index.js";
import { route } from "../support/serve.js";
import { signal, stalls } from "../support/until.js";
import { BINARY, close, closeCode, frame, TEXT } from "../support/wire.js";
import { hosts } from "./host.js";

const KIB = 1024;

/** Sends every message back as it came, by streams. */
const piped = ({ readable, writable }: DefaultWebSocketServerSession): Promise<void> => readable.pipeTo(writable);

describe.each(hosts)("web streams ($host, $codec codec)", ({ serve }) => {
  it("carry messages there and back, text as text and bytes as bytes, up to the peer's Close", async () => {
    const served = await serve(route(piped));
    const peer = await served.open();
    const payloads = ["", "Hello", "ü".repeat(1000), "x".repeat(100_000)];
    const messages = payloads.flatMap((text) => [frame(TEXT, text), frame(BINARY, text)]);
    peer.write(...messages, close(4000, "bye"));
    for (const text of payloads) {
      for (const opcode of [TEXT, BINARY]) {
        const answer = await peer.frame();
        expect([answer.opcode, answer.payload.toString()]).toEqual([opcode, text]);
      }
    }
    expect(closeCode(await peer.frame())).toBe(4000);
    await peer.ended();
  });

  it("go through a transform", async () => {
    const served = await serve(
      route(async (session) => {
        const shout = new TransformStream<string | Uint8Array, string>({
          transform: (message, controller) => controller.enqueue(`${message}`.toUpperCase()),
        });
        await session.readable.pipeThrough(shout).pipeTo(session.writable);
      }),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, "hello"));
    expect((await peer.frame()).payload.toString()).toBe("HELLO");
    peer.write(frame(TEXT, "bye"), close(1000));
    expect((await peer.frame()).payload.toString()).toBe("BYE");
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("wait for a peer that does not read, and lose nothing", async () => {
    let written = 0;
    const count = 250;
    const served = await serve(
      route(
        async ({ writable }) => {
          const source = new ReadableStream<Uint8Array>({
            pull(controller) {
              controller.enqueue(Buffer.alloc(64 * KIB, written));
              if (++written === count) controller.close();
            },
          });
          await source.pipeTo(writable);
        },
        { channels: { outgoing: bounded(4) } },
      ),
    );
    const peer = await served.open();
    peer.pause();
    await stalls(() => written);
    expect(written).toBeLessThan(count);
    peer.resume();
    for (let index = 0; index < count; index++) expect((await peer.frame()).payload[0]).toBe(index & 0xff);
    expect(closeCode(await peer.frame())).toBe(1000);
  });

  it("lose nothing that comes while nobody reads", async () => {
    const gate = signal();
    let received = 0;
    const served = await serve(
      route(
        async ({ readable }) => {
          const reader = readable.getReader();
          await gate.promise;
          while (!(await reader.read()).done) received++;
        },
        { channels: { incoming: bounded(2) } },
      ),
    );
    const peer = await served.open();
    for (let index = 0; index < 100; index++) peer.write(frame(BINARY, Buffer.alloc(KIB)));
    peer.write(close(1000));
    gate.resolve();
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(received).toBe(100);
  });

  it("tell the peer 1011 when what is piped in fails, and the handler the same error", async () => {
    const failure = new Error("the disk is gone");
    const thrown = signal<unknown>();
    const served = await serve(
      route(async ({ writable }) => {
        const source = new ReadableStream<string>({
          start: (controller) => controller.enqueue("the first half"),
          pull: (controller) => controller.error(failure),
        });
        await source.pipeTo(writable).catch((error: unknown) => thrown.resolve(error));
      }),
    );
    const peer = await served.open();
    expect((await peer.frame()).payload.toString()).toBe("the first half");
    expect(closeCode(await peer.frame())).toBe(1011);
    expect(await thrown.promise).toBe(failure);
  });

  it("end what is piped in when the peer is lost, though there is nothing to write", async () => {
    const cancelled = signal<unknown>();
    const served = await serve(
      route(async ({ writable }) => {
        await new ReadableStream<string>({ cancel: (reason) => cancelled.resolve(reason) }).pipeTo(writable);
      }),
    );
    (await served.open()).destroy();
    // The handler threw the same: it only learned of its session's end, which nobody logs.
    expect(await cancelled.promise).toMatchObject({ code: "CLOSED_SEND_CHANNEL" });
  });

  it("error with the session's own error", async () => {
    const seen = signal<unknown[]>();
    const served = await serve(
      route(async ({ readable, writable }) => {
        const [reader, writer] = [readable.getReader(), writable.getWriter()];
        const read = await reader.read().catch((error: unknown) => error);
        seen.resolve([read, await reader.closed.catch((error) => error), await writer.closed.catch((error) => error)]);
      }),
    );
    const peer = await served.open();
    peer.write(frame(TEXT, Buffer.from([0xff])));
    expect(closeCode(await peer.frame())).toBe(1007);
    const error = { code: "PROTOCOL_VIOLATION", violation: "INVALID_UTF8" };
    expect(await seen.promise).toMatchObject([error, error, error]);
  });

  it("close the session: writer.close is 1000, and what was written goes before", async () => {
    const served = await serve(
      route(async ({ writable, incoming }) => {
        const writer = writable.getWriter();
        void writer.write("all there is");
        await writer.close();
        for await (const _ of incoming);
      }),
    );
    const peer = await served.open();
    expect((await peer.frame()).payload.toString()).toBe("all there is");
    expect(closeCode(await peer.frame())).toBe(1000);
  });
});
