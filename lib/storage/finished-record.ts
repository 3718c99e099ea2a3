/**
 * The record beside the bytes of a finished picture: what a page that is loaded anew needs to show and save
 * it.
 */

/** `TSFR`: no bitmap of blocks begins a JSON object behind these bytes. */
const MAGIC = [0x54, 0x53, 0x46, 0x52];

/** What is kept beside the bytes of a finished picture, to show it after a reload. */
export interface FinishedRecord {
  name: string;
  /** As the sender claimed it; decides nothing. */
  type: string;
  byteLength: number;
  /** Unix milliseconds, of the original file. */
  modified: number;
  width?: number;
  height?: number;
  /** Hex; was verified. */
  sha256: string;
  /** The tab that received it, random. */
  tab: string;
}

/** On disk, where an earlier version may have written it. */
type Stored = Omit<FinishedRecord, 'byteLength'> & { bytes: number };

const TEXTS = ['name', 'type', 'sha256', 'tab'] as const;
const NUMBERS = ['byteLength', 'modified'] as const;

/** Bytes for the state of an entry; `decodeFinished` reads them. */
export function encodeFinished({ byteLength, ...record }: FinishedRecord): Uint8Array {
  const stored: Stored = { ...record, bytes: byteLength };
  const json = new TextEncoder().encode(JSON.stringify(stored));
  const bytes = new Uint8Array(MAGIC.length + json.length);
  bytes.set(MAGIC);
  bytes.set(json, MAGIC.length);
  return bytes;
}

/** `undefined`: the record of something else. */
export function decodeFinished(bytes: Uint8Array): FinishedRecord | undefined {
  if (!MAGIC.every((byte, at) => bytes[at] === byte)) return undefined;
  try {
    const stored = JSON.parse(new TextDecoder().decode(bytes.subarray(MAGIC.length))) as Stored;
    const { bytes: byteLength, ...rest } = stored;
    const record: FinishedRecord = { ...rest, byteLength };
    const whole =
      TEXTS.every((field) => typeof record[field] === 'string') &&
      NUMBERS.every((field) => Number.isFinite(record[field]));
    return whole ? record : undefined;
  } catch {
    return undefined;
  }
}
