/** Each transfer has two streams: the preview (even number) and the original (odd). */
export const PREVIEW = 0;
export const ORIGINAL = 1;
export type ObjectKind = typeof PREVIEW | typeof ORIGINAL;

export const streamOf = (transfer: number, kind: ObjectKind): number => transfer * 2 + kind;
export const transferOf = (stream: number): number => stream >> 1;
export const kindOf = (stream: number): ObjectKind => (stream & 1) as ObjectKind;
