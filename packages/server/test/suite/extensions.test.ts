import { describe, expect, it } from "vitest";
import type { ApplicationModule } from "../../src/index.js";
import { WebSockets, webSocketExtension } from "../../src/index.js";
import { failing, Xor, xored } from "../support/extensions.js";
import { echo, route } from "../support/serve.js";
import { BINARY, close, closeCode, frame, PING, PONG, TEXT } from "../support/wire.js";
import { hosts } from "./host.js";

const CONTINUATION = 0;
const RSV2 = 2;
const offering = (header: string) => ({ "Sec-WebSocket-Extensions": header });

/** Owns RSV1, and does nothing with it. */
const Bit = webSocketExtension({
  key: "bit",
  rsv1: true,
  install: () => () => ({
    protocols: [{ name: "x-bit", parameters: [] }],
    serverNegotiation: (requested) => requested.filter(({ name }) => name === "x-bit"),
    processIncomingFrame: (received) => received,
    processOutgoingFrame: (sent) => sent,
  }),
});

/** A raw echo of data frames that ends behind the peer's Close. */
function rawEcho(options: { readonly negotiateExtensions?: boolean }): ApplicationModule {
  return (app) => {
    app.install(WebSockets, { extensions: [Xor()] });
    app.routing((routing) => {
      routing.webSocketRaw("/", options, async (session) => {
        for await (const received of session.incoming) if (received.type === "text") await session.send(received);
      });
    });
  };
}

describe.each(hosts)("extensions ($host, $codec codec)", ({ serve }) => {
  it.each([
    { offer: "x-xor; key=7", answer: "x-xor; key=7" },
    { offer: 'x-xor; key="7"', answer: "x-xor; key=7" },
    { offer: "x-xor; key=0, x-xor; key=256, x-xor; key=9, x-xor; key=7", answer: "x-xor; key=9" },
    { offer: "x-other, x-xor; key=8; more", answer: "x-xor; key=8; more" },
    { offer: "x-bit, x-xor; key=8", answer: "x-xor; key=8, x-bit" },
    { offer: "x-xor; key=0", answer: undefined },
    { offer: "__proto__; constructor, x-other", answer: undefined },
  ])("answer $offer with $answer", async ({ offer, answer }) => {
    const served = await serve(route(echo, { extensions: [Xor(), Bit()] }));
    const peer = await served.open("/", offering(offer));
    expect(peer.extensions).toBe(answer);
  });

  it.each([{ later: false }, { later: true }])("change messages both ways, later: $later", async ({ later }) => {
    const keys: unknown[] = [];
    const served = await serve(
      route(
        async (session) => {
          keys.push(session.extension(Xor).key, session.extensions.length);
          await echo(session);
        },
        { extensions: [Xor({ later })] },
      ),
    );
    const peer = await served.open("/", offering("x-xor; key=7"));
    peer.write(
      frame(TEXT, xored("one", 7), { rsv: RSV2 }),
      frame(TEXT, xored("tw", 7), { rsv: RSV2, fin: false }),
      frame(PING, "p"),
      frame(CONTINUATION, xored("o", 7)),
      frame(BINARY, "plain"),
      close(1000),
    );
    const answers = [await peer.frame(), await peer.frame(), await peer.frame(), await peer.frame()];
    const pong = answers.findIndex(({ opcode }) => opcode === PONG);
    expect(answers[pong]?.payload.toString()).toBe("p");
    answers.splice(pong, 1);
    expect(
      answers.map(({ opcode, rsv, payload }) => [opcode, rsv, xored(payload.toString("latin1"), 7).toString()]),
    ).toEqual([
      [TEXT, RSV2, "one"],
      [TEXT, RSV2, "two"],
      [BINARY, RSV2, "plain"],
    ]);
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(keys).toEqual([7, 1]);
  });

  it("that nobody offered are not in use, and their bits nobody's", async () => {
    const found: unknown[] = [];
    const served = await serve(
      route(
        async (session) => {
          found.push(session.extensionOrNull(Xor), session.extensions);
          await echo(session);
        },
        { extensions: [Xor()] },
      ),
    );
    const peer = await served.open();
    expect(peer.extensions).toBeUndefined();
    peer.write(frame(TEXT, "hi"), frame(TEXT, "no", { rsv: RSV2 }));
    expect((await peer.frame()).payload.toString()).toBe("hi");
    expect(closeCode(await peer.frame())).toBe(1002);
    expect(found).toEqual([null, []]);
  });

  it("that a route leaves out are not negotiated there", async () => {
    const served = await serve((app) => {
      app.install(WebSockets, { extensions: [Xor()] });
      app.routing((routing) => {
        routing.webSocket("/plain", { extensions: [] }, echo);
        routing.webSocket("/", echo);
      });
    });
    expect((await served.open("/plain", offering("x-xor; key=7"))).extensions).toBeUndefined();
    expect((await served.open("/", offering("x-xor; key=7"))).extensions).toBe("x-xor; key=7");
  });

  it("are not negotiated by a raw route, unless it asks for them", async () => {
    const without = await (await serve(rawEcho({}))).open("/", offering("x-xor; key=7"));
    expect(without.extensions).toBeUndefined();

    const peer = await (await serve(rawEcho({ negotiateExtensions: true }))).open("/", offering("x-xor; key=7"));
    expect(peer.extensions).toBe("x-xor; key=7");
    peer.write(
      frame(TEXT, xored("a", 7), { rsv: RSV2, fin: false }),
      frame(CONTINUATION, xored("b", 7), { rsv: RSV2 }),
    );
    for (const [opcode, fin, payload] of [
      [TEXT, false, "a"],
      [CONTINUATION, true, "b"],
    ] as const) {
      expect(await peer.frame()).toMatchObject({ opcode, fin, rsv: RSV2, payload: xored(payload, 7) });
    }
  });

  it("fragmented flags from the first frame: a bit that an extension owns is the whole message's", async () => {
    const seen: unknown[] = [];
    const served = await serve(
      route(
        async (session) => {
          for await (const { type, fin, rsv1, data } of session.incoming) {
            seen.push([type, fin, rsv1, Buffer.from(data).toString()]);
          }
        },
        { extensions: [Bit()] },
      ),
    );
    const peer = await served.open("/", offering("x-bit"));
    for (const rsv of [4, 0]) {
      peer.write(frame(TEXT, "Hello", { fin: false, rsv }), frame(CONTINUATION, ", World"));
    }
    peer.write(close(1000));
    expect(closeCode(await peer.frame())).toBe(1000);
    expect(seen).toEqual([true, false].map((rsv1) => ["text", true, rsv1, "Hello, World"]));
  });

  it("that fail are logged with their route, and end their session with 1011", async () => {
    const failure = new Error("secret");
    const Failing = webSocketExtension({
      key: "failing",
      install: () => () => ({
        processIncomingFrame: () => Promise.reject(failure),
        processOutgoingFrame: (sent) => sent,
      }),
    });
    const served = await serve(route(echo, { extensions: [Failing()] }));
    const peer = await served.open();
    peer.write(frame(TEXT, "hi"));
    const last = await peer.frame();
    expect(closeCode(last)).toBe(1011);
    expect(last.payload.length).toBe(2);
    expect(served.takeLog()).toEqual([{ error: failure, message: "An extension of webSocket(/) failed" }]);
  });

  it("whose negotiation fails refuse the handshake with 500, behind a gate as well", async () => {
    const failure = new Error("secret");
    const served = await serve((app) => {
      app.install(WebSockets, { extensions: [failing(failure)] });
      app.routing((routing) => {
        routing.webSocket("/", echo);
        routing.webSocket("/gate", { authenticate: () => Promise.resolve(true) }, echo);
      });
    });
    for (const path of ["/", "/gate"]) {
      await expect(served.open(path, offering("x-failing"))).rejects.toThrow("500");
      expect(served.takeLog()).toEqual([{ error: failure, message: `The handshake for ${path} failed` }]);
    }
  });
});
