/**
 * The preview of an offer crosses before anybody has answered, so that an accepted picture appears at once.
 */
import { describe, expect, test } from 'vitest';
import { CONTROL_LANE } from './endpoint.ts';
import { everything, FaceToFace, header, noControl, noLanes } from './face-to-face.fixture.ts';
import { EARLY_PREVIEW_EFFORT, MAX_EARLY_PREVIEWS, MAX_UNOFFERED_PACKETS } from './limits.ts';
import { encodeData } from './wire/lane-packet.ts';
import { Receiver } from './receiving/receiver.ts';
import { ORIGINAL, PREVIEW, streamOf } from './wire/stream-id.ts';

const CHUNKS = 5;
const PREVIEW_BYTES = CHUNKS * 1024 - 100;

const previewsOf = (pair: FaceToFace) =>
  pair.receiverEvents.flatMap((event) =>
    event.type === 'block' && event.kind === PREVIEW ? event.transfer : [],
  );

/** The receiver has accepted a picture of this session before. */
function permitted(): FaceToFace {
  const pair = new FaceToFace();
  pair.sender.allowEarlyPreviews(true);
  return pair;
}

describe('before the first acceptance of a session', () => {
  test('[P-111] no preview leaves, however long the offers wait; then those of the others do', () => {
    const pair = new FaceToFace();
    const [first, second] = [1, 2].map(() => pair.sender.offer(header(100_000, PREVIEW_BYTES), pair.now)) as [
      number,
      number,
    ];
    pair.run(60_000);
    for (const id of [first, second]) expect(pair.sender.transfer(id)?.preview?.packetsSent).toBe(0);
    expect(pair.senderEvents.filter(({ type }) => type === 'need')).toEqual([]);
    pair.receiver.accept(first, [], pair.now);
    pair.run(5000);
    expect(previewsOf(pair)).toEqual([first, second]);
    expect(pair.sender.transfer(second)?.original.packetsSent).toBe(0);
  });

  test('[P-111] a declined offer permits nothing', () => {
    const pair = new FaceToFace();
    const [first, second] = [1, 2].map(() => pair.sender.offer(header(1000, PREVIEW_BYTES), pair.now));
    pair.settle();
    pair.receiver.decline(first!);
    pair.run(5000);
    expect(pair.sender.transfer(second!)?.preview?.packetsSent).toBe(0);
  });

  test('[P-111] the permission survives a receiver that was loaded anew, and ends when it is taken back', () => {
    const pair = permitted();
    pair.sender.resync(true);
    const early = pair.sender.offer(header(1000, PREVIEW_BYTES), pair.now);
    pair.run(5000);
    expect(previewsOf(pair)).toEqual([early]);
    pair.sender.allowEarlyPreviews(false);
    const later = pair.sender.offer(header(1000, PREVIEW_BYTES), pair.now);
    pair.run(5000);
    expect(pair.sender.transfer(later)?.preview?.packetsSent).toBe(0);
  });
});

describe('the preview of an offer', () => {
  test('[P-49] is whole before the answer, and nothing of the original leaves', () => {
    const pair = permitted();
    const id = pair.sender.offer(header(100_000, PREVIEW_BYTES), pair.now);
    pair.run(1000);
    expect(previewsOf(pair)).toEqual([id]);
    expect(pair.sender.transfer(id)).toMatchObject({ state: 'offered', preview: { complete: true } });
    expect(pair.sender.transfer(id)?.original.packetsSent).toBe(0);
    expect(pair.receiver.violations.count + pair.sender.violations.count).toBe(0);
    // Nobody is kept awake by an offer that waits.
    pair.sender.handleTimeout(pair.now);
    expect(pair.sender.nextTimeout() ?? Infinity).toBeGreaterThan(pair.now + 20);

    const { packetsSent } = pair.sender.transfer(id)!.preview!;
    pair.receiver.accept(id, [], pair.now);
    pair.run(5000, () => pair.said('whole') > 0);
    expect(pair.said('whole')).toBe(1);
    expect(previewsOf(pair)).toEqual([id]);
    expect(pair.sender.transfer(id)?.preview?.packetsSent).toBe(packetsSent);
  });

  test('waits for an offer that comes later than it', () => {
    const pair = permitted();
    pair.run(2000);
    const held: Uint8Array[] = [];
    pair.toReceiver = (bytes, lane) => lane === CONTROL_LANE && held.push(bytes.slice()) > 0;
    const id = pair.sender.offer(header(100_000, PREVIEW_BYTES), pair.now);
    pair.run(5);
    expect(previewsOf(pair)).toEqual([]);
    pair.toReceiver = everything;
    for (const bytes of held) pair.receiver.handlePacket(bytes, CONTROL_LANE, pair.now);
    pair.settle();
    expect(previewsOf(pair)).toEqual([id]);
    expect(pair.receiver.violations.count).toBe(0);
  });

  test('is given up after some effort, and sent when the picture is accepted', () => {
    const pair = permitted();
    pair.toReceiver = noControl;
    const id = pair.sender.offer(header(100_000, PREVIEW_BYTES), pair.now);
    pair.run(60_000);
    const { preview } = pair.sender.transfer(id)!;
    expect(preview?.packetsSent).toBe(CHUNKS * EARLY_PREVIEW_EFFORT);
    expect(pair.sender.transfer(id)?.state).toBe('offered');
    pair.toReceiver = () => false;
    pair.toReceiverSay({ type: 'offer', transfer: id, header: header(100_000, PREVIEW_BYTES) });
    pair.receiver.accept(id, [], pair.now);
    pair.run(5000, () => pair.said('whole') > 0);
    expect(pair.said('whole')).toBe(1);
    expect(previewsOf(pair)).toEqual([id]);
  });

  test('does not end an offer that nobody answers for an hour, without lanes that carry anything', () => {
    const pair = permitted();
    pair.toReceiver = noLanes;
    const id = pair.sender.offer(header(100_000, PREVIEW_BYTES), pair.now);
    pair.run(3_600_000);
    expect(pair.sender.transfer(id)?.state).toBe('offered');
    expect(pair.said('silence')).toBe(0);
  });

  test('is sent anew to a receiver that has forgotten everything', () => {
    const pair = permitted();
    const id = pair.sender.offer(header(100_000, PREVIEW_BYTES), pair.now);
    // Until the last probe is out, whose answer would do.
    pair.run(5000);
    pair.receiver = new Receiver();
    for (const lane of [1, 2, 3, 4]) {
      pair.sender.handleLaneClosed(lane, pair.now);
      pair.openLane(lane + 4);
    }
    pair.sender.resync(true);
    pair.run(1000);
    expect(previewsOf(pair)).toEqual([id, id]);
  });

  test('[P-57] is forgotten when the picture is declined', () => {
    const pair = permitted();
    pair.toReceiver = noLanes;
    const id = pair.sender.offer(header(100_000, PREVIEW_BYTES), pair.now);
    pair.run(100);
    pair.receiver.decline(id);
    pair.settle();
    pair.toReceiver = () => false;
    pair.run(5000);
    expect(previewsOf(pair)).toEqual([]);
    expect(pair.sender.transfer(id)).toMatchObject({ state: 'ended' });
  });
});

describe('of an album', () => {
  test('the first previews cross, and each answer makes room for another', () => {
    const pair = permitted();
    const ids = Array.from({ length: MAX_EARLY_PREVIEWS + 4 }, () =>
      pair.sender.offer(header(1000, PREVIEW_BYTES), pair.now),
    );
    pair.run(5000);
    expect(previewsOf(pair)).toEqual(ids.slice(0, MAX_EARLY_PREVIEWS));
    pair.receiver.decline(ids[0]!);
    pair.receiver.accept(ids[1]!, [], pair.now);
    pair.run(5000);
    expect(previewsOf(pair)).toEqual(ids.slice(0, MAX_EARLY_PREVIEWS + 2));
    expect(pair.receiver.violations.count).toBe(0);
  });

  test('previews do not hold up what was accepted', () => {
    const pair = permitted();
    const first = pair.sender.offer(header(300_000), pair.now);
    pair.settle();
    pair.receiver.accept(first, [], pair.now);
    pair.settle();
    pair.sender.offer(header(1000, PREVIEW_BYTES), pair.now);
    const order: number[] = [];
    pair.toReceiver = (bytes, lane) => {
      if (lane !== CONTROL_LANE) order.push((bytes[2]! << 8) | bytes[3]!);
      return false;
    };
    pair.run(10_000, () => pair.said('whole') > 0 && previewsOf(pair).length > 0);
    expect(previewsOf(pair)).toEqual([2]);
    const originals = order.flatMap((stream, i) => (stream === streamOf(first, ORIGINAL) ? i : []));
    expect(order.indexOf(streamOf(2, PREVIEW))).toBeGreaterThan(originals[290]!);
  });
});

describe('a receiver', () => {
  test('[P-30] takes nothing of an original before it is accepted', () => {
    const pair = permitted();
    const id = pair.sender.offer(header(1000, PREVIEW_BYTES), pair.now);
    pair.run(100);
    const data = { symbol: 0, stream: streamOf(id, ORIGINAL), block: 0, number: 500, sentAt: 0 };
    pair.receiver.handlePacket(encodeData(data, new Uint8Array(1000)), 1, pair.now);
    expect(pair.receiver.violations.last).toBe('wrong-state');
    expect(pair.receiver.transfer(id)).toMatchObject({ packets: 0, chunks: 0 });
  });

  test('[P-49] keeps a bounded number of early previews, whoever sends them', () => {
    const pair = permitted();
    pair.toSender = () => true;
    const offers = 3 * MAX_EARLY_PREVIEWS;
    for (let id = 1; id <= offers; id++) {
      pair.toReceiverSay({ type: 'offer', transfer: id, header: header(1000, PREVIEW_BYTES) });
      const data = { symbol: 0, stream: streamOf(id, PREVIEW), block: 0, number: id, sentAt: 0 };
      pair.receiver.handlePacket(encodeData(data, new Uint8Array(1024)), 1, pair.now);
    }
    expect(pair.receiver.violations.last).toBe('too-many-offers');
    expect(pair.receiver.violations.count).toBe(offers - 2 * MAX_EARLY_PREVIEWS);
  });

  test('[P-49] keeps a bounded number of packets for offers on their way, and none of a picture that it knows', () => {
    const pair = permitted();
    const chunks = 60;
    const symbols = MAX_UNOFFERED_PACKETS + chunks - 1;
    for (let symbol = 0; symbol < symbols; symbol++) {
      // Probes had the first numbers.
      const data = { symbol, stream: streamOf(2, PREVIEW), block: 0, number: 100 + symbol, sentAt: 0 };
      pair.receiver.handlePacket(encodeData(data, new Uint8Array(1024)), 1, pair.now);
    }
    const number = 100 + symbols;
    const original = { symbol: 0, stream: streamOf(2, ORIGINAL), block: 0, number, sentAt: 0 };
    pair.receiver.handlePacket(encodeData(original, new Uint8Array(1024)), 1, pair.now);
    expect(pair.receiver.violations.count).toBe(1);
    pair.toReceiverSay({ type: 'offer', transfer: 2, header: header(1000, chunks * 1024) });
    pair.settle();
    // The first 59 were let go.
    expect(pair.receiver.transfer(2)?.preview?.whole).toBe(true);
    pair.toReceiverSay({ type: 'offer', transfer: 3, header: header(1001, 1024) });
    const late = { symbol: 0, stream: streamOf(1, PREVIEW), block: 0, number: number + 1, sentAt: 0 };
    pair.receiver.handlePacket(encodeData(late, new Uint8Array(1024)), 1, pair.now);
    expect(pair.receiver.violations.last).toBe('unknown-transfer');
    expect(pair.receiver.violations.count).toBe(2);
  });
});
