import { KIB, MIB, sizeLabel } from "../sizes.js";

/** The lines of the table: `id` is the work's, the rest says what it is. */
export interface Row {
  readonly id: string;
  readonly group: "mask" | "utf8" | "parse" | "encode";
  readonly label: string;
  /** What the nanoseconds are counted by. */
  readonly unit: "call" | "frame";
}

/** Where a payload begins behind a masked header with a 64-bit length: at no alignment in particular. */
export const PAYLOAD_AT = 14;

/** Payload bytes that fit into the codec's memory beside a header. */
export const IN_MEMORY_SIZES: readonly number[] = [8, 64, 125, KIB, 16 * KIB, 250 * KIB];

/** Payload bytes of memory that the codec does not own. */
export const ELSEWHERE_SIZES: readonly number[] = [8, 125, KIB, MIB];

export const ENCODE_SIZES: readonly number[] = [8, 125, KIB, 16 * KIB, 200 * KIB];

export const ENCODE_TEXT_SIZES: readonly number[] = [8, 125, KIB, 16 * KIB];

function row(group: Row["group"], id: string, label: string, unit: Row["unit"] = "call"): Row {
  return { id: `${group}/${id}`, group, label, unit };
}

export const ROWS: readonly Row[] = [
  ...IN_MEMORY_SIZES.map((size) => row("mask", `memory/${size}`, `${sizeLabel(size)}, codec memory`)),
  ...ELSEWHERE_SIZES.map((size) => row("mask", `elsewhere/${size}`, `${sizeLabel(size)}, elsewhere`)),
  ...(["ascii", "mixed"] as const).flatMap((kind) => [
    ...IN_MEMORY_SIZES.map((size) =>
      row("utf8", `${kind}/memory/${size}`, `${kind}, ${sizeLabel(size)}, codec memory`),
    ),
    ...ELSEWHERE_SIZES.map((size) =>
      row("utf8", `${kind}/elsewhere/${size}`, `${kind}, ${sizeLabel(size)}, elsewhere`),
    ),
  ]),
  row("parse", "ascii/8", "ascii text, 8 B", "frame"),
  row("parse", "ascii/16-125", "ascii text, 16-125 B", "frame"),
  row("parse", "mixed/16-125", "mixed text, 16-125 B", "frame"),
  row("parse", "binary/16-125", "binary, 16-125 B", "frame"),
  row("parse", "ascii/1024", "ascii text, 1 KiB", "frame"),
  row("parse", "ascii/16384", "ascii text, 16 KiB", "frame"),
  row("parse", "ascii/256000", "ascii text, 250 KiB", "frame"),
  row("parse", "ascii/1048576", "ascii text, 1 MiB in 5 chunks", "frame"),
  row("parse", "one/16", "ascii text, 16 B, alone in its chunk", "frame"),
  ...ENCODE_SIZES.map((size) => row("encode", `plain/${size}`, `binary, ${sizeLabel(size)}`)),
  ...ENCODE_SIZES.map((size) => row("encode", `masked/${size}`, `binary masked, ${sizeLabel(size)}`)),
  row("encode", `masked/elsewhere/${MIB}`, "binary masked, 1 MiB, elsewhere"),
  ...ENCODE_TEXT_SIZES.map((size) => row("encode", `ascii/${size}`, `ascii text, ${sizeLabel(size)}`)),
  ...ENCODE_TEXT_SIZES.map((size) => row("encode", `mixed/${size}`, `mixed text, ${sizeLabel(size)}`)),
];
