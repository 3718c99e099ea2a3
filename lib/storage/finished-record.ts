/**
 * The record beside the bytes of a finished picture: what a page that is loaded anew needs to show and save
 * it.
 */

/** `TSFR`: no bitmap of blocks begins a JSON object behind these bytes. */
const MAGIC = [0x54, 0x53, 0x46, 0x52];

/** What is kept beside the bytes of a picture, to show it after a reload. */
export interface FileFacts {
  name: string;
  /** As the sender claimed it; decides nothing. */
  type: string;
  byteLength: number;
  /** Unix milliseconds, of the original file. */
  modified: number;
  width?: number;
  height?: number;
  /** Hex. */
  sha256: string;
  /** The tab that received it, random. */
  tab: string;
}

/** Of one whose digest was verified. */
export type FinishedRecord = FileFacts;

const TEXTS = ['name', 'type', 'sha256', 'tab'] as const;
const NUMBERS = ['byteLength', 'modified'] as const;

/** Bytes for the state of an entry; `decodeFinished` reads them. */
export function encodeFinished(record: FinishedRecord): Uint8Array {
  const json = encodeFacts(record);
  const bytes = new Uint8Array(MAGIC.length + json.length);
  bytes.set(MAGIC);
  bytes.set(json, MAGIC.length);
  return bytes;
}

/** `undefined`: the record of something else. */
export function decodeFinished(bytes: Uint8Array): FinishedRecord | undefined {
  if (!MAGIC.every((byte, at) => bytes[at] === byte)) return undefined;
  return decodeFacts(bytes.subarray(MAGIC.length));
}

/** As JSON. On disk a length is called `bytes`, where an earlier version may have written it. */
export function encodeFacts({ byteLength, ...facts }: FileFacts): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...facts, bytes: byteLength }));
}

/** With whatever else was written beside the facts; `undefined`: they are not whole. */
export function decodeFacts(json: Uint8Array): FileFacts | undefined {
  try {
    const stored = JSON.parse(new TextDecoder().decode(json)) as Omit<FileFacts, 'byteLength'> & {
      bytes: number;
    };
    const { bytes: byteLength, ...rest } = stored;
    const facts: FileFacts = { ...rest, byteLength };
    const whole =
      TEXTS.every((field) => typeof facts[field] === 'string') &&
      NUMBERS.every((field) => Number.isFinite(facts[field]));
    return whole ? facts : undefined;
  } catch {
    return undefined;
  }
}
