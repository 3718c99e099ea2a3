/** Either side lets a transfer rest, and lets it go on. */
import { describe, expect, test, vi } from 'vitest';
import { MAX_PAUSED, MAX_SILENCE } from './limits.ts';
import { FaceToFace, header, noControl } from './face-to-face.fixture.ts';

// A busy machine takes many times as long.
vi.setConfig({ testTimeout: 60_000 });

const SIZE = 3_000_000;

/** A picture some blocks of which have crossed. */
function halfWay(): { pair: FaceToFace; id: number; packets: () => number } {
  const pair = new FaceToFace();
  const id = pair.sender.offer(header(SIZE), pair.now);
  pair.settle();
  pair.receiver.accept(id, [], pair.now);
  const packets = () => pair.sender.transfer(id)!.original.packetsSent;
  pair.run(5000, () => packets() > 500);
  return { pair, id, packets };
}

describe('a pause', () => {
  test.each(['sender', 'receiver'] as const)(
    '[P-124] of the %s stops the bytes, is shown to the other side, lasts longer than any silence, and ends with every byte delivered once',
    (side) => {
      const { pair, id, packets } = halfWay();
      expect(pair[side].pause(id, true, pair.now)).toBe(true);
      pair.settle();
      const other = side === 'sender' ? pair.receiverEvents : pair.senderEvents;
      expect(other).toContainEqual({ type: 'paused', transfer: id, paused: true });
      pair.run(100);
      const then = packets();
      pair.run(3 * MAX_SILENCE);
      expect(packets()).toBe(then);
      expect(pair.said('silence')).toBe(0);
      // While it rests nothing is said about it either.
      const quiet = pair.sender.nextTimeout() ?? Infinity;
      expect(quiet - pair.now).toBeGreaterThan(500);

      expect(pair[side].pause(id, false, pair.now)).toBe(true);
      pair.run(60_000, () => pair.said('whole') > 0);
      pair.receiver.verified(id, true, pair.now);
      pair.run(10_000);
      expect(pair.sender.transfer(id)?.state).toBe('done');
      const blocks = pair.receiverEvents.flatMap((event) => (event.type === 'block' ? [event.block] : []));
      expect(new Set(blocks).size).toBe(blocks.length);
      expect(packets()).toBeLessThan(1.1 * Math.ceil(SIZE / 1024));
    },
  );

  test('[P-124] holds until neither side wants it', () => {
    const { pair, id, packets } = halfWay();
    pair.sender.pause(id, true, pair.now);
    pair.receiver.pause(id, true, pair.now);
    pair.run(100);
    const then = packets();
    pair.sender.pause(id, false, pair.now);
    pair.run(5000);
    expect(packets()).toBe(then);
    pair.receiver.pause(id, false, pair.now);
    pair.run(5000);
    expect(packets()).toBeGreaterThan(then);
  });

  test('[P-124] lets the next picture pass', () => {
    const { pair, id } = halfWay();
    const next = pair.sender.offer(header(50_000), pair.now);
    pair.settle();
    pair.receiver.accept(next, [], pair.now);
    pair.receiver.pause(id, true, pair.now);
    pair.run(5000);
    expect(pair.receiverEvents).toContainEqual({ type: 'whole', transfer: next });
  });

  test('[P-124] is said again when the control channel was lost with it, and so is its end', () => {
    for (const side of ['sender', 'receiver'] as const) {
      const { pair, id, packets } = halfWay();
      const drop = side === 'sender' ? 'toReceiver' : 'toSender';
      const other = side === 'sender' ? 'receiver' : 'sender';
      for (const paused of [true, false]) {
        pair[drop] = noControl;
        pair[side].pause(id, paused, pair.now);
        pair.run(50);
        expect(pair[other].transfer(id)?.pauses.there).toBe(!paused);
        pair[drop] = () => false;
        pair.sender.resync(false);
        pair.run(50);
        expect(pair[other].transfer(id)?.pauses.there).toBe(paused);
      }
      pair.run(60_000, () => pair.said('whole') > 0);
      expect(packets()).toBeGreaterThan(0);
    }
  });

  test('[P-124] of the sender survives a reload of the receiver', () => {
    const { pair, id } = halfWay();
    pair.sender.pause(id, true, pair.now);
    pair.sender.resync(true);
    expect(pair.sender.transfer(id)?.pauses).toMatchObject({ here: true, there: false });
  });

  test('[P-124] does not fill a sender’s memory: beyond a bound of begun pictures it has no effect', () => {
    const pair = new FaceToFace();
    for (let n = 0; n < MAX_PAUSED + 4; n++) {
      const id = pair.sender.offer(header(SIZE), pair.now);
      pair.settle();
      pair.receiver.accept(id, [], pair.now);
      const begun = () => pair.sender.transfer(id)!.begun;
      // Once there are too many, the first of them that goes on is in front.
      pair.run(2000, begun);
      pair.toSenderSay({ type: 'pause', transfer: id, paused: true });
      pair.settle();
    }
    const resting = Array.from({ length: MAX_PAUSED + 4 }, (_, n) => pair.sender.transfer(n + 1)!).filter(
      ({ pauses, begun }) => pauses.any && begun,
    );
    expect(resting.length).toBe(MAX_PAUSED);
    // An honest receiver keeps within half of it.
    const honest = halfWay();
    let paused = 0;
    for (let n = 0; n < MAX_PAUSED; n++) {
      const id = honest.pair.sender.offer(header(SIZE), honest.pair.now);
      honest.pair.settle();
      honest.pair.receiver.accept(id, [], honest.pair.now);
      honest.pair.receiver.pause(honest.id, true, honest.pair.now);
      honest.pair.run(2000, () => honest.pair.receiver.transfer(id)!.packets > 0);
      if (honest.pair.receiver.pause(id, true, honest.pair.now)) paused += 1;
    }
    expect(paused).toBeLessThanOrEqual(MAX_PAUSED / 2);
  });

  test('[P-124, P-98] about a transfer that is over has no effect, and one that was never offered is refused', () => {
    const { pair, id } = halfWay();
    pair.sender.cancel(id);
    pair.settle();
    const before = [pair.sender.violations.count, pair.receiver.violations.count];
    pair.toSenderSay({ type: 'pause', transfer: id, paused: true });
    pair.toReceiverSay({ type: 'pause', transfer: id, paused: true });
    expect([pair.sender.violations.count, pair.receiver.violations.count]).toEqual(before);
    expect(pair.sender.pause(id, true, pair.now)).toBe(false);
    expect(pair.receiver.pause(id, true, pair.now)).toBe(false);
    pair.toReceiverSay({ type: 'pause', transfer: 99, paused: true });
    expect(pair.receiver.violations.count).toBe(before[1]! + 1);
  });
});
