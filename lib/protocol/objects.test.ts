/** The two halves of a stream, without the network between them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockChunks, blockRange } from './geometry.ts';
import { IncomingObject } from './receiving/incoming-object.ts';
import { CHUNK_LENGTH, MAX_FEEDBACK_STREAMS, MAX_OPEN_BLOCKS, MAX_SYMBOLS } from './limits.ts';
import { OutgoingObject } from './sending/outgoing-object.ts';
import { decodeFeedback, encodeFeedback, roomForBlocks, type StreamReport } from './wire/feedback-packet.ts';

const STREAM = 3;
const picture = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 23);

/** The report as the wire gives it to the other side. */
function throughTheWire(report: StreamReport): StreamReport {
  const feedback = decodeFeedback(
    encodeFeedback({
      number: 1,
      clock: 0,
      newestSentAt: 0,
      ackDelay: 0,
      delay: 0,
      packets: 1,
      byteLength: 1,
      lanes: [],
      streams: [report],
    }),
  );
  return feedback.streams[0] as StreamReport;
}

function provideAll(outgoing: OutgoingObject, bytes: Uint8Array): void {
  for (const block of outgoing.wanted())
    outgoing.provide(block, bytes.slice(...blockRange(outgoing.geometry, block)));
}

describe('objects', () => {
  test('[P-35] carry any length over any losses, with reports of any length', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom(1, 1023, 1024, 1025, 65_535, 65_536, 65_537, 65 * 1024),
          fc.integer({ min: 1, max: 200_000 }),
        ),
        fc.integer({ min: 0, max: 3 }),
        fc.infiniteStream(fc.nat({ max: 4 })),
        (length, losing, dice) => {
          const bytes = picture(length);
          const outgoing = new OutgoingObject(STREAM, length);
          const incoming = new IncomingObject(STREAM, length);
          const stored = new Uint8Array(length);
          for (let round = 0; !outgoing.complete; round++) {
            expect(round).toBeLessThan(2000);
            provideAll(outgoing, bytes);
            outgoing.plan({ loss: { middle: 0.3, edge: 0.3 }, edgeBlocks: 1 }, true);
            for (let sent = 0; sent < 40; sent++) {
              const symbol = outgoing.takeRepair() ?? outgoing.takeSource();
              if (symbol === undefined) break;
              if ((dice.next().value as number) < losing) continue;
              const taken = incoming.take(symbol.block.index, symbol.symbol, symbol.bytes);
              expect(taken.kind).not.toBe('refused');
              if (taken.kind === 'new' && taken.whole !== undefined)
                stored.set(taken.whole.bytes, taken.whole.at);
            }
            const room = (dice.next().value as number) * 2;
            outgoing.onReport(throughTheWire(incoming.report(room)));
            expect(outgoing.closedBelow).toBeLessThanOrEqual(incoming.closedBelow);
          }
          expect(Buffer.compare(stored, bytes)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('[P-45] ask for no more blocks than may be open, and go on when the first is whole', () => {
    const outgoing = new OutgoingObject(STREAM, 1000 * 65_536);
    const asked = new Set<number>();
    const take = (): void => {
      for (;;) {
        const wanted = outgoing.wanted();
        for (const block of wanted) {
          expect(asked.has(block)).toBe(false);
          asked.add(block);
          outgoing.provide(block, new Uint8Array(65_536));
        }
        while (outgoing.takeSource() !== undefined);
        if (wanted.length === 0) return;
      }
    };
    take();
    expect(asked.size).toBe(MAX_OPEN_BLOCKS);
    // A later one does not help: the receiver keeps the first open.
    outgoing.close(7);
    take();
    expect(asked.size).toBe(MAX_OPEN_BLOCKS);
    outgoing.close(0);
    take();
    expect(asked.size).toBe(MAX_OPEN_BLOCKS + 1);
  });

  test('[P-27] take no bytes of another length than the block has, nor a block twice', () => {
    const outgoing = new OutgoingObject(STREAM, 65 * 1024);
    expect(outgoing.wanted()).toContain(0);
    outgoing.provide(0, new Uint8Array(100));
    expect(outgoing.takeSource()).toBeUndefined();
    outgoing.provide(0, new Uint8Array(32 * 1024).fill(1));
    outgoing.provide(0, new Uint8Array(32 * 1024).fill(2));
    expect(outgoing.takeSource()?.bytes[0]).toBe(1);
  });

  test('[P-43] never send the same repair symbol twice before all have been sent', () => {
    const outgoing = new OutgoingObject(STREAM, 65_536);
    provideAll(outgoing, picture(65_536));
    while (outgoing.takeSource() !== undefined);
    const seen = new Set<number>();
    for (let i = 0; i < MAX_SYMBOLS - 64; i++) {
      outgoing.plan({ loss: { middle: 0, edge: 0 }, edgeBlocks: 1 }, true);
      const symbol = outgoing.takeRepair()?.symbol as number;
      expect(symbol).toBeGreaterThanOrEqual(64);
      expect(seen.has(symbol)).toBe(false);
      seen.add(symbol);
    }
    // Then all symbols in turn.
    for (let i = 0; i < MAX_SYMBOLS; i++) {
      outgoing.plan({ loss: { middle: 0, edge: 0 }, edgeBlocks: 1 }, true);
      expect(outgoing.takeRepair()?.symbol).toBe(i);
    }
  });

  test('survive any report, and complete only when all is claimed whole', () => {
    const reports = fc.array(
      fc.record({
        closedBelow: fc.nat({ max: 12 }),
        length: fc.nat({ max: 12 }),
        lacking: fc.array(fc.tuple(fc.nat({ max: 14 }), fc.integer({ min: 1, max: 255 })), { maxLength: 20 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(reports, (list) => {
        const outgoing = new OutgoingObject(STREAM, 10 * 65_536);
        provideAll(outgoing, new Uint8Array(10 * 65_536));
        for (const { closedBelow, length, lacking } of list) {
          outgoing.onReport({
            stream: STREAM,
            closedBelow,
            listedThrough: closedBelow + length,
            // Overlapping, unordered and outside: whatever decodes.
            lacking: lacking.map(([offset, symbols]) => ({ block: closedBelow + offset, symbols })),
          });
          outgoing.plan({ loss: { middle: 0.5, edge: 0.5 }, edgeBlocks: 2 }, true);
          outgoing.takeRepair();
          outgoing.takeSource();
          expect(outgoing.closedBelow).toBeLessThanOrEqual(10);
          expect(outgoing.chunksDelivered).toBeGreaterThanOrEqual(0);
          expect(outgoing.chunksDelivered).toBeLessThanOrEqual(640);
          expect(outgoing.hasWork()).toBe(outgoing.takeRepair() !== undefined || outgoing.hasWork());
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('incoming object', () => {
  test('[P-30, P-100] refuses what lies outside, and symbols of another length', () => {
    const incoming = new IncomingObject(STREAM, 3 * 65_536 + 10);
    const { geometry } = incoming;
    const last = geometry.blocks - 1;
    const k = blockChunks(geometry, last);
    const full = new Uint8Array(CHUNK_LENGTH);
    expect(incoming.take(geometry.blocks, 0, full).kind).toBe('refused');
    expect(incoming.take(0xffff_ffff, 0, full).kind).toBe('refused');
    expect(incoming.take(0, MAX_SYMBOLS, full).kind).toBe('refused');
    expect(incoming.take(0, 0, full.subarray(1)).kind).toBe('refused');
    expect(incoming.take(0, 200, full.subarray(1)).kind).toBe('refused');
    expect(incoming.take(last, k - 1, full).kind).toBe('refused');
    expect(incoming.take(last, k - 1, full.subarray(0, 10)).kind).toBe('new');
    expect(incoming.take(last, k - 1, full.subarray(0, 10)).kind).toBe('duplicate');
    expect(incoming.take(0, 0, full).kind).toBe('new');
  });

  test('[P-30, P-100] opens no block further ahead than the sender may be', () => {
    const incoming = new IncomingObject(STREAM, 1000 * 65_536);
    const full = new Uint8Array(CHUNK_LENGTH);
    expect(incoming.take(MAX_OPEN_BLOCKS, 0, full).kind).toBe('refused');
    expect(incoming.take(MAX_OPEN_BLOCKS - 1, 0, full).kind).toBe('new');
    incoming.close(0);
    expect(incoming.take(MAX_OPEN_BLOCKS, 0, full).kind).toBe('new');
  });

  test('[P-35] reports blocks more than 65,536 apart in reports of their own', () => {
    // A file of 5 GB of which an earlier session left all but two blocks: the distance does not fit an entry.
    const length = 80_000 * 65_536;
    const incoming = new IncomingObject(STREAM, length);
    const outgoing = new OutgoingObject(STREAM, length);
    for (let block = 0; block < 80_000; block++) if (block !== 5 && block !== 79_000) incoming.close(block);
    const report = throughTheWire(incoming.report(roomForBlocks(0, MAX_FEEDBACK_STREAMS)));
    outgoing.onReport(report);
    expect(outgoing.isClosed(5)).toBe(false);
    expect(outgoing.isClosed(79_000)).toBe(false);
    expect(outgoing.isClosed(6)).toBe(true);
    incoming.close(5);
    outgoing.onReport(throughTheWire(incoming.report(10)));
    expect(outgoing.isClosed(79_000)).toBe(false);
    expect(outgoing.closedBelow).toBe(79_000);
  });

  test('knows its holes: chunks missing in blocks that later ones have passed', () => {
    const incoming = new IncomingObject(STREAM, 3 * 65_536);
    const full = new Uint8Array(CHUNK_LENGTH);
    for (let i = 0; i < 63; i++) incoming.take(0, i, full);
    incoming.take(1, 0, full);
    const holes: number[] = [];
    incoming.holes((chunk) => holes.push(chunk));
    expect(holes).toEqual([63]);
  });
});
