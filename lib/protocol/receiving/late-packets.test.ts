/**
 * The closing figures: what follows the last needed packet still counts, and both sides end with the same
 * sums.
 */
import { expect, test } from 'vitest';
import { CONTROL_LANE } from '../endpoint.ts';
import { encodeControl, type ControlMessage } from '../wire/control-message.ts';
import { LINGER, MAX_SENT_WAIT } from '../limits.ts';
import { encodeData } from '../wire/lane-packet.ts';
import { Receiver } from './receiver.ts';
import type { ReceiverEvent } from './receiver-event.ts';
import { ORIGINAL, streamOf } from '../wire/stream-id.ts';

/** A receiver that has verified a picture of one chunk at time 0, and its events. */
function verified() {
  const receiver = new Receiver();
  const say = (message: ControlMessage, now: number) =>
    receiver.handlePacket(encodeControl(message), CONTROL_LANE, now);
  const data = (number: number, now: number) =>
    receiver.handlePacket(
      encodeData(
        { symbol: 0, stream: streamOf(1, ORIGINAL), block: 0, number, sentAt: 0 },
        new Uint8Array(5),
      ),
      1,
      now,
    );
  const types = (): ReceiverEvent['type'][] => {
    const found: ReceiverEvent['type'][] = [];
    for (let event = receiver.pollEvent(); event; event = receiver.pollEvent()) found.push(event.type);
    return found;
  };
  const digest = new Uint8Array(32);
  const header = { name: 'p', type: 'image/png', byteLength: 5, modified: 0, digest, previewBytes: 0 };
  receiver.handleLaneOpen(1, 0);
  say({ type: 'offer', transfer: 1, header }, 0);
  receiver.accept(1, [], 0);
  data(0, 0);
  expect(types()).toContain('whole');
  receiver.verified(1, true, 0);
  const sent = (now: number) =>
    say({ type: 'sent', transfer: 1, packets: 4, retransmitted: 3, roundTrip: 100 }, now);
  return { receiver, data, sent, types };
}

test('[P-48, P-52] the figures are final a little after the sender’s count, however late that comes', () => {
  const { receiver, data, sent, types } = verified();
  receiver.handleTimeout(2 * LINGER);
  expect(types()).toEqual([]);
  data(1, 2 * LINGER);
  expect(types()).toEqual(['twice']);
  sent(3 * LINGER);
  data(2, 3 * LINGER + 50);
  receiver.handleTimeout(4 * LINGER - 1);
  expect(types()).toEqual(['twice']);
  receiver.handleTimeout(4 * LINGER);
  expect(types()).toEqual(['final']);
  expect(receiver.transfer(1)).toMatchObject({ packets: 3, duplicates: 2, sent: { packets: 4 } });
});

test('[P-48, P-52] a count that never comes is not waited for longer than its limit, and one that comes then is told', () => {
  const { receiver, sent, types } = verified();
  expect(receiver.nextTimeout()).toBeLessThanOrEqual(MAX_SENT_WAIT);
  receiver.handleTimeout(MAX_SENT_WAIT);
  expect(types()).toEqual(['final']);
  sent(MAX_SENT_WAIT + 1);
  expect(types()).toEqual(['final']);
});
