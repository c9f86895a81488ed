/** What a survey goes by. */
export interface SurveyLimits {
  readonly maxDepth: number;
  /** Whether whole numbers beyond `Number.MAX_SAFE_INTEGER` can be taken. */
  readonly bigints: boolean;
}

/** An array or a map whose items are still coming. */
interface Open {
  /** Items still to come, keys and values of maps counted each. */
  left: number;
  /** The keys of a map that has several; `undefined` for a map of one; `null` for an array. */
  readonly keys: Set<string> | undefined | null;
}

/** Bytes behind the heads 0xc0 to 0xdf that every item of the type has: lengths, types of extensions, numbers. */
const FIXED: readonly number[] = [
  0, 0, 0, 0, 1, 2, 4, 2, 3, 5, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 1, 2, 4, 2, 4, 2, 4,
];
/** Bytes of the length behind the heads 0xc0 to 0xdf. */
const LENGTH: readonly number[] = [
  0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4,
];
const UINT_64 = 0xcf;
const INT_64 = 0xd3;
const ARRAY_16 = 0xdc;
const MAP_16 = 0xde;

/**
 * Walks over a message before it is decoded, and refuses nesting over the limit and sizes that the bytes cannot hold: the
 * decoder makes room for an array as long as its head says, however little follows. Types that do not exist, a last item
 * cut short and bytes behind the message are left to the decoder.
 *
 * @returns for each key of the message, in order, the set in which its map collects its keys.
 */
export function survey(bytes: Uint8Array, { maxDepth, bigints }: SurveyLimits): (Set<string> | undefined)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const open: Open[] = [];
  const keySets: (Set<string> | undefined)[] = [];
  let position = 0;
  /** Items that have to come for what is open to be complete: each has a byte at least. */
  let owed = 1;
  while (owed > 0) {
    if (owed > bytes.length - position) throw new Error("it ends early");
    const inner = open.at(-1);
    const isKey = inner !== undefined && inner.keys !== null && inner.left % 2 === 0;
    if (isKey) keySets.push(inner.keys ?? undefined);

    const head = view.getUint8(position++);
    const isMap = (head & 0xf0) === 0x80 || head === MAP_16 || head === MAP_16 + 1;
    const isArray = (head & 0xf0) === 0x90 || head === ARRAY_16 || head === ARRAY_16 + 1;
    let length = 0;
    if (head >= 0xc0 && head <= 0xdf) {
      if (!bigints && (head === UINT_64 || head === INT_64)) refuseUnsafe(view, position, head === INT_64);
      length = lengthAt(view, position, LENGTH[head - 0xc0]);
      position += FIXED[head - 0xc0] ?? 0;
    } else if (isMap || isArray) {
      length = head & 0x0f;
    } else if ((head & 0xe0) === 0xa0) {
      length = head & 0x1f;
    }
    owed--;

    if (isMap || isArray) {
      if (isKey) throw new Error("a key is neither text nor a number");
      if (open.length === maxDepth) throw new Error(`nested deeper than maxDepth (${maxDepth})`);
      if (length > 0) {
        const left = isMap ? 2 * length : length;
        owed += left;
        open.push({ left, keys: isArray ? null : length === 1 ? undefined : new Set() });
        continue;
      }
    } else {
      position += length;
    }
    for (let last = open.at(-1); last !== undefined && --last.left === 0; last = open.at(-1)) open.pop();
  }
  return keySets;
}

function lengthAt(view: DataView, position: number, width: number | undefined): number {
  switch (width) {
    case 1:
      return view.getUint8(position);
    case 2:
      return view.getUint16(position);
    case 4:
      return view.getUint32(position);
    default:
      return 0;
  }
}

/** The decoder would round what a number cannot hold. */
function refuseUnsafe(view: DataView, position: number, signed: boolean): void {
  const value = signed ? view.getBigInt64(position) : view.getBigUint64(position);
  if (!Number.isSafeInteger(Number(value))) throw new Error(`${value} is beyond the safe integers`);
}
