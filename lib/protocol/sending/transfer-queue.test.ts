import { expect, test } from 'vitest';
import { header } from '../face-to-face.fixture.ts';
import { MAX_EARLY_PREVIEWS, MAX_TRANSFER } from '../limits.ts';
import { ORIGINAL, PREVIEW, streamOf } from '../wire/stream-id.ts';
import { TransferQueue } from './transfer-queue.ts';

const BLOCK = 65_536;

/** Gives the queue every byte that it asks for, and returns what it asked for. */
function provide(queue: TransferQueue) {
  const wanted = queue.wanted();
  for (const { transfer, kind, block, from, to } of wanted)
    queue
      .get(transfer)
      ?.object(kind)
      ?.provide(block, new Uint8Array(to - from));
  return wanted;
}

/** Streams of the next symbols, as long as there are any. */
function streams(queue: TransferQueue, most = 10_000): number[] {
  const taken: number[] = [];
  for (let symbol = queue.take(); symbol && taken.length < most; symbol = queue.take())
    taken.push(symbol.object.stream);
  return [...new Set(taken)];
}

const whole = (id: number, kind: typeof ORIGINAL | typeof PREVIEW, blocks: number) => ({
  stream: streamOf(id, kind),
  closedBelow: blocks,
  listedThrough: blocks,
  lacking: [],
});

test('pictures are sent in the order of their acceptance, not of their offers', () => {
  const queue = new TransferQueue();
  const [a, b, c] = [1000, 2000, 3000].map((length) => queue.offer(header(length)));
  expect(queue.take()).toBeUndefined();
  for (const transfer of [c!, a!]) queue.accept(transfer, []);
  expect(queue.sending.map(({ id }) => id)).toEqual([3, 1]);
  for (let round = 0; round < 3; round++) provide(queue);
  expect(streams(queue)).toEqual([streamOf(3, ORIGINAL), streamOf(1, ORIGINAL)]);
  expect(b!.state).toBe('offered');
});

test('[P-45] of an album the bytes of the picture being sent and of the next are asked for', () => {
  const queue = new TransferQueue();
  for (let i = 0; i < 5; i++) queue.accept(queue.offer(header(BLOCK)), []);
  expect(provide(queue).map(({ transfer }) => transfer)).toEqual([1, 2]);
  // The first one's first pass is sent.
  for (let i = 0; i < 64; i++) queue.take();
  expect(queue.get(1)?.firstPassSent).toBe(true);
  expect(provide(queue).map(({ transfer }) => transfer)).toEqual([3]);
});

test('repair of what was sent goes before new sources', () => {
  const queue = new TransferQueue();
  queue.accept(queue.offer(header(4 * BLOCK)), []);
  provide(queue);
  for (let i = 0; i < 64; i++) expect(queue.take()?.symbol).toBe(i);
  queue.plan({ loss: { middle: 0.2, edge: 0.2 }, edgeBlocks: 1 });
  const next = queue.take();
  expect([next?.block.index, next?.symbol]).toEqual([0, 64]);
  while (queue.take()?.block.index === 0);
  // That was the first source of the second block.
  expect(queue.take()).toMatchObject({ symbol: 1, block: { index: 1 } });
});

test('[P-49] previews of offers leave only where they are allowed, of the first offers alone, and behind pictures', () => {
  const queue = new TransferQueue();
  for (let i = 0; i < MAX_EARLY_PREVIEWS + 2; i++) queue.offer(header(BLOCK, 500));
  expect([queue.idle, queue.wanted()]).toEqual([true, []]);
  queue.allowEarlyPreviews(true);
  expect(queue.idle).toBe(false);
  const early = provide(queue);
  expect(early.map(({ transfer, kind }) => [transfer, kind])).toEqual(
    Array.from({ length: MAX_EARLY_PREVIEWS }, (_, i) => [i + 1, PREVIEW]),
  );
  queue.accept(queue.get(2)!, []);
  provide(queue);
  const order = streams(queue);
  expect(order.slice(0, 3)).toEqual([streamOf(2, PREVIEW), streamOf(2, ORIGINAL), streamOf(1, PREVIEW)]);
  queue.allowEarlyPreviews(false);
  expect(queue.wanted().every(({ transfer }) => transfer === 2)).toBe(true);
});

test('a report that completes the original says so once, and what is complete needs nothing more', () => {
  const queue = new TransferQueue();
  const transfer = queue.offer(header(2 * BLOCK, 500));
  queue.accept(transfer, []);
  provide(queue);
  streams(queue);
  expect(queue.report([whole(1, ORIGINAL, 1)])).toEqual([]);
  expect(queue.report([whole(1, ORIGINAL, 2)])).toEqual([transfer]);
  expect(queue.report([whole(1, ORIGINAL, 2)])).toEqual([]);
  // The preview is still on its way.
  expect(queue.busy).toBe(true);
  expect(queue.report([whole(1, PREVIEW, 1)])).toEqual([]);
  expect([queue.busy, queue.hasWork()]).toEqual([false, false]);
});

test('blocks that the receiver has already are not sent', () => {
  const queue = new TransferQueue();
  queue.accept(queue.offer(header(3 * BLOCK)), [{ first: 0, count: 2 }]);
  expect(queue.unsentBytes).toBe(BLOCK);
  expect(provide(queue).map(({ block }) => block)).toEqual([2]);
  expect(queue.take()).toMatchObject({ symbol: 0, block: { index: 2 } });
});

test('what has ended is over once, is kept to answer late packets, and sends nothing', () => {
  const queue = new TransferQueue();
  const transfer = queue.offer(header(BLOCK));
  queue.accept(transfer, []);
  provide(queue);
  expect([queue.end(1, 'decline'), queue.end(1, 'cancel'), queue.end(1, 'cancel')]).toEqual([
    false,
    true,
    false,
  ]);
  expect([queue.isOver(1), queue.get(1), queue.recent(), queue.live()]).toEqual([
    true,
    transfer,
    [transfer],
    [],
  ]);
  expect([queue.take(), queue.busy]).toEqual([undefined, false]);
});

test('one that the receiver has forgotten is offered again under its number, from its beginning', () => {
  const queue = new TransferQueue();
  const transfer = queue.offer(header(BLOCK));
  queue.accept(transfer, []);
  provide(queue);
  streams(queue);
  queue.restart(transfer);
  expect(queue.get(1)).toMatchObject({ id: 1, state: 'offered', firstPassSent: false });
  expect([queue.busy, queue.unsentBytes]).toEqual([false, 0]);
});

test('a session has numbers for 32,767 transfers', () => {
  const queue = new TransferQueue();
  for (let id = 1; id <= MAX_TRANSFER; id++) {
    expect(queue.offer(header(1)).id).toBe(id);
    queue.end(id, 'cancel');
  }
  expect(() => queue.offer(header(1))).toThrow('32,767');
});

test('[P-124] a picture that is paused before it begins gives its bytes back, and a block is read once at a time', () => {
  const queue = new TransferQueue();
  for (let i = 0; i < 4; i++) queue.accept(queue.offer(header(40 * BLOCK)), []);
  const held = () => queue.live().reduce((sum, { original }) => sum + original.openBlocks, 0);
  expect(provide(queue)).toHaveLength(32);
  const second = queue.get(2)!;
  for (const id of [2, 3, 4]) {
    queue.pause(id, 'there', true);
    provide(queue);
  }
  // Those of the first, which is being sent.
  expect(held()).toBe(16);

  // The reads are slower than who asks to pause and go on.
  queue.pause(2, 'there', false);
  const asked = queue.wanted();
  expect(asked).toHaveLength(16);
  for (let turn = 0; turn < 3; turn++) {
    queue.pause(2, 'there', true);
    for (const { block, from, to } of asked.slice(4 * turn, 4 * turn + 4))
      second.original.provide(block, new Uint8Array(to - from));
    expect(second.original.openBlocks).toBe(0);
    queue.pause(2, 'there', false);
    expect(queue.wanted()).toHaveLength(4);
  }
});
