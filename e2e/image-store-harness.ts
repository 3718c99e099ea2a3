/** Runs in a worker: the store as the receiver uses it. Each answer is checked by `image.spec.ts`. */
import { StorageError } from '../lib/storage/byte-store.ts';
import { openByteStore } from '../lib/storage/open-store.ts';
import { OpfsStore } from '../lib/storage/opfs-store.ts';

const code = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'no error';
  } catch (error) {
    return error instanceof StorageError ? error.code : String(error);
  }
};

async function run() {
  const store = await openByteStore();
  const length = 5_000_000;
  const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 9)) & 255);
  const stored = await store.create('first', length);
  // Blocks from the back to the front, as loss and repair might bring them; the middle one later.
  const block = 65_536;
  const middle = 20 * block;
  for (let at = Math.floor(length / block) * block; at >= 0; at -= block) {
    if (at !== middle) stored.write(at, bytes.subarray(at, at + block));
  }
  stored.saveState(Uint8Array.of(1, 2, 3));
  const busy = await code(() => store.open('first'));
  stored.close();
  const again = (await store.open('first'))!;
  const state = again.loadState();
  const hole = again.read(middle, 4);
  again.write(middle, bytes.subarray(middle, middle + block));
  const file = await again.file();
  const back = new Uint8Array(await file.arrayBuffer());
  const outside = await code(() => again.write(length - 1, new Uint8Array(2)));
  const list = await store.list();
  // The file stays readable after the entry is closed.
  again.close();
  const later = new Uint8Array(await file.slice(0, 4).arrayBuffer());

  const claimed = await store.create('claim', 1e12);
  claimed.write(0, Uint8Array.of(1));
  const { usage = 0 } = await navigator.storage.estimate();
  claimed.close();
  await store.remove('claim');

  const missing = await store.open('nothing');
  await store.remove('nothing');
  await (await OpfsStore.open(Date.now() + 25 * 60 * 60 * 1000)).list();
  const swept = await store.list();
  return {
    kind: store.kind,
    equal: back.length === length && back.every((byte, at) => byte === bytes[at]),
    busy,
    state: state && Array.from(state),
    hole: Array.from(hole),
    outside,
    list: list.map(({ id, length: claimedLength }) => ({ id, length: claimedLength })),
    later: Array.from(later).join() === Array.from(bytes.subarray(0, 4)).join(),
    usage,
    missing: missing === undefined,
    swept: swept.length,
  };
}

run().then(
  (answer) => postMessage(answer),
  (error: unknown) => postMessage({ error: String(error), stack: (error as Error).stack }),
);
