import bufferutil from "bufferutil";
import { Receiver } from "ws";
import { KIB, MIB } from "../sizes.js";
import type { Chunk } from "./payloads.js";
import { chunkOf } from "./payloads.js";
import { IN_MEMORY_SIZES, PAYLOAD_AT } from "./rows.js";
import type { Work } from "./work.js";

/** Whether bufferutil's native code loaded. Without, it quietly runs in JavaScript. */
export function bufferutilIsNative(): boolean {
  return bufferutil.unmask.toString().includes("[native code]");
}

/** `bufferutil.unmask`, in place, at the same alignment as ours. */
export function bufferutilWorks(): Work[] {
  const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  return IN_MEMORY_SIZES.map((size) => {
    const bytes = Buffer.alloc(PAYLOAD_AT + size).subarray(PAYLOAD_AT);
    return {
      id: `mask/memory/${size}`,
      units: 1,
      run: (times) => {
        for (let index = 0; index < times; index++) bufferutil.unmask(bytes, mask);
      },
    };
  });
}

/**
 * The receiver of ws as its server makes it: UTF-8 on, bufferutil beside it. It unmasks in place too, so its chunk is
 * restored each time like ours.
 */
export function wsWorks(): Work[] {
  return [
    wsWork("ascii/8", chunkOf(256, "ascii", [8, 8], 1)),
    wsWork("ascii/16-125", chunkOf(256, "ascii", [16, 125], 1)),
    wsWork("mixed/16-125", chunkOf(256, "mixed", [16, 125], 1)),
    wsWork("binary/16-125", chunkOf(256, "mixed", [16, 125], 2)),
    wsWork("ascii/1024", chunkOf(200, "ascii", [KIB, KIB], 1)),
    wsWork("ascii/16384", chunkOf(15, "ascii", [16 * KIB, 16 * KIB], 1)),
    wsWork("ascii/256000", chunkOf(1, "ascii", [250 * KIB, 250 * KIB], 1)),
    wsWork("one/16", chunkOf(1, "ascii", [16, 16], 1)),
  ];
}

function wsWork(id: string, chunk: Chunk): Work {
  const receiver = new Receiver({ isServer: true, maxPayload: 100 * MIB, skipUTF8Validation: false });
  let messages = 0;
  receiver.on("message", () => {
    messages++;
  });
  const bytes = Buffer.from(chunk.bytes);
  return {
    id: `parse/${id}`,
    units: chunk.frames,
    run: (times) => {
      const before = messages;
      for (let index = 0; index < times; index++) {
        bytes.set(chunk.bytes);
        receiver.write(bytes);
      }
      if (messages - before !== times * chunk.frames) throw new Error("ws: a message is missing");
    },
  };
}
