/** Each transfer has two streams: the preview (even number) and the original (odd). */
export const PREVIEW = 0;
export const ORIGINAL = 1;
/** The last bit of a stream number. */
export type ObjectKind = typeof PREVIEW | typeof ORIGINAL;

/** Between the number of a transfer with the kind of an object, and the number of their stream. */
export const streamOf = (transfer: number, kind: ObjectKind): number => transfer * 2 + kind;
export const transferOf = (stream: number): number => stream >> 1;
export const kindOf = (stream: number): ObjectKind => (stream & 1) as ObjectKind;
