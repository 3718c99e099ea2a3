/**
 * A receiver that is never satisfied, from the sender's page: the picture ends, and the page has the figures
 * of what was sent.
 */
import { expect, test } from 'vitest';
import { CONTROL_LANE } from '../../protocol/endpoint.ts';
import { SENDING_ALLOWANCE, SENDING_EFFORT } from '../../protocol/limits.ts';
import { encodeControl } from '../../protocol/wire/control-message.ts';
import { encodeFeedback } from '../../protocol/wire/feedback-packet.ts';
import { splitMessage } from '../../protocol/wire/lane-packet.ts';
import { ORIGINAL, streamOf } from '../../protocol/wire/stream-id.ts';
import type { TransferSnapshot } from '../model.ts';
import { BatchWriter, readBatch } from '../bridge/packet-batch.ts';
import { SenderEngine } from './sender-engine.ts';

const CHUNKS = 98;
const LANES = Array.from({ length: 32 }, (_, i) => i + 1);

test('[P-45] a picture that has cost its budget fails as a violation, and its figures say how much was sent', async () => {
  let now = 0;
  let timers: { at: number; callback: () => void }[] = [];
  let card: Partial<TransferSnapshot> = {};
  const sent = new Map<number, number>();
  let [packets, byteLength] = [0, 0];
  const engine = new SenderEngine(
    {
      now: () => now,
      schedule: (delay, callback) => {
        const timer = { at: now + delay, callback };
        timers.push(timer);
        return () => (timers = timers.filter((other) => other !== timer));
      },
      post: (message) => {
        if (message.type === 'update') card = { ...card, ...message.update };
        if (message.type !== 'transmit') return;
        readBatch(message.batch, (lane, data) => {
          if (lane === CONTROL_LANE) return;
          const count = [...splitMessage(data)].length;
          sent.set(lane, (sent.get(lane) ?? 0) + count);
          packets += count;
          byteLength += data.length;
        });
      },
    },
    new Uint8Array(8).fill(1),
  );
  const hear = (lane: number, data: Uint8Array): void => {
    const writer = new BatchWriter();
    writer.add(lane, data, now);
    engine.handle({ type: 'packets', batch: writer.take() });
  };
  const until = async (state: string): Promise<void> => {
    await expect.poll(() => card.state, { timeout: 10_000, interval: 1 }).toBe(state);
  };

  for (const lane of LANES) engine.handle({ type: 'lane-open', lane });
  engine.handle({ type: 'connected', name: 'x', meeting: 0 });
  hear(CONTROL_LANE, encodeControl({ type: 'hello', instance: new Uint8Array(8), name: 'y' }));
  const blob = new Blob([new Uint8Array(CHUNKS * 1024)]);
  engine.handle({
    type: 'send',
    picture: { id: 'a', blob, name: 'a', type: 'image/png', modified: 0 },
  });
  await until('offered');
  hear(CONTROL_LANE, encodeControl({ type: 'accept', transfer: 1, have: [] }));
  await until('sending');

  const lacking = [0, 1].map((block) => ({ block, symbols: CHUNKS / 2 }));
  const streams = [{ stream: streamOf(1, ORIGINAL), closedBelow: 0, listedThrough: 2, lacking }];
  for (let number = 1; card.state === 'sending' && now < 240_000; number++) {
    // The picture's bytes are read meanwhile.
    if (number % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    now += 4;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { callback } of due) callback();
    // All that was sent has arrived, and none of it helped.
    const lanes = [...sent].map(([lane, count]) => ({ lane, highest: count - 1, received: count }));
    const clock = { clock: now * 10, newestSentAt: (now - 2) * 10, ackDelay: 0, delay: 0 };
    hear(1, encodeFeedback({ number, ...clock, packets, byteLength, lanes, streams }));
  }

  expect(card).toMatchObject({ state: 'failed', problem: { code: 'protocol-violation' } });
  const budget = SENDING_EFFORT * CHUNKS + SENDING_ALLOWANCE;
  expect(card.figures?.packetsSent).toBeGreaterThan(budget);
  expect(card.figures?.packetsSent).toBeLessThanOrEqual(budget + 10);
}, 60_000);
