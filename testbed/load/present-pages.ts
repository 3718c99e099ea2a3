/** Pages that wait for rings of remembered devices, and rings at them. */
import { randomBytes } from 'node:crypto';
import type { SignalingSocket } from '../../lib/session/connection/signaling-socket.ts';
import { asked, connected, person, type PeopleOptions } from './people.ts';

/** Handshakes, announcements or rings under way at a time. */
const AT_A_TIME = 50;

interface Page {
  socket: SignalingSocket;
  ids: string[];
  rung: number;
}

/** @param options `ids`: how many each page announces */
export async function presentPages(options: PeopleOptions & { first: number; count: number; ids: number }) {
  const pages: Page[] = Array.from({ length: options.count }, (_, n) => {
    const page: Page = { socket: person(options.first + n, options), ids: [], rung: 0 };
    page.socket.on('ring', () => (page.rung += 1));
    return page;
  });
  const each = async (work: (page: Page, n: number) => Promise<unknown>): Promise<number[]> => {
    const times: number[] = [];
    let next = 0;
    const worker = async () => {
      while (next < pages.length) {
        const n = next++;
        const began = performance.now();
        await work(pages[n]!, n);
        times.push(performance.now() - began);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    return times;
  };
  /** As at the end of a quarter of an hour: each page has other ids. */
  const announce = () =>
    each(async (page) => {
      page.ids = Array.from({ length: options.ids }, () => randomBytes(16).toString('base64url'));
      asked(await page.socket.emitWithAck('present', { ids: page.ids }));
    });
  await each(({ socket }) => connected(socket));
  return {
    announce,
    /** Each page rings at the next one; the first ids of a ring are those of nobody. */
    ring: () =>
      each(async ({ socket }, n) => {
        const { ids } = pages[(n + 1) % pages.length]!;
        const nobody = Array.from({ length: 3 }, () => randomBytes(16).toString('base64url'));
        const { at } = asked<{ at: number }>(
          await socket.emitWithAck('ring', { ids: [...nobody, ids.at(-1)!] }),
        );
        if (at !== 3) throw new Error('nobody was there');
      }),
    rung: () => pages.reduce((sum, { rung }) => sum + rung, 0),
    held: () => pages.filter(({ socket }) => socket.connected).length,
  };
}
