/** As many pairings as the server takes: a fixed number at a time, each begun when another is done. */
import { randomBytes } from 'node:crypto';
import { pairUp } from './honest-joins.ts';
import { asked, connected, HELLO_BYTES, person, type PeopleOptions } from './people.ts';

export interface JoinLoad {
  /** Milliseconds of each since the last look. */
  times: number[];
  failed: Record<string, number>;
}

/**
 * @param options.kind `join`: two connect, one asks for a room and the other joins it, and both leave.
 * `handshake`: with the messages of the key exchange as well
 */
export function joinLoad(
  options: PeopleOptions & { kind: 'join' | 'handshake'; atATime: number; first: number },
) {
  let found: JoinLoad = { times: [], failed: {} };
  const state = { running: false };
  let next = options.first;
  const worker = async () => {
    while (state.running) {
      const began = performance.now();
      try {
        await (options.kind === 'join' ? joinOnce(next++, options) : pairUp(next++, options));
        found.times.push(performance.now() - began);
      } catch (error) {
        const { message } = error as Error;
        found.failed[message] = (found.failed[message] ?? 0) + 1;
      }
    }
  };
  let workers: Promise<unknown> = Promise.resolve();
  return {
    begin: () => {
      found = { times: [], failed: {} };
      state.running = true;
      workers = Promise.all(Array.from({ length: options.atATime }, worker));
    },
    end: async () => {
      state.running = false;
      const result = found;
      await workers;
      return result;
    },
  };
}

/** Works with the bare server too, whose answers have no slot. */
async function joinOnce(n: number, options: PeopleOptions): Promise<void> {
  const sender = person(2 * n, options);
  const receiver = person(2 * n + 1, options);
  try {
    await Promise.all([connected(sender), connected(receiver)]);
    const { slot = '1' } = asked<{ slot?: string }>(await sender.emitWithAck('open', {}));
    const paired = new Promise((resolve) => receiver.once('paired', resolve));
    asked(await receiver.emitWithAck('join', { slot, hello: randomBytes(HELLO_BYTES) }));
    await paired;
  } finally {
    sender.disconnect();
    receiver.disconnect();
  }
}
