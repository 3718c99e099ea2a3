/** Each row of the table in P-50, on both sides, and the sums of P-51. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytesAtReceiver,
  receiverFigures,
  senderFigures,
  type ReceiverCounts,
  type SenderCounts,
} from './figures.ts';

const atReceiver: ReceiverCounts = {
  byteLength: 100_000,
  chunksTotal: 98,
  chunks: 40,
  repaired: 3,
  holes: 2,
  packets: 45,
  duplicates: 4,
  overtaken: 5,
  sent: undefined,
  bytesReceived: 32_768,
  prefixBytes: 16_384,
  rate: 50_000,
  seconds: 2,
  over: false,
  roundTrip: undefined,
  lanes: 16,
};

const atSender: SenderCounts = {
  byteLength: 100_000,
  chunksTotal: 98,
  chunks: 40,
  packets: 60,
  retransmitted: 6,
  lost: 7,
  reported: undefined,
  prefixBytes: 16_384,
  rate: 50_000,
  seconds: 2,
  done: false,
  roundTrip: 80,
  lanes: 32,
};
const reported = { packets: 50, duplicates: 4, repaired: 3, holes: 2, final: false };

describe('[P-50] at the receiver', () => {
  const figures = receiverFigures(atReceiver);

  test('chunks: total, received, repaired, and lost as repaired plus the holes of the moment', () => {
    expect(figures).toMatchObject({
      chunksTotal: 98,
      chunksReceived: 40,
      chunksRepaired: 3,
      chunksLost: 5,
    });
    expect(receiverFigures({ ...atReceiver, chunks: 200 }).chunksReceived).toBe(98);
  });

  test('packets sent are an estimate until SENT: received plus overtaken', () => {
    expect(figures).toMatchObject({
      packetsSent: 50,
      packetsReceived: 45,
      packetsLost: 5,
      retransmitted: 0,
      duplicates: 4,
      lossPercent: 10,
    });
    // 110 packets of 98 chunks: at least twelve were sent again.
    expect(receiverFigures({ ...atReceiver, packets: 105 }).retransmitted).toBe(12);
  });

  test("packets sent are the sender's count from SENT on, and losses never fall below zero", () => {
    const sent = { packets: 60, retransmitted: 9 };
    expect(receiverFigures({ ...atReceiver, sent })).toMatchObject({
      packetsSent: 60,
      packetsLost: 15,
      retransmitted: 9,
      lossPercent: 25,
    });
    expect(receiverFigures({ ...atReceiver, sent: { packets: 44, retransmitted: 0 } }).packetsLost).toBe(0);
  });

  test('the time left is that of the missing bytes at the present rate, and none once over or without a rate', () => {
    expect(figures.secondsLeft).toBeCloseTo((100_000 - 32_768) / 50_000);
    expect(receiverFigures({ ...atReceiver, over: true }).secondsLeft).toBeUndefined();
    expect(receiverFigures({ ...atReceiver, rate: 0 }).secondsLeft).toBeUndefined();
  });

  test('averages, percentages, round trip and lanes', () => {
    expect(figures).toMatchObject({ averageRate: 16_384, rate: 50_000, seconds: 2, lanes: 16 });
    expect(figures.successPercent).toBeCloseTo(40.82, 2);
    expect(figures.roundTrip).toBeUndefined();
    expect(receiverFigures({ ...atReceiver, roundTrip: 80 }).roundTrip).toBe(80);
  });

  test('a file without bytes is a success, and nothing sent is no loss', () => {
    const empty = { ...atReceiver, byteLength: 0, chunksTotal: 0, chunks: 0, packets: 0, overtaken: 0 };
    expect(receiverFigures(empty)).toMatchObject({ successPercent: 100, lossPercent: 0 });
  });
});

describe('[P-50] at the sender', () => {
  test('before any report the losses are those of loss detection, at most what was sent', () => {
    expect(senderFigures(atSender)).toMatchObject({
      packetsSent: 60,
      packetsReceived: 0,
      packetsLost: 7,
      chunksLost: 0,
      chunksRepaired: 0,
      retransmitted: 6,
      roundTrip: 80,
      lanes: 32,
    });
    expect(senderFigures({ ...atSender, lost: 1000 }).packetsLost).toBe(60);
  });

  test("packets received, duplicates, repaired and lost chunks are the receiver's, from PROGRESS", () => {
    expect(senderFigures({ ...atSender, reported })).toMatchObject({
      packetsReceived: 50,
      duplicates: 4,
      chunksRepaired: 3,
      chunksLost: 5,
      packetsLost: 7,
    });
  });

  test('the final report decides the losses', () => {
    expect(senderFigures({ ...atSender, reported: { ...reported, final: true } })).toMatchObject({
      packetsLost: 10,
      lossPercent: (100 * 10) / 60,
    });
  });

  test('bytes are the chunks known to be there, at most the length; all once done, and no hole is left', () => {
    expect(senderFigures(atSender)).toMatchObject({ bytesReceived: 40_960, prefixBytes: 16_384 });
    expect(bytesAtReceiver({ byteLength: 100_000, chunks: 98, done: false })).toBe(100_000);
    expect(senderFigures({ ...atSender, reported, done: true })).toMatchObject({
      bytesReceived: 100_000,
      prefixBytes: 100_000,
      chunksReceived: 98,
      chunksLost: 3,
      successPercent: 100,
    });
    expect(senderFigures({ ...atSender, done: true }).secondsLeft).toBeUndefined();
  });
});

test('[P-51] once final, packets sent are those received and those lost, on both sides', () => {
  const count = fc.nat({ max: 100_000 });
  fc.assert(
    fc.property(count, count, (received, lost) => {
      const packets = received + lost;
      const receiver = receiverFigures({
        ...atReceiver,
        packets: received,
        sent: { packets, retransmitted: 0 },
      });
      const sender = senderFigures({
        ...atSender,
        packets,
        reported: { ...reported, packets: received, final: true },
      });
      for (const figures of [receiver, sender]) {
        expect(figures.packetsSent).toBe(figures.packetsReceived + figures.packetsLost);
        expect(figures.packetsLost).toBe(lost);
      }
    }),
  );
});
