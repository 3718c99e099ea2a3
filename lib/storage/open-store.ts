import type { ByteStore } from './byte-store.ts';
import { MemoryStore } from './memory-store.ts';
import { OpfsStore } from './opfs-store.ts';

/** OPFS where it works (a worker, a secure context), memory elsewhere. Never rejects. */
export async function openByteStore(): Promise<ByteStore> {
  try {
    return await OpfsStore.open();
  } catch {
    return new MemoryStore();
  }
}
