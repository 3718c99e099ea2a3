import { expect, test } from 'vitest';
import { header } from '../face-to-face.fixture.ts';
import { EARLY_PREVIEW_EFFORT, SENDING_ALLOWANCE, SENDING_EFFORT } from '../limits.ts';
import { ORIGINAL, PREVIEW, streamOf } from '../wire/stream-id.ts';
import { OutgoingTransfer } from './outgoing-transfer.ts';

const BLOCK = 65_536;

test('the preview is sent before the original, and there is none where the header has none', () => {
  const both = new OutgoingTransfer(5, header(BLOCK, 500));
  expect(both.objects.map(({ stream }) => stream)).toEqual([streamOf(5, PREVIEW), streamOf(5, ORIGINAL)]);
  expect([both.preview, both.original]).toEqual(both.objects);
  const alone = new OutgoingTransfer(6, header(BLOCK));
  expect([alone.objects, alone.preview]).toEqual([[alone.original], undefined]);
});

test('[P-49] an unanswered offer’s preview is worth a bounded number of packets, and none once it is accepted', () => {
  const transfer = new OutgoingTransfer(1, header(BLOCK, 1500));
  const preview = transfer.preview!;
  expect(transfer.earlyPreview).toBe(preview);
  preview.packetsSent = 2 * EARLY_PREVIEW_EFFORT - 1;
  expect(transfer.earlyPreview).toBe(preview);
  preview.packetsSent += 1;
  expect(transfer.earlyPreview).toBeUndefined();
  preview.packetsSent = 0;
  transfer.step('accept');
  expect(transfer.earlyPreview).toBeUndefined();
});

test('[P-49] a preview that is complete at the receiver is not sent again', () => {
  const transfer = new OutgoingTransfer(1, header(BLOCK, 1500));
  transfer.preview!.close(0);
  expect(transfer.earlyPreview).toBeUndefined();
});

test('[P-45] has cost too much when preview and original together exceed their budget', () => {
  const transfer = new OutgoingTransfer(1, header(64 * 1024, 1024));
  transfer.preview!.packetsSent = 500;
  transfer.original.packetsSent = SENDING_EFFORT * 65 + SENDING_ALLOWANCE - 500;
  expect(transfer.overspent).toBe(false);
  transfer.preview!.packetsSent += 1;
  expect(transfer.overspent).toBe(true);
});

test('may be accepted once for each time that it was offered', () => {
  const transfer = new OutgoingTransfer(1, header(BLOCK));
  expect([transfer.takeAnswer(), transfer.takeAnswer()]).toEqual([true, false]);
  transfer.offerAgain();
  expect([transfer.takeAnswer(), transfer.takeAnswer()]).toEqual([true, false]);
});

test('skips what the receiver has of the original, whatever it claims beyond its end', () => {
  const transfer = new OutgoingTransfer(1, header(3 * BLOCK, 500));
  transfer.skip([
    { first: 1, count: 1 },
    { first: 2, count: 4_000_000_000 },
  ]);
  expect([0, 1, 2].map((block) => transfer.original.isClosed(block))).toEqual([false, true, true]);
  expect([transfer.original.complete, transfer.preview!.complete]).toEqual([false, false]);
});

test('forgets the bytes of its blocks at its end, and keeps the counts', () => {
  const transfer = new OutgoingTransfer(1, header(BLOCK));
  transfer.step('accept');
  expect(transfer.original.wanted()).toEqual([0]);
  transfer.original.provide(0, new Uint8Array(BLOCK));
  for (let i = 0; i < 64; i++) transfer.original.takeSource();
  const lacking = [{ block: 0, symbols: 24 }];
  transfer.original.onReport({ stream: streamOf(1, ORIGINAL), closedBelow: 0, listedThrough: 1, lacking });
  expect([transfer.original.openBlocks, transfer.original.chunksDelivered]).toEqual([1, 40]);
  expect(transfer.step('complete')).toBe(true);
  expect([transfer.original.openBlocks, transfer.original.chunksDelivered]).toEqual([0, 40]);
  expect(transfer.original.packetsSent).toBe(64);
  expect(transfer.step('cancel')).toBe(false);
});
