import { describe, expect, test } from 'vitest';
import type { Endpoint, LaneId, Millis, Transmit } from '../protocol/endpoint.ts';
import { grid, limitOf, runCell, sweep } from './sweep.ts';
import type { Conditions, SweepOptions } from './sweep.ts';

const CHUNK = 1024;

/**
 * An ideal fountain: any `needed` packets complete it; sent at the link's rate until the other side says
 * stop.
 */
class Fountain implements Endpoint<'complete'> {
  #out: Transmit[] = [];
  #event: 'complete' | undefined;
  #received = 0;
  #at: Millis | undefined;
  #lane: LaneId = 1;
  readonly #needed: number;
  readonly #every: Millis;

  constructor(role: 'sender' | 'receiver', size: number, rate: number) {
    this.#needed = Math.ceil(size / CHUNK);
    this.#every = ((CHUNK + 20 + 93) * 8000) / rate;
    this.#at = role === 'sender' ? 0 : undefined;
  }
  handlePacket(_bytes: Uint8Array, lane: LaneId): void {
    this.#lane = lane;
    if (this.#at !== undefined) this.#at = undefined;
    else if (++this.#received >= this.#needed) {
      if (this.#received === this.#needed) this.#event = 'complete';
      this.#out.push({ lane, bytes: new Uint8Array(20) });
    }
  }
  handleTimeout(now: Millis): void {
    this.#out.push({ lane: this.#lane, bytes: new Uint8Array(CHUNK + 20) });
    this.#at = now + this.#every;
  }
  handleLaneOpen(): void {}
  handleLaneClosed(): void {}
  handleLaneBacklog(): void {}
  pollTransmit(): Transmit | undefined {
    return this.#out.shift();
  }
  pollEvent(): 'complete' | undefined {
    const event = this.#event;
    this.#event = undefined;
    return event;
  }
  nextTimeout(): Millis | undefined {
    return this.#at;
  }
}

const SIZE = 1_000_000;

const OPTIONS: SweepOptions<'complete', 'complete'> = {
  transfer: ({ rate }) => ({
    a: new Fountain('sender', SIZE, rate),
    b: new Fountain('receiver', SIZE, rate),
    size: SIZE,
    isEnd: ({ side }) => side === 'b',
  }),
  lanes: 1,
  laneModel: 'plain',
};

describe('sweep', () => {
  test('computes the limit as the bench does', () => {
    const conditions: Conditions = { loss: 0.05, rtt: 100, rate: 50_000_000, burst: 1, seed: 1 };
    expect(limitOf(5_000_000, conditions)).toBeCloseTo(1009.4, 0);
    expect(limitOf(5_000_000, { ...conditions, loss: 0 })).toBeCloseTo(963.9, 0);
    expect(limitOf(200_000, { ...conditions, rtt: 200 })).toBeCloseTo(236.4, 0);
  });

  test('goes through every combination', () => {
    const cells = [...grid({ loss: [0, 0.1], rtt: [10, 20], rate: [1], burst: [1, 5], seeds: [1, 2, 3] })];
    expect(cells.length).toBe(24);
    expect(new Set(cells.map((cell) => JSON.stringify(cell))).size).toBe(24);
  });

  test('finds an ideal fountain near the limit everywhere, in hundreds of cells a minute', () => {
    const began = performance.now();
    const cells = [
      ...sweep(
        { loss: [0, 0.05, 0.2], rtt: [20, 100], rate: [2e6, 50e6], burst: [1, 5], seeds: [1, 2] },
        OPTIONS,
      ),
    ];
    const seconds = (performance.now() - began) / 1000;
    expect(cells.length).toBe(48);
    for (const { ratio, queueDelayMax } of cells) {
      // The limit counts a whole round trip, the fountain starts at once; a lucky seed loses less than the
      // mean.
      expect(ratio).toBeGreaterThan(0.65);
      expect(ratio).toBeLessThan(1.2);
      expect(queueDelayMax).toBeLessThan(10);
    }
    expect(seconds).toBeLessThan(20);
  });

  test('counts from the start event and calls reactions between steps', () => {
    const conditions: Conditions = { loss: 0, rtt: 100, rate: 50_000_000, burst: 1, seed: 1 };
    const whole = runCell(conditions, OPTIONS);
    let reactions = 0;
    const counted = runCell(conditions, {
      ...OPTIONS,
      transfer: (at) => ({ ...OPTIONS.transfer(at), isStart: () => true, react: () => void reactions++ }),
    });
    expect(whole.time).toBeGreaterThan(200);
    expect(counted.time).toBe(0); // start and end are the same event here
    expect(reactions).toBe(1);
  });

  test('gives up a cell that never ends and says so', () => {
    const cell = runCell({ loss: 1, rtt: 20, rate: 2e6, burst: 1, seed: 1 }, { ...OPTIONS, maxTime: 1000 });
    expect(cell.time).toBeUndefined();
    expect(cell.ratio).toBe(Infinity);
  });
});
