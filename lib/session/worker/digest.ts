/**
 * The one door of hash-wasm: SHA-256 bit by bit, which `crypto.subtle` cannot do (and which plain http does
 * not have).
 */
import { createSHA256, type IHasher } from 'hash-wasm';

export interface RunningDigest {
  update(bytes: Uint8Array): void;
  /** 32 bytes; ends the digest. */
  finish(): Uint8Array;
  /** Ends it without an answer. After the end nothing may be called but this. */
  stop(): void;
}

/**
 * Each has a WebAssembly memory of its own, for which a browser sets gigabytes of addresses aside: after a
 * good hundred it has no more to give (an album), so they are used again.
 */
const idle: IHasher[] = [];

export async function startDigest(): Promise<RunningDigest> {
  let hasher: IHasher | undefined = idle.pop() ?? (await createSHA256());
  hasher.init();
  const running = (): IHasher => {
    if (hasher === undefined) throw new Error('the digest has ended');
    return hasher;
  };
  const stop = () => {
    if (hasher !== undefined) idle.push(hasher);
    hasher = undefined;
  };
  return {
    update: (bytes) => void running().update(bytes),
    finish: () => {
      const digest = running().digest('binary');
      stop();
      return digest;
    },
    stop,
  };
}
