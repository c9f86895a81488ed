import {
  CONFIG_MASKED,
  CONFIG_RESUME,
  CONFIG_VALIDATE_TEXT,
  CONTROL,
  declaredLength,
  FIN,
  headerError,
  headerErrorAt,
  headerSize,
  INCOMPLETE,
  INVALID_UTF8,
  readHeader,
  RSV,
} from "./header";
import {
  DESCRIPTORS,
  HEADER,
  READ_BUFFER,
  STATE,
  STATE_ERROR,
  STATE_ERROR_AT,
  STATE_ERROR_LENGTH,
  STATE_FRAME,
  STATE_HEADER,
  STATE_HEADER_LENGTH,
  STATE_KEY,
  STATE_MESSAGE,
  STATE_MESSAGE_SIZE,
  STATE_REMAINING,
  STATE_UTF8,
} from "./layout";
import { mask } from "./mask";
import { ASCII, unmaskFresh, unmaskText } from "./utf8";

const INFO_FIRST: u32 = 0x100;
const INFO_LAST: u32 = 0x200;
const INFO_ASCII: u32 = 0x400;
const INFO_TEXT: u32 = 0x800;
/** ASCII in the result of `unmaskText`, shifted by this, is INFO_ASCII. */
const ASCII_TO_INFO: u32 = 20;

const TEXT: u32 = 1;

/** Set in the result of `parse` when STATE was written: the cursor is not between messages, or there is an error. */
const RESULT_STATE: u32 = 0x80000000;
const RESULT_POSITION_SHIFT: u32 = 9;

/**
 * Parses the read buffer from `start` to `end`, which are offsets in it: see Codec.parse. Returns the number of pieces (9
 * bits), above it where it stopped (20 bits), and RESULT_STATE.
 */
export function parse(start: u32, end: u32, max: u32, config: u32, limit: u32): u32 {
  let p: usize = READ_BUFFER + start;
  const stop: usize = READ_BUFFER + end;
  let waiting: u32 = 0;
  let frame: u32 = 0;
  let remaining: u32 = 0;
  let key: u32 = 0;
  let message: u32 = 0;
  let messageSize: f64 = 0;
  let utf8: u32 = 0;
  let error: u32 = 0;
  let errorAt: u32 = 0;
  if (config & CONFIG_RESUME) {
    waiting = load<u32>(STATE, STATE_HEADER_LENGTH);
    frame = load<u32>(STATE, STATE_FRAME);
    remaining = load<u32>(STATE, STATE_REMAINING);
    key = load<u32>(STATE, STATE_KEY);
    message = load<u32>(STATE, STATE_MESSAGE);
    messageSize = load<f64>(STATE, STATE_MESSAGE_SIZE);
    utf8 = load<u32>(STATE, STATE_UTF8);
  }

  // What a whole, unfragmented text frame begins with, as the first two bytes without the length; binary is one more.
  const wholeText = ((config & CONFIG_MASKED) << 15) | FIN | TEXT;
  const shortest: u32 = 2 + ((config & CONFIG_MASKED) << 2);

  let count: u32 = 0;
  while (count < max) {
    // The short way, a third faster than the general one below, for what nearly every frame is: text or binary, whole,
    // in order and all there. It may look at bytes past `stop`, but only frames that end before it count.
    if ((waiting | remaining | message) == 0) {
      const head = <u32>load<u16>(p);
      const kind = (head & 0x80ff) - wholeText;
      let length = (head >> 8) & 0x7f;
      let payload = p + shortest;
      if (length > 125) {
        const wide = <u32>bswap<u16>(load<u16>(p, 2));
        length = length == 126 && wide > 125 ? wide : u32.MAX_VALUE;
        payload += 2;
      }
      // The length first: past the limit, which is below 2^31, the address could wrap round.
      if (kind <= 1 && length <= limit && payload + length <= stop) {
        const payloadEnd = payload + length;
        const payloadKey = config & CONFIG_MASKED ? load<u32>(payload - 4) : 0;
        let info = (FIN | TEXT | INFO_FIRST | INFO_LAST) + kind;
        if (kind == 0 && config & CONFIG_VALIDATE_TEXT) {
          const result = unmaskFresh(payload, payloadEnd, payloadKey);
          if (result & ~ASCII) {
            frame = FIN | TEXT | INFO_FIRST;
            remaining = length;
            key = payloadKey;
            p = payload;
            error = INVALID_UTF8;
            errorAt = errorAddress(result, payloadEnd) - READ_BUFFER - start;
            break;
          }
          info |= INFO_TEXT | (<u32>result >> ASCII_TO_INFO);
        } else if (config & CONFIG_MASKED) {
          mask(payload, payloadEnd, payloadKey);
        }
        describe(count++, info, payload, length, 0);
        p = payloadEnd;
        continue;
      }
    }

    if (remaining == 0) {
      let at = p;
      let have = <u32>(stop - p);
      if (waiting != 0) {
        at = HEADER;
        have = joinHeader(waiting, p, have);
      }
      const header = readHeader(at, have, config, limit, message, messageSize);
      const size = headerSize(header);
      if (size == 0) {
        error = headerError(header);
        if (error == 0) {
          if (have != 0) keepHeader(at, have);
          waiting = have;
          p = stop;
        } else {
          errorAt = <u32>(p - READ_BUFFER) - waiting + headerErrorAt(header) - start;
          store<f64>(STATE, declaredLength(at), STATE_ERROR_LENGTH);
        }
        break;
      }
      p += size - waiting;
      waiting = 0;
      remaining = <u32>header;
      key = config & CONFIG_MASKED ? load<u32>(at + size - 4) : 0;
      const first = <u32>load<u8>(at);
      frame = first | INFO_FIRST;
      const opcode = first & 15;
      if (opcode == 0) {
        messageSize += <f64>remaining;
        if (first & RSV) {
          // An extension has changed this fragment, so from here on the message's bytes are not its text.
          message |= first & RSV;
          utf8 = 0;
        }
      } else if (opcode < 8 && !(first & FIN)) {
        message = first;
        messageSize = <f64>remaining;
      }
      if (p == stop && remaining != 0) break;
    } else if (p == stop) break;

    const length = min<u32>(remaining, <u32>(stop - p));
    const pieceEnd = p + length;
    const isLast = length == remaining;
    let info = isLast ? frame | INFO_LAST : frame;
    const origin = frame & 15 ? frame : message;
    if ((origin & (RSV | 15)) == 1 && config & CONFIG_VALIDATE_TEXT) {
      const result = unmaskText(p, pieceEnd, key, utf8);
      const pending = <u32>(result & ~ASCII);
      if (result < 0 || (pending != 0 && isLast && frame & FIN)) {
        error = INVALID_UTF8;
        errorAt = errorAddress(result, pieceEnd) - READ_BUFFER - start;
        break;
      }
      utf8 = pending;
      info |= result & ASCII ? INFO_TEXT | INFO_ASCII : INFO_TEXT;
    } else if (config & CONFIG_MASKED) {
      mask(p, pieceEnd, key);
    }
    describe(count++, info, p, length, remaining - length);
    p = pieceEnd;
    remaining -= length;
    if (isLast) {
      if ((frame & (CONTROL | FIN)) == FIN) {
        message = 0;
        messageSize = 0;
        utf8 = 0;
      }
      frame = 0;
      key = 0;
    } else {
      frame &= ~INFO_FIRST;
      key = rotr<u32>(key, (length & 3) << 3);
    }
  }

  let result = count | (<u32>(p - READ_BUFFER) << RESULT_POSITION_SHIFT);
  if (waiting | remaining | message | error | (config & CONFIG_RESUME)) {
    result |= RESULT_STATE;
    store<u32>(STATE, waiting, STATE_HEADER_LENGTH);
    store<u32>(STATE, frame, STATE_FRAME);
    store<u32>(STATE, remaining, STATE_REMAINING);
    store<u32>(STATE, key, STATE_KEY);
    store<u32>(STATE, message, STATE_MESSAGE);
    store<f64>(STATE, messageSize, STATE_MESSAGE_SIZE);
    store<u32>(STATE, utf8, STATE_UTF8);
    store<u32>(STATE, error, STATE_ERROR);
    store<u32>(STATE, errorAt, STATE_ERROR_AT);
  }
  return result;
}

/** Writes descriptor number `index`. */
@inline
function describe(index: u32, info: u32, payload: usize, length: u32, remaining: u32): void {
  const descriptor = DESCRIPTORS + (index << 4);
  store<u64>(descriptor, <u64>info | (<u64>(payload - READ_BUFFER) << 32));
  store<u64>(descriptor, <u64>length | (<u64>remaining << 32), 8);
}

/** Where a text that ends at `end` is wrong: at a byte, or at its end where it ends too early. */
function errorAddress(result: i32, end: usize): u32 {
  return result < 0 ? <u32>(-1 - result) : <u32>end;
}

/** Puts the header bytes that wait and what follows them side by side at HEADER; returns how many there are. */
function joinHeader(waiting: u32, p: usize, unread: u32): u32 {
  v128.store(HEADER, v128.load(STATE, STATE_HEADER));
  const more = min<u32>(unread, 14 - waiting);
  for (let index: u32 = 0; index < more; index++) store<u8>(HEADER + waiting + index, load<u8>(p + index));
  return waiting + more;
}

/** Keeps the `have` bytes of an unfinished header, and zeros behind them. */
function keepHeader(at: usize, have: u32): void {
  v128.store(STATE, i8x16.splat(0), STATE_HEADER);
  memory.copy(STATE + STATE_HEADER, at, have);
}
