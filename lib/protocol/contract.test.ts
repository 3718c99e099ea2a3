/**
 * What a peer may rely on at the edges of a session: numbers of streams, first and last words, probes,
 * feedback in time.
 */
import { describe, expect, test } from 'vitest';
import { CONTROL_LANE } from './endpoint.ts';
import { FaceToFace, header, noLanes } from './face-to-face.fixture.ts';
import { Receiver } from './receiving/receiver.ts';
import { Sender } from './sending/sender.ts';
import { encodeControl } from './wire/control-message.ts';
import { decodeFeedback } from './wire/feedback-packet.ts';
import { DATA, decodeData, encodeData, FEEDBACK, PROBE, splitMessage } from './wire/lane-packet.ts';

const INSTANCE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

describe('transfers', () => {
  test('[P-3] are numbered upwards, and carry their original at 2 n + 1 and their preview at 2 n', () => {
    const pair = new FaceToFace();
    const streams = new Map<number, Set<number>>();
    pair.toReceiver = (bytes, lane) => {
      if (lane === CONTROL_LANE || bytes[0] !== DATA) return false;
      for (const packet of splitMessage(bytes)) {
        const { stream } = decodeData(packet);
        streams.set(stream >> 1, (streams.get(stream >> 1) ?? new Set()).add(stream));
      }
      return false;
    };
    const ids = [header(20_000, 3000), header(30_000), header(5000, 100)].map((one) =>
      pair.sender.offer(one, pair.now),
    );
    pair.settle();
    for (const id of ids) pair.receiver.accept(id, [], pair.now);
    pair.run(5000, () => pair.said('whole') === 3);
    expect(ids).toEqual([1, 2, 3]);
    expect([...streams].map(([id, seen]) => [id, [...seen].sort((a, b) => a - b)])).toEqual([
      [1, [2, 3]],
      [2, [5]],
      [3, [6, 7]],
    ]);
  });
});

describe('the first and the last word', () => {
  test('[P-15] says who speaks, in both directions, and another version is refused by name', () => {
    const pair = new FaceToFace();
    pair.sender.hello(INSTANCE, 'Ada');
    pair.receiver.hello(INSTANCE, 'Bob');
    pair.settle();
    expect(pair.receiverEvents).toContainEqual({ type: 'hello', instance: INSTANCE, name: 'Ada' });
    expect(pair.senderEvents).toContainEqual({ type: 'hello', instance: INSTANCE, name: 'Bob' });
    const other = encodeControl({ type: 'hello', instance: INSTANCE, name: 'Ada' });
    other[1] = 2;
    pair.receiverEvents = [];
    pair.receiver.handlePacket(other, CONTROL_LANE, pair.now);
    pair.settle();
    expect(pair.receiverEvents).toEqual([]);
    expect(pair.receiver.violations.count).toBe(1);
  });

  test('[P-20] of a person who leaves is heard by the other side, whichever that is', () => {
    const pair = new FaceToFace();
    pair.sender.bye();
    pair.receiver.bye();
    pair.settle();
    expect(pair.receiverEvents).toEqual([{ type: 'bye' }]);
    expect(pair.senderEvents).toContainEqual({ type: 'bye' });
  });
});

describe('a path that has nothing to carry', () => {
  test('[P-28] is probed with 64 packets of 16 bytes, 25 ms apart, over four lanes in turn', () => {
    const sender = new Sender();
    for (let lane = 1; lane <= 6; lane++) sender.handleLaneOpen(lane, 0);
    const probes: { at: number; lane: number }[] = [];
    for (let now = 0; now < 5000; now++) {
      sender.handleTimeout(now);
      for (let out = sender.pollTransmit(now); out; out = sender.pollTransmit(now)) {
        expect(out.bytes[0]).toBe(PROBE);
        // Trains are P-121's.
        if (out.bytes.length > 16) continue;
        probes.push({ at: now, lane: out.lane });
      }
    }
    expect(probes).toHaveLength(64);
    expect(new Set(probes.map(({ at }, i) => at - (probes[i - 1]?.at ?? at - 25)))).toEqual(new Set([25]));
    for (const { lane } of probes.slice(0, 4)) expect(lane).toBeLessThanOrEqual(4);
    expect(new Set(probes.slice(0, 4).map(({ lane }) => lane)).size).toBe(4);
    expect(probes.slice(4).map(({ lane }) => lane)).toEqual(probes.slice(0, -4).map(({ lane }) => lane));
  });
});

/** A receiver of one accepted picture with its lanes, and when it sent which feedback over which lane. */
class Listener {
  readonly receiver = new Receiver();
  readonly sent: { at: number; lane: number; bytes: Uint8Array }[] = [];
  now = 1000;
  #number = 0;

  constructor(byteLength: number) {
    for (let lane = 1; lane <= 5; lane++) this.receiver.handleLaneOpen(lane, this.now);
    const offer = encodeControl({ type: 'offer', transfer: 1, header: { ...header(byteLength) } });
    this.receiver.handlePacket(offer, CONTROL_LANE, this.now);
    this.receiver.accept(1, [], this.now);
    this.drain();
  }

  data(block: number, symbol: number, sentAt: number): void {
    const packet = { stream: 3, block, symbol, number: this.#number++, sentAt };
    this.receiver.handlePacket(encodeData(packet, new Uint8Array(1024)), 1, this.now);
    this.drain();
  }

  run(until: number): void {
    for (; this.now < until; this.now++) {
      this.receiver.handleTimeout(this.now);
      this.drain();
    }
  }

  drain(): void {
    for (let out = this.receiver.pollTransmit(this.now); out; out = this.receiver.pollTransmit(this.now))
      if (out.bytes[0] === FEEDBACK && out.lane !== CONTROL_LANE)
        this.sent.push({ at: this.now, lane: out.lane, bytes: out.bytes });
  }
}

describe('feedback', () => {
  test('[P-36] tells an acceptance at once and three times, over three lanes', () => {
    const { sent, now } = new Listener(200_000);
    expect(sent.map(({ at }) => at)).toEqual([now, now, now]);
    expect(new Set(sent.map(({ lane }) => lane)).size).toBe(3);
  });

  test('[P-36] goes at most every 10 ms while packets come, and skips a lane that holds bytes back', () => {
    const listener = new Listener(2_000_000);
    listener.receiver.handleLaneBacklog(2, 5000, listener.now);
    listener.run(listener.now + 50);
    listener.sent.length = 0;
    for (let i = 0; i < 60; i++) {
      listener.data(i >> 4, i & 15, 0);
      listener.run(listener.now + 1);
    }
    const times = listener.sent.map(({ at }) => at);
    expect(times.length).toBeGreaterThan(4);
    for (const [i, at] of times.entries()) if (i > 0) expect(at - times[i - 1]!).toBeGreaterThanOrEqual(10);
    expect(listener.sent.map(({ lane }) => lane)).not.toContain(2);
  });

  test('[P-36] without news is repeated after 20 ms, and then 1.5 times later each time, up to 400 ms', () => {
    const listener = new Listener(200_000);
    listener.run(listener.now + 5000);
    const times = [...new Set(listener.sent.map(({ at }) => at))];
    const gaps = times.slice(1).map((at, i) => at - times[i]!);
    const expected = gaps.map((_, i) => Math.min(400, Math.ceil(20 * 1.5 ** i)));
    for (const [i, gap] of gaps.entries()) expect(Math.abs(gap - expected[i]!)).toBeLessThanOrEqual(1);
    expect(gaps.at(-1)).toBe(400);
  });

  test('[P-33] names how long the newest packet has been here, and the least one-way delay since the last one', () => {
    const listener = new Listener(2_000_000);
    listener.run(listener.now + 1000);
    listener.sent.length = 0;
    const start = listener.now;
    listener.data(0, 0, (start - 20) * 10);
    // Sent 7 and 3 ms ago by the sender's clock; a packet that they have overtaken counts for neither.
    listener.data(0, 1, (start - 7) * 10);
    listener.data(0, 2, (start - 3) * 10);
    listener.data(0, 3, (start - 5) * 10);
    listener.run(start + 30);
    const next = listener.sent.find(({ bytes }) => decodeFeedback(bytes).packets === 4)!;
    const told = decodeFeedback(next.bytes);
    expect(told.newestSentAt).toBe((start - 3) * 10);
    expect(told.ackDelay).toBe((next.at - start) * 10);
    expect(told.delay).toBe(30);
    expect(told.byteLength).toBe(4 * (16 + 1024));
  });
});

describe('a sender without feedback', () => {
  test('[P-47] sends one packet every 50 ms once it has heard nothing for half a second', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(20_000_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.run(300);
    pair.toSender = noLanes;
    pair.run(3000);
    let packets = 0;
    pair.toReceiver = (bytes, lane) => {
      if (lane !== CONTROL_LANE && bytes[0] === DATA) packets += splitMessage(bytes).length;
      return false;
    };
    pair.run(2000);
    expect(packets).toBeGreaterThanOrEqual(36);
    expect(packets).toBeLessThanOrEqual(44);
  });
});
