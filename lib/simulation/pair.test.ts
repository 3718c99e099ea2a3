import { describe, expect, test } from 'vitest';
import { CONTROL_LANE } from '../protocol/endpoint.ts';
import type { Endpoint, LaneId, Millis, Transmit } from '../protocol/endpoint.ts';
import type { LinkOptions } from './link.ts';
import { Pair } from './pair.ts';
import { ReliableFlow } from './reliable-flow.ts';
import type { PairOptions } from './pair.ts';

interface Got {
  value: number;
  lane: LaneId;
}

/** Sends numbered messages at a fixed pace over its lanes in turn, and says what it receives. */
class Talker implements Endpoint<Got> {
  readonly #outbox: Transmit[] = [];
  readonly #events: Got[] = [];
  readonly lanes: LaneId[] = [];
  readonly backlogs: number[] = [];
  #at: Millis | undefined;
  #next = 0;
  readonly #count: number;
  readonly #every: Millis;
  readonly #size: number;
  readonly #control: boolean;

  constructor({ count = 0, every = 1, size = 1044, control = false } = {}) {
    this.#count = count;
    this.#every = every;
    this.#size = size;
    this.#control = control;
    this.#at = count > 0 ? 0 : undefined;
  }
  /** A message on lane 1 that no timer asked for. */
  say(value: number): void {
    const bytes = new Uint8Array(this.#size);
    new DataView(bytes.buffer).setUint32(0, value);
    this.#outbox.push({ lane: 1, bytes });
  }
  handlePacket(bytes: Uint8Array, lane: LaneId): void {
    this.#events.push({ value: new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), lane });
    bytes.fill(0xff); // ours now: a duplicate must not see this
  }
  handleTimeout(now: Millis): void {
    const bytes = new Uint8Array(this.#size);
    new DataView(bytes.buffer).setUint32(0, this.#next);
    const lanes = this.lanes.filter((lane) => (lane === CONTROL_LANE) === this.#control);
    const lane = lanes[this.#next % lanes.length];
    if (lane !== undefined) this.#outbox.push({ lane, bytes });
    this.#next++;
    this.#at = this.#next < this.#count ? now + this.#every : undefined;
  }
  handleLaneOpen(lane: LaneId): void {
    this.lanes.push(lane);
  }
  handleLaneClosed(lane: LaneId): void {
    this.lanes.splice(this.lanes.indexOf(lane), 1);
  }
  handleLaneBacklog(_lane: LaneId, byteLength: number): void {
    this.backlogs.push(byteLength);
  }
  pollTransmit(): Transmit | undefined {
    return this.#outbox.shift();
  }
  pollEvent(): Got | undefined {
    return this.#events.shift();
  }
  nextTimeout(): Millis | undefined {
    return this.#at;
  }
}

const LINK: LinkOptions = { rate: 50_000_000, queueMs: 100, delay: 50, seed: 3 };

function talk(options: Partial<PairOptions<Got, Got>> = {}): Pair<Got, Got> {
  return new Pair({
    a: new Talker({ count: 1000 }),
    b: new Talker(),
    aToB: LINK,
    bToA: { ...LINK, seed: 4 },
    lanes: 4,
    laneModel: 'plain',
    ...options,
  });
}

const values = (pair: Pair<Got, Got>): number[] => pair.events.map(({ event }) => event.value);
const inOrder = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('pair', () => {
  test('opens the control lane and the numbered lanes on both sides', () => {
    const a = new Talker();
    const b = new Talker();
    talk({ a, b, lanes: 3 });
    expect(a.lanes).toEqual([0, 1, 2, 3]);
    expect(b.lanes).toEqual([0, 1, 2, 3]);
  });

  test('jumps from event to event and ends when nothing is left', () => {
    const pair = talk();
    expect(pair.run()).toBe('idle');
    expect(values(pair)).toEqual(inOrder(1000));
    const transmission = ((1044 + 93) * 8) / 50_000;
    expect(pair.events[0]?.at).toBeCloseTo(50 + transmission, 9);
    expect(pair.now).toBeCloseTo(999 + 50 + transmission, 9);
    expect(pair.steps).toBeLessThan(2100);
  });

  test('runs both directions at once', () => {
    const pair = talk({ b: new Talker({ count: 500 }) });
    pair.run();
    expect(pair.events.filter(({ side }) => side === 'a').length).toBe(500);
    expect(pair.events.filter(({ side }) => side === 'b').length).toBe(1000);
  });

  test('repeats a lossy run exactly', () => {
    const rough: LinkOptions = {
      ...LINK,
      loss: { kind: 'independent', p: 0.3 },
      duplicate: 0.1,
      reorder: { p: 0.1, by: 5 },
    };
    const [first, second] = [0, 1].map(() => {
      const pair = talk({ aToB: rough, a: new Talker({ count: 1000 }), b: new Talker() });
      pair.run();
      return pair.events;
    });
    expect(second).toEqual(first);
    expect(first?.length).toBeLessThan(900);
  });

  test('hands each copy of a duplicated message out as bytes of its own', () => {
    const pair = talk({ aToB: { ...LINK, duplicate: 1 } });
    pair.run();
    expect(values(pair)).toEqual(inOrder(1000).flatMap((value) => [value, value]));
  });

  test.each([0, 0.1, 0.6])('keeps the control lane whole and in order at a loss of %f', (p) => {
    const lossy: LinkOptions = { ...LINK, loss: { kind: 'independent', p }, duplicate: 0.1 };
    const pair = talk({
      aToB: lossy,
      bToA: { ...lossy, seed: 9 },
      a: new Talker({ count: 50, control: true }),
    });
    expect(pair.run()).toBe('idle');
    expect(values(pair)).toEqual(inOrder(50));
    expect(pair.events.every(({ event }) => event.lane === CONTROL_LANE)).toBe(true);
  });

  test('counts the messages of each lane on both of its ends', () => {
    const pair = talk({ aToB: { ...LINK, loss: { kind: 'independent', p: 0.2 } } });
    pair.run();
    const counts = pair.laneCounts('aToB').filter(({ lane }) => lane > 0);
    expect(counts.map(({ sent }) => sent)).toEqual([250, 250, 250, 250]);
    expect(counts.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(pair.events.length);
    expect(pair.events.length).toBe(1000 - pair.links.aToB.stats.lost);
  });

  test('loses what is in flight on a lane that closes and carries on with the others', () => {
    const pair = talk();
    pair.at(500, () => pair.closeLane(1));
    pair.at(700, () => pair.openLane(9));
    pair.run();
    const last = pair.events.findLast(({ event }) => event.lane === 1);
    expect(last?.at).toBeLessThan(500);
    expect(pair.events.some(({ event }) => event.lane === 9)).toBe(true);
    expect(1000 - pair.events.length).toBeGreaterThanOrEqual(10); // 50 ms of every fourth message
    expect(1000 - pair.events.length).toBeLessThanOrEqual(14);
  });

  test('changes the link in the middle of a run', () => {
    const pair = talk();
    pair.at(500, () => pair.links.aToB.set({ loss: { kind: 'independent', p: 1 } }));
    pair.run();
    expect(pair.events.length).toBeGreaterThanOrEqual(499);
    expect(pair.events.length).toBeLessThanOrEqual(501);
  });

  test('lets a rival flow share the queue of a direction', () => {
    const narrow: LinkOptions = { ...LINK, rate: 10_000_000 };
    const arrivals = [false, true].map((rival) => {
      const pair = talk({ a: new Talker({ count: 2000, every: 2 }), b: new Talker(), aToB: narrow });
      const flow = rival
        ? new ReliableFlow({ model: 'newreno', size: Infinity }, pair.path('aToB'))
        : undefined;
      pair.run({ maxTime: 4100 });
      // The talker offers 4.5 of the 10 Mbit/s; the rival must live with the rest.
      if (flow) expect((flow.delivered * 8) / 4.1).toBeGreaterThan(3_000_000);
      return { received: pair.events.length, delay: pair.links.aToB.stats.queueDelayMax };
    });
    expect(arrivals[0]?.received).toBe(2000);
    expect(arrivals[0]?.delay).toBe(0);
    expect(arrivals[1]?.received).toBeLessThan(2000);
    expect(arrivals[1]?.received).toBeGreaterThan(1500);
    expect(arrivals[1]?.delay).toBeGreaterThan(90);
  });

  test('sends at once what a listener makes an endpoint send', () => {
    const b = new Talker();
    const pair = talk({
      a: new Talker({ count: 1 }),
      b,
      onEvent: ({ side }) => {
        if (side === 'b') b.say(1);
      },
    });
    pair.run();
    const transmission = ((1044 + 93) * 8) / 50_000;
    expect(pair.events.map(({ side }) => side)).toEqual(['b', 'a']);
    expect(pair.events[1]?.at).toBeCloseTo(2 * (50 + transmission), 9);
  });

  test('stops at each of its limits and says which', () => {
    expect(talk().run({ maxTime: 100 })).toBe('maxTime');
    expect(talk().run({ maxSteps: 10 })).toBe('maxSteps');
    const pair = talk();
    expect(pair.run({ until: () => pair.events.length >= 5 })).toBe('until');
    expect(pair.events.length).toBe(5);
  });

  test('names an endpoint that keeps asking for the present instant', () => {
    const stuck = new Talker();
    stuck.nextTimeout = () => 5;
    expect(() => talk({ a: stuck }).run()).toThrow(/stands still at 5 ms: a/);
  });
});

describe('pair of sctp lanes', () => {
  test('reports the backlog of a full lane as it grows and when it is gone', () => {
    const a = new Talker({ count: 200, every: 0 });
    const pair = talk({ a, laneModel: 'sctp', lanes: 1 });
    expect(pair.run()).toBe('idle');
    expect(values(pair).length).toBe(200);
    expect(Math.max(...a.backlogs)).toBeGreaterThan(150 * 1044);
    expect(a.backlogs.at(-1)).toBe(0);
  });

  test.each([0, 0.1, 0.3])('keeps the control lane whole and in order at a loss of %f', (p) => {
    const lossy: LinkOptions = { ...LINK, loss: { kind: 'independent', p }, duplicate: 0.1 };
    const a = new Talker({ count: 100, control: true, size: 5000 });
    const pair = talk({ aToB: lossy, bToA: { ...lossy, seed: 9 }, a, laneModel: 'sctp' });
    expect(pair.run({ maxTime: 3_600_000 })).toBe('idle');
    expect(values(pair)).toEqual(inOrder(100));
  });

  test('repeats a lossy run exactly', () => {
    const lossy: LinkOptions = { ...LINK, loss: { kind: 'bursts', p: 0.2, meanLength: 3 } };
    const [first, second] = [0, 1].map(() => {
      const pair = talk({ aToB: lossy, a: new Talker({ count: 1000 }), b: new Talker(), laneModel: 'sctp' });
      pair.run();
      return pair.events;
    });
    expect(second).toEqual(first);
  });
});
