/** Messages through pairs that stay: one under way in each, or as many a second as are asked for. */
import { randomBytes } from 'node:crypto';
import type { SignalingSocket } from '../../lib/session/connection/signaling-socket.ts';
import { asked, connected, person, SEALED_BYTES, type PeopleOptions } from './people.ts';

/** Pairs that are made at a time. */
const AT_A_TIME = 20;

interface Pair {
  /** The two ends. At the bare server each is its own other side. */
  ends: readonly [SignalingSocket, SignalingSocket];
  turn: number;
  /** When the message under way was sent; unset: none is. */
  sentAt: number | undefined;
}

/** @param options.perSecond messages over all pairs; 0: as fast as the server carries them */
export async function relayLoad(
  options: PeopleOptions & { pairs: number; perSecond: number; first: number },
) {
  let times: number[] = [];
  let running = false;
  const pairs: Pair[] = [];
  const bytes = randomBytes(SEALED_BYTES);
  const send = (pair: Pair) => {
    pair.turn += 1;
    pair.sentAt = performance.now();
    pair.ends[pair.turn % 2]!.emit('relay', bytes, () => {});
  };
  const arrived = (pair: Pair) => {
    if (pair.sentAt === undefined) return;
    times.push(performance.now() - pair.sentAt);
    pair.sentAt = undefined;
    if (running && options.perSecond === 0) send(pair);
  };
  let next = 0;
  const make = async () => {
    while (next < options.pairs) {
      const n = options.first + next++;
      const ends = [person(2 * n, options), person(2 * n + 1, options)] as const;
      await Promise.all(ends.map((end) => connected(end)));
      const pair: Pair = { ends, turn: 0, sentAt: undefined };
      const { slot = '1' } = asked<{ slot?: string }>(await ends[0].emitWithAck('open', {}));
      asked(await ends[1].emitWithAck('join', { slot }));
      for (const end of ends) end.on('message', () => arrived(pair));
      pairs.push(pair);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, make));
  let clock: NodeJS.Timeout | undefined;
  return {
    begin: () => {
      times = [];
      running = true;
      if (options.perSecond === 0) for (const pair of pairs) send(pair);
      else {
        const began = performance.now();
        let sent = 0;
        clock = setInterval(() => {
          const due = ((performance.now() - began) / 1000) * options.perSecond;
          for (; sent < due; sent++) {
            const pair = pairs[sent % pairs.length]!;
            // Still under way: its time will show it.
            if (pair.sentAt === undefined) send(pair);
          }
        }, 2);
      }
    },
    end: () => {
      running = false;
      clearInterval(clock);
      return times;
    },
  };
}
