import { MAX_HEADER_SIZE } from "../codec.js";
import type { FrameCursor } from "../cursor.js";
import { DESCRIPTOR_WORDS, Info } from "../descriptor.js";
import { rotateKey } from "../mask-key.js";
import { ParseError } from "../parse-error.js";
import type { WordMemory } from "./mask.js";
import { maskMemory, unmaskTextMemory } from "./mask.js";
import type { HeaderResult } from "./read-header.js";
import { readHeader } from "./read-header.js";
import { validateUtf8 } from "./utf8.js";

const header: HeaderResult = { size: 0, length: 0, error: ParseError.none, errorAt: 0 };

/** Opcodes with this bit are control frames. */
const CONTROL = 0x08;

/** A header that came in parts, put together. */
const joined = new Uint8Array(MAX_HEADER_SIZE);

/** `Codec.parse` over `memory`. The cursor is known to be sound. */
export function parse(cursor: FrameCursor, memory: WordMemory, descriptors: Uint32Array, maxFrames: number): number {
  if (cursor.error !== ParseError.none) return 0;
  let count = 0;
  while (count < maxFrames) {
    if (cursor.remaining === 0 && !takeHeader(cursor, memory.bytes)) break;
    const isEmpty = cursor.remaining === 0;
    if (cursor.start === cursor.end && !isEmpty) break;
    if (!takePiece(cursor, memory, descriptors, count * DESCRIPTOR_WORDS)) break;
    count++;
  }
  return count;
}

/** Reads the next header and puts its frame under way. Returns false where it is not complete, or wrong. */
function takeHeader(cursor: FrameCursor, bytes: Uint8Array): boolean {
  const waiting = cursor.headerLength;
  const unread = cursor.end - cursor.start;
  const inParts = waiting !== 0;
  const have = inParts ? joinHeader(cursor, bytes, unread) : unread;
  const source = inParts ? joined : bytes;
  const at = inParts ? 0 : cursor.start;
  if (!readHeader(source, at, have, cursor, header)) {
    if (header.error === ParseError.none) keepHeader(cursor, source, at, have, unread);
    else failHeader(cursor, waiting);
    return false;
  }
  clearHeader(cursor);
  const key = cursor.masked === 1 ? readKey(source, at + header.size - 4) : 0;
  advance(cursor, header.size - waiting);
  begin(cursor, source[at] as number, header.length, key);
  return true;
}

/** The frame counts towards its message from its header on. */
function begin(cursor: FrameCursor, firstByte: number, length: number, key: number): void {
  cursor.frame = firstByte | Info.first;
  cursor.remaining = length;
  cursor.key = key;
  const opcode = firstByte & Info.opcode;
  if (opcode === 0) {
    cursor.messageSize += length;
    const rsv = firstByte & Info.rsv;
    if (rsv !== 0) {
      // An extension has changed this fragment, so from here on the message's bytes are not its text.
      cursor.message |= rsv;
      cursor.utf8 = 0;
    }
  } else if (opcode < 8 && (firstByte & Info.fin) === 0) {
    cursor.message = firstByte;
    cursor.messageSize = length;
  }
}

/** Unmasks and checks what is there of the payload, and describes it. Returns false where it is not UTF-8. */
function takePiece(cursor: FrameCursor, memory: WordMemory, descriptors: Uint32Array, at: number): boolean {
  const { frame, start } = cursor;
  const length = Math.min(cursor.remaining, cursor.end - start);
  const end = start + length;
  const isLast = length === cursor.remaining;
  let info = frame | (isLast ? Info.last : 0);
  if (isText(cursor)) {
    const isAscii = unmaskTextMemory(memory, start, end, cursor.key);
    let pending = 0;
    if (!isAscii || cursor.utf8 !== 0) {
      pending = validateUtf8(memory.bytes, start, end, cursor.utf8);
      const isEnd = isLast && (frame & Info.fin) !== 0;
      if (pending < 0 || (isEnd && pending !== 0)) {
        const index = pending < 0 ? -1 - pending : end;
        return fail(cursor, ParseError.invalidUtf8, cursor.offset + index - start);
      }
    }
    cursor.utf8 = pending;
    info |= isAscii ? Info.text | Info.ascii : Info.text;
  } else if (cursor.masked === 1) {
    maskMemory(memory, start, end, cursor.key);
  }
  descriptors[at] = info;
  descriptors[at + 1] = start;
  descriptors[at + 2] = length;
  descriptors[at + 3] = cursor.remaining - length;
  advance(cursor, length);
  if (isLast) {
    finish(cursor);
  } else {
    cursor.frame = frame & ~Info.first;
    cursor.remaining -= length;
    cursor.key = rotateKey(cursor.key, length);
  }
  return true;
}

function finish(cursor: FrameCursor): void {
  // A control frame in between ends nothing.
  const endsMessage = (cursor.frame & (CONTROL | Info.fin)) === Info.fin;
  cursor.frame = 0;
  cursor.remaining = 0;
  cursor.key = 0;
  if (endsMessage) {
    cursor.message = 0;
    cursor.messageSize = 0;
    cursor.utf8 = 0;
  }
}

/** Whether the frame's payload is text as it is: of a text message that no extension has touched. */
function isText(cursor: FrameCursor): boolean {
  const opcode = cursor.frame & Info.opcode;
  const firstByte = opcode === 0 ? cursor.message : cursor.frame;
  return cursor.validateText && (firstByte & (Info.opcode | Info.rsv)) === 1;
}

function advance(cursor: FrameCursor, count: number): void {
  cursor.start += count;
  cursor.offset += count;
}

function failHeader(cursor: FrameCursor, waiting: number): void {
  const isTooBig = header.error === ParseError.frameTooBig || header.error === ParseError.messageTooBig;
  if (isTooBig) cursor.errorLength = header.length;
  fail(cursor, header.error, cursor.offset - waiting + header.errorAt);
}

function fail(cursor: FrameCursor, error: ParseError, offset: number): false {
  cursor.error = error;
  cursor.errorOffset = offset;
  return false;
}

/** Puts the bytes that wait and what follows them side by side in `joined`; returns how many there are. */
function joinHeader(cursor: FrameCursor, bytes: Uint8Array, unread: number): number {
  const waiting = cursor.headerLength;
  for (let index = 0; index < waiting; index++) joined[index] = headerWord(cursor, index >>> 2) >>> ((index & 3) << 3);
  const have = Math.min(waiting + unread, MAX_HEADER_SIZE);
  for (let index = waiting; index < have; index++) joined[index] = bytes[cursor.start + index - waiting] as number;
  return have;
}

function headerWord(cursor: FrameCursor, index: number): number {
  if (index === 0) return cursor.header0;
  if (index === 1) return cursor.header1;
  return index === 2 ? cursor.header2 : cursor.header3;
}

/** Keeps an unfinished header in the cursor. It is all there is, so the chunk is read to its end. */
function keepHeader(cursor: FrameCursor, source: Uint8Array, at: number, have: number, unread: number): void {
  cursor.headerLength = have;
  cursor.header0 = packWord(source, at, at + have);
  cursor.header1 = packWord(source, at + 4, at + have);
  cursor.header2 = packWord(source, at + 8, at + have);
  cursor.header3 = packWord(source, at + 12, at + have);
  advance(cursor, unread);
}

function clearHeader(cursor: FrameCursor): void {
  if (cursor.headerLength === 0) return;
  cursor.headerLength = 0;
  cursor.header0 = 0;
  cursor.header1 = 0;
  cursor.header2 = 0;
  cursor.header3 = 0;
}

/** Up to four bytes from `at` on, the first one lowest; zeros from `end` on. */
function packWord(source: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let index = at; index < at + 4 && index < end; index++) word |= (source[index] as number) << ((index - at) << 3);
  return word;
}

/** The same for four bytes that are all there, without the loop: every frame comes here. */
function readKey(source: Uint8Array, at: number): number {
  const low = (source[at] as number) | ((source[at + 1] as number) << 8);
  return low | ((source[at + 2] as number) << 16) | ((source[at + 3] as number) << 24);
}
