/** Takes places out of Photoshop's image resources, which hold IPTC, EXIF and XMP, keeping every length. */
import { latin1 } from '../inspect/sniff.ts';
import { blankIptc } from './strip-iptc.ts';
import { blankTiff } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';

const RESOURCE_IPTC = 0x0404;
const RESOURCE_EXIF = new Set([0x0422, 0x0423]);
const RESOURCE_XMP = 0x0424;

/** The payload of Photoshop's APP13 segments behind their signature: `8BIM`, id, padded name, length, padded data. */
export function blankResources(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const removed = new Set<string>();
  let at = 0;
  while (at + 12 <= bytes.length && latin1(bytes, at, at + 4) === '8BIM') {
    const id = view.getUint16(at + 4);
    const name = 1 + bytes[at + 6]!;
    const dataAt = at + 6 + name + (name & 1) + 4;
    if (dataAt > bytes.length) break;
    const end = dataAt + view.getUint32(dataAt - 4);
    if (end > bytes.length) break;
    const data = bytes.subarray(dataAt, end);
    let found: string[] = [];
    if (id === RESOURCE_IPTC) found = blankIptc(data);
    else if (id === RESOURCE_XMP) found = blankXmp(data);
    else if (RESOURCE_EXIF.has(id)) found = blankTiff(data);
    for (const item of found) removed.add(item);
    at = end + ((end - dataAt) & 1);
  }
  return [...removed];
}
