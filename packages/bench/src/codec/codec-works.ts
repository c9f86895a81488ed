import { workerData } from "node:worker_threads";
import type { Backend } from "@sluice/codec-wasm";
import { createCodec, FrameCursor, READ_BUFFER_SIZE } from "@sluice/codec-wasm";
import { KIB, MIB } from "../sizes.js";
import type { Chunk, TextKind } from "./payloads.js";
import { bytesOf, chunkOf, textOf } from "./payloads.js";
import { ELSEWHERE_SIZES, ENCODE_SIZES, ENCODE_TEXT_SIZES, IN_MEMORY_SIZES, PAYLOAD_AT } from "./rows.js";
import type { Work } from "./work.js";

const KEY = 0x3d21_fa37;

/** The codec of this thread, in a module's constant as in a program that has one codec for all its connections. */
const codec = createCodec({ backend: workerData as Backend });

/** Everything that both backends do, on the one that the thread was started for. */
export function codecWorks(): Work[] {
  return [...maskWorks(), ...utf8Works("ascii"), ...utf8Works("mixed"), ...parseWorks(), ...encodeWorks()];
}

function maskWorks(): Work[] {
  const work = (id: string, bytes: Uint8Array, size: number): Work => ({
    id: `mask/${id}/${size}`,
    units: 1,
    run: (times) => {
      // Everything a call needs is at hand, as it is for a caller that has just read a header.
      const target = bytes;
      const start = PAYLOAD_AT;
      const end = PAYLOAD_AT + size;
      const key = KEY;
      for (let index = 0; index < times; index++) codec.mask(target, start, end, key);
    },
  });
  return [
    ...IN_MEMORY_SIZES.map((size) => work("memory", codec.readBuffer, size)),
    ...ELSEWHERE_SIZES.map((size) => work("elsewhere", new Uint8Array(PAYLOAD_AT + size), size)),
  ];
}

function utf8Works(kind: TextKind): Work[] {
  const work = (id: string, bytes: Uint8Array, start: number, size: number, fill: boolean): Work => {
    const text = bytesOf(kind, size);
    return {
      id,
      units: 1,
      run: (times) => {
        // The codec's memory is shared by all its works.
        if (fill) bytes.set(text, start);
        for (let index = 0; index < times; index++) {
          if (codec.validateUtf8(bytes, start, start + size) !== 0) throw new Error("the text is not UTF-8");
        }
      },
    };
  };
  return [
    ...IN_MEMORY_SIZES.map((size) => work(`utf8/${kind}/memory/${size}`, codec.slab, PAYLOAD_AT, size, true)),
    ...ELSEWHERE_SIZES.map((size) => work(`utf8/${kind}/elsewhere/${size}`, bytesOf(kind, size), 0, size, false)),
  ];
}

/** The chunk is put into the read buffer anew each time, since parsing unmasks it: the figures include that. */
function parseWorks(): Work[] {
  const cursor = new FrameCursor({ role: "server", maxFrameSize: 2 * MIB });
  const { readBuffer } = codec;
  const work = (id: string, chunk: Chunk): Work => ({
    id: `parse/${id}`,
    units: chunk.frames,
    run: (times) => {
      const { bytes, frames } = chunk;
      for (let index = 0; index < times; index++) {
        readBuffer.set(bytes);
        cursor.start = 0;
        cursor.end = bytes.length;
        if (codec.parse(cursor, 256) !== frames) throw new Error("a frame is missing");
      }
    },
  });
  const long = chunkOf(1, "ascii", [MIB, MIB], 1).bytes;
  const parts = Array.from({ length: Math.ceil(long.length / READ_BUFFER_SIZE) }, (_, index) =>
    long.subarray(index * READ_BUFFER_SIZE, (index + 1) * READ_BUFFER_SIZE),
  );
  return [
    work("ascii/8", chunkOf(256, "ascii", [8, 8], 1)),
    work("ascii/16-125", chunkOf(256, "ascii", [16, 125], 1)),
    work("mixed/16-125", chunkOf(256, "mixed", [16, 125], 1)),
    work("binary/16-125", chunkOf(256, "mixed", [16, 125], 2)),
    work("ascii/1024", chunkOf(200, "ascii", [KIB, KIB], 1)),
    work("ascii/16384", chunkOf(15, "ascii", [16 * KIB, 16 * KIB], 1)),
    work("ascii/256000", chunkOf(1, "ascii", [250 * KIB, 250 * KIB], 1)),
    {
      id: "parse/ascii/1048576",
      units: 1,
      run: (times) => {
        for (let index = 0; index < times; index++) {
          for (const part of parts) {
            readBuffer.set(part);
            cursor.start = 0;
            cursor.end = part.length;
            if (codec.parse(cursor, 256) !== 1) throw new Error("a piece is missing");
          }
        }
      },
    },
    work("one/16", chunkOf(1, "ascii", [16, 16], 1)),
  ];
}

function encodeWorks(): Work[] {
  const frame = (id: string, target: Uint8Array, size: number, key: number | undefined): Work => {
    const payload = bytesOf("mixed", size);
    return {
      id: `encode/${id}`,
      units: 1,
      run: (times) => {
        for (let index = 0; index < times; index++) codec.encodeFrame(target, 0, 0x82, payload, key);
      },
    };
  };
  const text = (kind: TextKind, size: number): Work => {
    const string = textOf(kind, size);
    return {
      id: `encode/${kind}/${size}`,
      units: 1,
      run: (times) => {
        for (let index = 0; index < times; index++) codec.encodeText(codec.slab, 0, 0x81, string, undefined);
      },
    };
  };
  return [
    ...ENCODE_SIZES.map((size) => frame(`plain/${size}`, codec.slab, size, undefined)),
    ...ENCODE_SIZES.map((size) => frame(`masked/${size}`, codec.slab, size, KEY)),
    frame(`masked/elsewhere/${MIB}`, new Uint8Array(MIB + 14), MIB, KEY),
    ...ENCODE_TEXT_SIZES.map((size) => text("ascii", size)),
    ...ENCODE_TEXT_SIZES.map((size) => text("mixed", size)),
  ];
}
