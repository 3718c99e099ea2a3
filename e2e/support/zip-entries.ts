/** Reads a zip file as a person’s program would: by its directory. */

export interface ZipEntry {
  name: string;
  /** Local time of whoever made the zip, in steps of two seconds: `2019-05-04 10:20:30`. */
  modified: string;
  bytes: number;
}

export const zipNames = (zip: Buffer): string[] => zipEntries(zip).map(({ name }) => name);

/** What is in a zip file, as its central directory has it (APPNOTE 4.3.12). */
export function zipEntries(zip: Buffer): ZipEntry[] {
  const entries: ZipEntry[] = [];
  const END = 0x06054b50;
  const ENTRY = 0x02014b50;
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error('not a zip file');
  let at = zip.readUInt32LE(end + 16);
  while (at < end && zip.readUInt32LE(at) === ENTRY) {
    const length = zip.readUInt16LE(at + 28);
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + length),
      modified: dosTime(zip.readUInt16LE(at + 14), zip.readUInt16LE(at + 12)),
      bytes: zip.readUInt32LE(at + 24),
    });
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

function dosTime(date: number, time: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${1980 + (date >> 9)}-${two((date >> 5) & 15)}-${two(date & 31)}`;
  return `${day} ${two(time >> 11)}:${two((time >> 5) & 63)}:${two((time & 31) * 2)}`;
}
