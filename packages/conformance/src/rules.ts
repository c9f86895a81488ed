/**
 * What must hold on the wire and under attack, by number: each has its tests in one file, those of compression in
 * `test/deflate` and the others in `test/rules`. Where a rule names an incident, the same class of fault hit a well-known
 * implementation.
 */
export const RULES = {
  // The handshake
  1: "anything but GET on a WebSocket route is 405, and no route is 404",
  2: "HTTP/1.0, a missing or second Host, and a body are 400",
  3: "Upgrade and Connection are token lists in any case: without them 426 for a plain GET, 400 for a broken upgrade",
  4: "Sec-WebSocket-Key is there once and is 16 bytes in base64, or 400",
  5: "Sec-WebSocket-Version is 13, or 426 that says so",
  6: "more or longer headers than the parser takes are 400 or 431, also where Upgrade was cut off (CVE-2024-37890)",
  7: "subprotocols are chosen by the route, in the client's order, and nothing is echoed that was not offered",
  8: "an illegal, empty or repeated subprotocol is 400, in linear time (CVE-2021-32640)",
  9: "Sec-WebSocket-Extensions is parsed in linear time, and malformed ones are 400 (CVE-2020-7662)",
  10: "names such as __proto__ and constructor are ordinary names",
  11: "no value with CR or LF goes out in a header",
  12: "an unknown extension is ignored, and of several offers the first acceptable one is taken",
  13: "same-origin compares host and port with Host, or a trusted proxy's, never the scheme; 403 and log name both and the option",
  14: "Origin: null, suffix tricks, case, IP literals and default ports are told apart, and without Origin a request passes",
  15: "authenticate runs before 101 and may answer anything, and the client may vanish meanwhile",
  16: "frames with or right behind the request are kept, up to the limits, and delivered",
  17: "a handshake has a deadline, also when it comes a byte at a time",
  18: "ten thousand aborted and malformed handshakes leave the heap as it was",
  19: "caps on connections, in all and per address, answer 503 and recover",
  // Frames
  20: "an unmasked frame from a client is 1002",
  21: "RSV bits that no extension owns are 1002, even in the very first frame (CVE-2022-21676, CVE-2022-39386)",
  22: "reserved opcodes are 1002",
  23: "a control frame that is fragmented or over 125 bytes is 1002",
  24: "a continuation of nothing, and a new data frame inside a message, are 1002",
  25: "a length that is not minimal is 1002",
  26: "a length with its top bit set is 1002, and any other over the limit 1009 (CVE-2026-1528)",
  27: "a declared length allocates nothing",
  28: "a frame over maxFrameSize is 1009, judged at its header; exactly at the limit it passes",
  29: "the same holds for a message in fragments (CVE-2016-10542)",
  30: "fragments have a cap for each message, empty ones too (CVE-2026-48779, CVE-2026-12151)",
  31: "unfinished messages and backlogs have a budget in the process (CVE-2026-62389)",
  32: "text that is not UTF-8 is 1007 at its first wrong byte",
  33: "a byte order mark is data and noncharacters are legal; overlong forms, surrogates and past U+10FFFF are not",
  34: "a Close with one byte or a code that must not be sent is 1002, and with a reason that is not UTF-8 1007",
  35: "the answer to a Close carries its code, and after a Close nothing is read as data",
  36: "what comes in front of a Close or a violation in the same read is answered first",
  37: "closeTimeout ends a peer that does not answer Close; the server ends TCP first, and no reset takes its Close away",
  38: "ten thousand tiny frames in one chunk do not recurse, and others are served meanwhile",
  39: "every ping is answered, in order, within 4 KiB of waiting pongs; past that the newest",
  40: "every vector gives the same for every way of splitting its bytes, and for both codecs",
  // Compression
  41: "a parameter that is unknown, repeated or out of range declines its offer (CVE-2026-2229)",
  42: "the answer's window bits are never larger than the offer's, and server_max_window_bits=8 declines",
  43: "client_max_window_bits is answered only where it was offered",
  44: "negotiated takeover and window bits are honoured in both directions",
  45: "context takeover holds over thousands of messages",
  46: "fragmented compressed messages with control frames between them work",
  47: "BFINAL blocks and empty messages work",
  48: "RSV1 on a continuation or a control frame is 1002",
  49: "a corrupt stream is 1007",
  50: "a bomb stops during inflate at the limit, also over fragments; exactly at the limit it passes (CVE-2026-1526, KTOR-9333)",
  51: "input that makes no progress does not loop",
  52: "a socket that dies while inflating leaks nothing, and calls nothing back late",
  // Memory and output
  53: "no byte goes out that the caller did not write, whatever type it hands over (CVE-2026-45736)",
  54: "masking never changes the caller's buffers, and its keys come from a CSPRNG",
  55: "a peer that stops reading costs at most the outgoing budget, and slows nobody else in a broadcast",
  56: "a handler that throws, rejects, never returns or never reads ends or stalls its own session only",
  57: "nothing reaches uncaughtException or unhandledRejection",
  58: "a reset at any moment never brings the process down",
  // Liveness and shutdown
  59: "any byte received counts as life, and what is sent does not",
  60: "the event loop's own delay is taken off the timeout",
  61: "a session that does not read for its own reasons does not time its peer out",
  62: "stop refuses with 503, closes with 1001, waits the grace period and cuts; a second stop is the same promise",
  // Messages
  63: "JSON, CBOR and MessagePack have limits of depth and size, harmless keys, and their formats' word on the rest",
} as const;

export type RuleNumber = keyof typeof RULES;
