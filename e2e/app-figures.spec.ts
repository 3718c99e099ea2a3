/** The figures of both sides against an independent count, and what a transfer costs the pages. */
import { expect, test } from './support/app.ts';
import { unlike } from './support/pictures.ts';
import { cross, meet } from './support/rooms.ts';
import { settled } from './support/settled.ts';
import { traceTasks } from './support/task-times.ts';
import type { StreamCount } from './support/wire.ts';
import { LONG } from './support/long.ts';

/** The only stream of an original (odd number): these tests send one picture. */
const original = (streams: Record<number, StreamCount>): StreamCount => {
  const odd = Object.keys(streams).filter((stream) => Number(stream) % 2 === 1);
  expect(odd).toHaveLength(1);
  return streams[Number(odd[0])]!;
};

/**
 * Chunks that were not among the first K distinct symbols of their block: those had to be rebuilt. Blocks cut
 * the chunks into runs of at most 64 whose sizes differ by one at most (docs/PROTOCOL.md).
 */
function rebuilt(symbols: readonly number[], chunks: number): number {
  const blocks = Math.ceil(chunks / 64);
  const start = (block: number) => Math.floor((block * chunks) / blocks);
  const taken = new Map<number, { count: number; sources: number }>();
  for (const symbol of symbols) {
    const block = Math.floor(symbol / 256);
    const k = start(block + 1) - start(block);
    const known = taken.get(block) ?? { count: 0, sources: 0 };
    taken.set(block, known);
    if (known.count === k) continue;
    known.count += 1;
    if (symbol % 256 < k) known.sources += 1;
  }
  let sources = 0;
  for (const { sources: own } of taken.values()) sources += own;
  return chunks - sources;
}

const floor1 = (percent: number) => Math.floor(percent * 10 + 1e-9) / 10;

for (const { loss, burst, delayMs, seed } of [
  { loss: 0, burst: 1, delayMs: 10, seed: 31 },
  { loss: 0.1, burst: 1, delayMs: 50, seed: 32 },
  ...(LONG ? [{ loss: 0.05, burst: 5, delayMs: 20, seed: 33 }] : []),
]) {
  const bursts = burst > 1 ? ` in bursts of ${burst}` : '';
  test(`[P-50, P-51] the figures are what went into the lanes and came out of them, at ${loss * 100} % loss${bursts}`, async ({
    link,
    server,
    rooms,
    pictures,
  }) => {
    await link.configure({ rateMbit: 20, delayMs, loss, burst, seed });
    await meet(rooms, server.url);
    await link.resetStats();
    const { name, buffer } = pictures.photo;
    await cross(rooms, pictures.photo);
    const [sent, got] = await Promise.all([
      settled(() => rooms.sender.report(name)),
      settled(() => rooms.receiver.report(name)),
    ]);
    const into = original((await rooms.sender.wire()).sent);
    const out = original((await rooms.receiver.wire()).received);
    const { toReceiver } = await link.stats();

    const chunks = Math.ceil(buffer.length / 1024);
    const dropped = toReceiver.lost + toReceiver.droppedByQueue;
    console.log(
      `      app: ${got.figures.packetsLost} of ${got.figures.packetsSent} lost (${got.figures.lossPercent.toFixed(2)} %); ` +
        `counted: ${into.packets} into the lanes, ${out.packets} out of them ` +
        `(${((100 * (into.packets - out.packets)) / into.packets).toFixed(2)} %); ` +
        `relay: ${dropped} of ${toReceiver.datagrams} datagrams dropped (${((100 * dropped) / toReceiver.datagrams).toFixed(2)} %); ` +
        `${got.figures.chunksRepaired} of ${chunks} chunks repaired, ${got.figures.duplicates} packets not needed`,
    );

    for (const { figures, verified, picture } of [sent, got]) {
      expect(verified).toBe(true);
      expect(picture.bytes).toBe(buffer.length);
      expect(figures.packetsSent).toBe(into.packets);
      expect(figures.packetsReceived).toBe(out.packets);
      expect(figures.packetsLost).toBe(into.packets - out.packets);
      expect(figures.lossPercent).toBeCloseTo((100 * (into.packets - out.packets)) / into.packets, 6);
      expect(figures.chunksTotal).toBe(chunks);
      expect(figures.chunksReceived).toBe(chunks);
      expect(figures.successPercent).toBe(100);
      expect(figures.chunksRepaired).toBe(rebuilt(out.symbols, chunks));
      expect(figures.chunksLost).toBe(figures.chunksRepaired);
      expect(figures.duplicates).toBe(out.packets - chunks);
      expect(figures.retransmitted).toBe(into.packets - chunks);
    }
    for (const room of [rooms.sender, rooms.receiver]) {
      expect(await room.number(name, 'chunks-total')).toBe(chunks);
      expect(await room.number(name, 'chunks-received')).toBe(chunks);
      expect(await room.number(name, 'chunks-lost')).toBe(got.figures.chunksLost);
      expect(await room.number(name, 'chunks-repaired')).toBe(got.figures.chunksRepaired);
      expect(await room.number(name, 'loss-percent')).toBe(floor1(got.figures.lossPercent));
      expect(await room.number(name, 'success-percent')).toBe(100);
    }
    // A lane message is lost with its datagram, and at most twice as often when the browser split it over
    // two. A clean link loses what its queue has no room for.
    if (loss === 0) expect(got.figures.lossPercent).toBeLessThan(5 + (300 * dropped) / toReceiver.datagrams);
    else {
      expect(got.figures.lossPercent).toBeGreaterThan(loss * 50);
      expect(got.figures.lossPercent).toBeLessThan(loss * 300);
    }
  });
}

/** Of processor time: what the wall clock adds on a busy machine is other programs' turns. */
const MAX_TASK_MS = 50;

test('neither page is held up while a picture crosses', async ({ link, server, rooms, pictures, pair }) => {
  await link.configure({ rateMbit: 50, delayMs: 20, loss: 0.02, seed: 34 });
  await meet(rooms, server.url);
  // The first picture loads code and opens lanes; the next ones are those to look at.
  await cross(rooms, pictures.photo);
  for (const side of ['sender', 'receiver'] as const) {
    const name = `beside-${side}.jpg`;
    await rooms.sender.pick(unlike(pictures.photo, name));
    await expect(rooms.receiver.handle(name, 'accept')).toBeVisible();
    const browser = side === 'sender' ? pair.senderBrowser : pair.receiverBrowser;
    const stop = await traceTasks(browser, rooms[side].page);
    await rooms.receiver.accept(name);
    for (const room of [rooms.sender, rooms.receiver]) await room.state(name, 'done');
    const tasks = await stop();
    const longest = tasks.sort((a, b) => b.processor - a.processor)[0];
    console.log(
      `      ${side}: ${tasks.length} tasks above 50 ms` +
        (longest
          ? `, the longest ${longest.processor.toFixed(0)} ms of processor time in ${longest.wall.toFixed(0)} ms (${longest.parts})`
          : ''),
    );
    expect(longest?.processor ?? 0, side).toBeLessThanOrEqual(MAX_TASK_MS);
  }
});
