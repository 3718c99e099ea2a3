/**
 * What another tab left of pictures that did not become whole, written as `lib/storage` writes it. Runs in a
 * page of the app; must be self-contained.
 */
export async function leaveParts(count: number): Promise<void> {
  const crc32 = (bytes: Uint8Array): number => {
    let crc = 0xffffffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    }
    return (crc ^ 0xffffffff) >>> 0;
  };
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('received', { create: true });
  const write = async (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await file.write(bytes);
    await file.close();
  };
  for (let at = 0; at < count; at++) {
    const facts = { name: `left-${at}.jpg`, type: 'image/jpeg', bytes: 5000, modified: 0, sha256: `${at}` };
    const part = { tab: 'another', hereBytes: 2048, prefixBytes: 1024 };
    const json = new TextEncoder().encode(JSON.stringify({ ...facts, ...part }));
    // The record (unfinished-record.ts) in the first slot of a sidecar (state-file.ts).
    const record = new Uint8Array(8 + json.length + 1);
    new DataView(record.buffer).setUint32(0, 0x54535552);
    new DataView(record.buffer).setUint32(4, json.length);
    record.set(json, 8);
    const state = new Uint8Array(64 + 12 + record.length);
    const view = new DataView(state.buffer);
    view.setUint32(68, 1);
    view.setUint32(72, record.length);
    state.set(record, 76);
    view.setUint32(64, crc32(state.subarray(68)));
    await write(`left${at}`, new Uint8Array(2048));
    await write(`left${at}.state`, state);
  }
}
