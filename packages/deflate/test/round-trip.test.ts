import { Frame } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DeflateWindowBits, WebSocketDeflateOptions, WindowBits } from "../src/index.js";
import { WebSocketDeflate } from "../src/index.js";
import { json, noise, OracleInflater, oracleDeflate } from "./support/oracle.js";
import { describeEachPath, PATHS } from "./support/paths.js";
import type { Session, Side } from "./support/session.js";
import { connect, outcome, serve } from "./support/session.js";

/** One direction of a session, watched on the wire by `node:zlib` with the window that was negotiated and no larger. */
class Wire {
  /** Bytes of messages, and of what went over the wire. */
  bytes = 0;
  wireBytes = 0;
  compressed = 0;
  readonly #from: Side;
  readonly #to: Side;
  readonly #oracle: OracleInflater;

  constructor(session: Session, from: "server" | "client") {
    const { negotiated } = session.server.extension;
    this.#from = session[from];
    this.#to = from === "server" ? session.client : session.server;
    this.#oracle =
      from === "server"
        ? new OracleInflater(negotiated.serverMaxWindowBits, !negotiated.serverNoContextTakeover)
        : new OracleInflater(negotiated.clientMaxWindowBits, !negotiated.clientNoContextTakeover);
  }

  async send(frame: Frame.Data): Promise<void> {
    const sent = await this.#from.send(frame);
    this.bytes += frame.data.length;
    this.wireBytes += sent.data.length;
    if (sent.rsv1) {
      this.compressed += 1;
      if (Buffer.compare(this.#oracle.inflate(sent.data), frame.data) !== 0) expect.fail("zlib reads something else");
    }
    const received = await this.#to.receive(sent);
    expect(received.type).toBe(frame.type);
    if (Buffer.compare(received.data, frame.data) !== 0) expect.fail("something else came");
  }
}

function* sample(): Generator<Frame.Data> {
  for (let round = 0; round < 2; round++) {
    yield new Frame.Text(new TextDecoder().decode(json(400, round)));
    yield new Frame.Text("");
    yield new Frame.Binary(noise(300, round));
    yield new Frame.Binary(json(2000));
    yield new Frame.Text("ok");
    yield new Frame.Binary(new Uint8Array(10_000));
    yield new Frame.Binary(json(3000, 1));
  }
}

test("the oracle refuses what points back further than the window", async () => {
  const far = serve(WebSocketDeflate({ serverMaxWindowBits: 12 }), "permessage-deflate");
  const frames = [new Frame.Binary(noise(400)), new Frame.Binary(noise(400, 2)), new Frame.Binary(noise(400))];
  const [first, second, third] = await Promise.all(frames.map((frame) => far.send(frame)));
  for (const [windowBits, suffices] of [
    [12, true],
    [9, false],
  ] as const) {
    const oracle = new OracleInflater(windowBits, true);
    if (first !== undefined && second !== undefined) for (const { data } of [first, second]) oracle.inflate(data);
    const read = (): Uint8Array => oracle.inflate(third?.data ?? new Uint8Array());
    if (suffices) expect(Buffer.compare(read(), noise(400))).toBe(0);
    else expect(read).toThrow("too far back");
  }
  far.close();
});

describe.each(PATHS)("on the %s path", (path) => {
  describe.each([false, true])("serverNoContextTakeOver: %s", (serverNoContextTakeOver) => {
    test.each([false, true])(
      "clientNoContextTakeOver: %s: every window and threshold, both ways",
      async (clientNoContextTakeOver) => {
        for (const serverMaxWindowBits of [undefined, 9, 12, 15] as const) {
          for (const clientMaxWindowBits of [undefined, 8, 9, 15] as const) {
            for (const compressIfBiggerThan of [undefined, 0, 350, 100_000]) {
              const both = { path, ...(compressIfBiggerThan === undefined ? {} : { compressIfBiggerThan }) };
              const options: WebSocketDeflateOptions = {
                ...both,
                serverNoContextTakeOver,
                clientNoContextTakeOver,
                ...(serverMaxWindowBits === undefined ? {} : { serverMaxWindowBits }),
                ...(clientMaxWindowBits === undefined ? {} : { clientMaxWindowBits }),
              };
              const session = connect(WebSocketDeflate(options), WebSocketDeflate(both));
              expect(session.client.extension.negotiated).toEqual(session.server.extension.negotiated);
              for (const from of ["server", "client"] as const) {
                const wire = new Wire(session, from);
                for (const frame of sample()) await wire.send(frame);
                const never = compressIfBiggerThan === 100_000 || (from === "client" && clientMaxWindowBits === 8);
                expect(wire.compressed > 0).toBe(!never);
                if (!never) expect(wire.wireBytes).toBeLessThan(wire.bytes / 3);
              }
              session.close();
            }
          }
        }
      },
    );
  });
});

const message: fc.Arbitrary<Frame.Data> = fc
  .tuple(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.record({ length: fc.nat(3000), seed: fc.nat(4) }).map(({ length, seed }) => json(length, seed)),
      fc
        .record({ length: fc.nat(3000), byte: fc.nat(127) })
        .map(({ length, byte }) => new Uint8Array(length).fill(byte)),
      fc.constantFrom(json(40_000), noise(33_000), new Uint8Array(300_000)),
    ),
    fc.boolean(),
  )
  .map(([payload, text]) => (text ? new Frame.Text(payload) : new Frame.Binary(payload)));

const options: fc.Arbitrary<WebSocketDeflateOptions> = fc.record(
  {
    compressionLevel: fc.integer({ min: -1, max: 9 }),
    memLevel: fc.integer({ min: 1, max: 9 }),
    compressIfBiggerThan: fc.nat(600),
    compressIf: fc.constant((frame: Frame.Data) => frame.data.length % 3 !== 0),
    serverNoContextTakeOver: fc.boolean(),
    clientNoContextTakeOver: fc.boolean(),
    serverMaxWindowBits: fc.integer({ min: 9, max: 15 }) as fc.Arbitrary<DeflateWindowBits>,
    clientMaxWindowBits: fc.integer({ min: 8, max: 15 }) as fc.Arbitrary<WindowBits>,
    maxThreads: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: [] },
);

describeEachPath("whatever the options of both sides", (path) => {
  test("any sequence of messages comes out as it went in, both ways at once, and zlib reads it too", async () => {
    const sequence = fc.array(fc.tuple(fc.boolean(), message), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(options, options, sequence, async (server, client, messages) => {
        const session = connect(WebSocketDeflate({ ...server, path }), WebSocketDeflate({ ...client, path }));
        const ways = { down: new Wire(session, "server"), up: new Wire(session, "client") };
        const send = async (wire: Wire, down: boolean): Promise<void> => {
          for (const [way, frame] of messages) if (way === down) await wire.send(frame);
        };
        await Promise.all([send(ways.down, true), send(ways.up, false)]);
        session.close();
      }),
      { numRuns: path === "synchronous" ? 200 : 80 },
    );
  });

  test("what is no message ends with an error or as some message within the bound, and never hangs", async () => {
    const limit = 5000;
    const compressed = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc
        .tuple(fc.constantFrom(json(500), json(90_000), new Uint8Array(100_000)), fc.nat(), fc.nat(255))
        .map(([payload, at, byte]) => {
          const damaged = oracleDeflate(payload);
          damaged[at % damaged.length] = byte;
          return damaged;
        }),
    );
    const offers = fc.constantFrom("permessage-deflate", "permessage-deflate; client_no_context_takeover");
    await fc.assert(
      fc.asyncProperty(offers, fc.array(compressed, { minLength: 1, maxLength: 4 }), async (offer, payloads) => {
        const server = serve(WebSocketDeflate({ path }), offer, limit);
        for (const payload of payloads) {
          const made = await outcome(() => server.receive(new Frame.Binary(payload, { rsv1: true }))).catch(
            (error: unknown) => error,
          );
          if (made instanceof Frame.Binary) expect(made.data.length).toBeLessThanOrEqual(limit);
          else expect(made).toMatchObject({ code: expect.stringMatching(/^(CORRUPT_MESSAGE|FRAME_TOO_BIG)$/) });
        }
        server.close();
      }),
      { numRuns: 400 },
    );
  });
});
