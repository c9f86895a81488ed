/** The opcodes of RFC 6455 section 5.2. */
export const Opcode = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

interface Type<Name extends string, Code extends number, Control extends boolean> {
  readonly name: Name;
  readonly opcode: Code;
  readonly controlFrame: Control;
}

/** Ktor's `FrameType`: name, opcode, and whether it is a control frame. */
export const FrameType: {
  readonly TEXT: Type<"TEXT", 1, false>;
  readonly BINARY: Type<"BINARY", 2, false>;
  readonly CLOSE: Type<"CLOSE", 8, true>;
  readonly PING: Type<"PING", 9, true>;
  readonly PONG: Type<"PONG", 10, true>;
} = {
  TEXT: { name: "TEXT", opcode: Opcode.text, controlFrame: false },
  BINARY: { name: "BINARY", opcode: Opcode.binary, controlFrame: false },
  CLOSE: { name: "CLOSE", opcode: Opcode.close, controlFrame: true },
  PING: { name: "PING", opcode: Opcode.ping, controlFrame: true },
  PONG: { name: "PONG", opcode: Opcode.pong, controlFrame: true },
};

export type FrameType = (typeof FrameType)[keyof typeof FrameType];
