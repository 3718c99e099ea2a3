/**
 * Each side against a peer that says anything: noise that no rule allows, and lies that are well formed.
 * `TESSERA_LONG=1` sends a million of them; a failure names the seed, which `TESSERA_SEED` takes.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { CONTROL_LANE, type LaneId } from '../protocol/endpoint.ts';
import { CancelReason, encodeControl, type ControlMessage } from '../protocol/wire/control-message.ts';
import { encodeFeedback } from '../protocol/wire/feedback-packet.ts';
import { encodeData, encodeProbe } from '../protocol/wire/lane-packet.ts';
import { Receiver } from '../protocol/receiving/receiver.ts';
import { Sender } from '../protocol/sending/sender.ts';
import { Album, pictureOf } from './album.fixture.ts';
import type { LinkOptions } from './link.ts';
import { seededRandom, type Random } from './random.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
const SEED = Number(process.env['TESSERA_SEED'] ?? (LONG ? Date.now() % 1e9 : 7));
/** Sent to one endpoint that lives through all of them, on each side. */
const FUZZED_MESSAGES = LONG ? 1_000_000 : 5_000;
const MAX_GROWTH_MB = 64;
const TIMEOUT_MS = LONG ? 3_600_000 : 120_000;
const CODES = [
  'truncated',
  'trailing-bytes',
  'too-long',
  'unknown-type',
  'bad-text',
  'bad-length',
  'bad-number',
  'bad-version',
  'unknown-transfer',
  'wrong-state',
  'too-many-offers',
  'wrong-lane',
  undefined,
];

interface Said {
  bytes: Uint8Array;
  lane: LaneId;
}

const header = (byteLength: number) => ({
  name: 'p',
  type: 'image/png',
  byteLength,
  modified: 0,
  digest: new Uint8Array(32).fill(1),
  previewBytes: 0,
});

/** A peer without manners. `lane` is one that it may spoil: what it numbers there, nothing else uses. */
class Liar {
  readonly #random: Random;
  readonly #lane: LaneId;
  readonly #overheard: Said[] = [];
  constructor(seed: number, lane: LaneId) {
    this.#random = seededRandom(seed);
    this.#lane = lane;
  }

  upTo(max: number): number {
    return Math.floor(this.#random() * (max + 1));
  }

  /** Near zero, near a power of two, or anywhere. */
  number(bits: number): number {
    const range = 2 ** bits;
    switch (this.upTo(3)) {
      case 0:
        return this.upTo(20);
      case 1:
        return range - 1 - this.upTo(3);
      case 2:
        return Math.min(range - 1, 2 ** this.upTo(bits) + this.upTo(2));
      default:
        return this.upTo(range - 1);
    }
  }

  bytes(max: number): Uint8Array {
    return Uint8Array.from({ length: this.upTo(max) }, () => this.upTo(255));
  }

  /** Remembers some of what was truly said, for playing it again. */
  overhear(said: Said): void {
    if (this.#overheard.length < 200) this.#overheard.push({ bytes: said.bytes.slice(), lane: said.lane });
    else if (this.upTo(50) === 0)
      this.#overheard[this.upTo(199)] = { bytes: said.bytes.slice(), lane: said.lane };
  }

  /** What breaks a rule wherever it is said, or was said before: it may change nothing. */
  noise(): Said {
    const lane = this.upTo(2) === 0 ? CONTROL_LANE : this.#lane;
    switch (this.upTo(6)) {
      case 0:
        return { lane, bytes: Uint8Array.of(0x30 + this.upTo(200), ...this.bytes(300)) };
      case 1:
        // A control message cut short: none is whole within two bytes, but the farewell.
        return { lane: CONTROL_LANE, bytes: Uint8Array.of(0x20 + this.upTo(7), ...this.bytes(1)) };
      case 2:
        return { lane: CONTROL_LANE, bytes: encodeControl(this.message(20_000 + this.upTo(1000))) };
      case 3: {
        const said = this.#overheard[this.upTo(this.#overheard.length)];
        if (said === undefined || said.lane === CONTROL_LANE) return { lane, bytes: this.bytes(0) };
        return said;
      }
      case 4: {
        // Of an unknown transfer, or of a length no symbol has.
        const known = this.upTo(1) === 0;
        const symbol = known ? this.bytes(300) : new Uint8Array(1024);
        return { lane: this.#lane, bytes: this.data(known ? this.upTo(7) : 40_000, symbol) };
      }
      case 5:
        return { lane: this.#lane, bytes: encodeProbe(this.number(32), this.number(32), 16) };
      default:
        return { lane: this.#lane, bytes: Uint8Array.of(0x10, 1, 1, 0, ...this.bytes(20)) };
    }
  }

  data(stream: number, symbol: Uint8Array): Uint8Array {
    const head = {
      symbol: this.upTo(255),
      stream,
      block: this.number(32),
      number: this.number(32),
      sentAt: this.number(32),
    };
    return encodeData(head, symbol);
  }

  message(transfer: number): ControlMessage {
    const runs = Array.from({ length: this.upTo(5) }, (_, i) => ({
      first: i * 0x1000_0000 + this.number(20),
      count: this.number(16),
    }));
    const many = this.number(32);
    switch (this.upTo(7)) {
      case 0:
        return { type: 'accept', transfer, have: runs };
      case 1:
        return { type: 'decline', transfer };
      case 2:
        return { type: 'complete', transfer, verified: this.upTo(1) === 0 };
      case 3:
        return { type: 'sent', transfer, packets: many, retransmitted: many, roundTrip: this.number(16) };
      case 4:
        return { type: 'sending', transfer, roundTrip: this.number(16), again: runs };
      case 5:
        return { type: 'cancel', transfer, reason: CancelReason.violation };
      default:
        return {
          type: 'progress',
          transfer,
          final: false,
          packets: many,
          duplicates: many,
          chunks: many,
          repaired: many,
          runs,
          twice: runs,
          holes: runs,
        };
    }
  }

  /** Well formed, and about what exists: believed or not, it must not hurt. */
  lie(): Said {
    switch (this.upTo(5)) {
      case 0:
        return { lane: CONTROL_LANE, bytes: encodeControl(this.message(1 + this.upTo(6))) };
      case 1:
        return {
          lane: CONTROL_LANE,
          bytes: encodeControl({
            type: 'offer',
            transfer: 10 + this.upTo(200),
            header: header(this.number(33)),
          }),
        };
      case 2:
        return { lane: this.#lane, bytes: this.data(this.upTo(9), new Uint8Array(1024)) };
      case 3:
        return { lane: this.#lane, bytes: this.feedback() };
      case 4: {
        const said = this.#overheard[this.upTo(this.#overheard.length)];
        if (said === undefined) return this.noise();
        const bytes = said.bytes.slice();
        bytes[this.upTo(Math.min(40, bytes.length - 1))] = this.upTo(255);
        return { lane: said.lane, bytes };
      }
      default:
        return this.noise();
    }
  }

  feedback(): Uint8Array {
    const closedBelow = this.number(this.upTo(1) === 0 ? 4 : 31);
    return encodeFeedback({
      number: this.number(32),
      clock: this.number(32),
      newestSentAt: this.number(32),
      ackDelay: this.number(16),
      delay: this.number(32),
      packets: this.number(32),
      byteLength: this.number(32),
      lanes: Array.from({ length: this.upTo(8) }, (_, lane) => ({
        lane,
        highest: this.number(16),
        received: this.number(16),
      })),
      streams: Array.from({ length: this.upTo(4) }, () => ({
        stream: this.upTo(9),
        closedBelow,
        listedThrough: closedBelow + 70_000,
        lacking: Array.from({ length: this.upTo(20) }, () => ({
          block: closedBelow + this.number(16),
          symbols: 1 + this.upTo(254),
        })),
      })),
    });
  }
}

type Side = 'sender' | 'receiver';
const LINK: LinkOptions = {
  rate: 20e6,
  queueMs: 100,
  delay: 20,
  loss: { kind: 'independent', p: 0.05 },
  seed: 3,
};
const LIARS_LANE = 5;

/**
 * A running album of two pictures beside which a liar talks to one side. Symbols of these sizes are all 1024
 * bytes long.
 */
function beside(side: Side, seed: number, each: (liar: Liar) => Said, perStep: number, count: number): Album {
  const album = new Album({
    aToB: LINK,
    bToA: { ...LINK, seed: 4 },
    lanes: LIARS_LANE,
    maxLanes: LIARS_LANE,
    pictures: [pictureOf(200 * 1024, 1), pictureOf(64 * 1024, 2)],
    overlap: true,
    lies: true,
  });
  const liar = new Liar(seed, LIARS_LANE);
  const endpoint = album[side];
  const handle = endpoint.handlePacket.bind(endpoint);
  endpoint.handlePacket = (bytes, lane, now) => {
    liar.overhear({ bytes, lane });
    handle(bytes, lane, now);
  };
  album.pair.drain();
  for (let said = 0; said < count;) {
    for (let i = 0; i < perStep; i++, said++) {
      const { bytes, lane } = each(liar);
      handle(bytes, lane, album.pair.now);
      album.pair.drain();
    }
    if (!album.ended) album.pair.step(600_000);
  }
  expect(CODES).toContain(album.sender.violations.last);
  expect(CODES).toContain(album.receiver.violations.last);
  return album;
}

// A busy machine takes many times as long.
vi.setConfig({ testTimeout: TIMEOUT_MS });

describe.each(['sender', 'receiver'] as const)('a %s', (side) => {
  test(
    'hears 10,000 packets and messages of noise beside two pictures, and both arrive',
    () => {
      for (let seed = SEED; seed < SEED + (LONG ? 50 : 1); seed++) {
        const album = beside(side, seed, (liar) => liar.noise(), 7, 10_000);
        expect(album.run(900_000), `seed ${seed}`).toBe('until');
        expect([...album.received.values()], `seed ${seed}`).toEqual(['whole', 'whole']);
        expect([...album.sent.values()], `seed ${seed}`).toEqual(['whole', 'whole']);
        const errors = side === 'sender' ? album.sender.violations.count : album.receiver.violations.count;
        expect(errors).toBeGreaterThan(5000);
      }
    },
    TIMEOUT_MS,
  );

  test(
    'hears lies beside two pictures: what comes out is right, and the clock goes on',
    () => {
      for (let seed = SEED; seed < SEED + (LONG ? 400 : 10); seed++) {
        const album = beside(side, seed, (liar) => liar.lie(), 1 + (seed % 3), 1000);
        album.pair.run({ until: () => album.ended, maxTime: 3000 });
        expect(album.pair.now, `seed ${seed}`).toBeLessThanOrEqual(120_000);
      }
    },
    TIMEOUT_MS,
  );

  test.each(['idle', 'offered', 'busy', 'verifying', 'done'] as const)(
    '[P-96, P-97] that is %s hears 10,000 packets and messages and raises nothing but protocol errors',
    (state) => {
      const album = new Album({
        aToB: { ...LINK, loss: { kind: 'independent', p: 0 } },
        bToA: LINK,
        lanes: LIARS_LANE,
        pictures: state === 'idle' ? [] : [pictureOf(200 * 1024, 1)],
      });
      if (state === 'verifying') album.receiver.verified = () => {};
      if (state === 'offered') album.receiver.accept = () => {};
      const wanted = {
        idle: undefined,
        offered: 'offered',
        busy: side === 'sender' ? 'sending' : 'receiving',
        verifying: side === 'sender' ? 'sending' : 'verifying',
        done: 'done',
      }[state];
      album.pair.run({
        maxTime: state === 'idle' || state === 'verifying' ? 2000 : 10_000,
        until: () => state !== 'verifying' && album[side].transfer(1)?.state === wanted,
      });
      expect(album[side].transfer(1)?.state).toBe(wanted);
      const endpoint = album[side];
      const liar = new Liar(SEED, LIARS_LANE);
      for (let i = 0; i < 10_000; i++) {
        const { bytes, lane } = i % 2 === 0 ? liar.noise() : liar.lie();
        endpoint.handlePacket(bytes, lane, album.pair.now + i / 100);
        endpoint.handleTimeout(album.pair.now + i / 100);
        while (endpoint.pollTransmit(album.pair.now + i / 100) !== undefined);
        while (endpoint.pollEvent() !== undefined);
      }
      expect(CODES).toContain(endpoint.violations.last);
    },
    TIMEOUT_MS,
  );
});

describe('memory', () => {
  const collect = ((): (() => void) => {
    setFlagsFromString('--expose_gc');
    return runInNewContext('gc') as () => void;
  })();
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return (heapUsed + arrayBuffers) / 1024 ** 2;
  };

  test.each(['sender', 'receiver'] as const)(
    '[P-102] of a %s that accepts whatever it is offered grows by no more than 64 MB under any number of packets',
    (side) => {
      const endpoint = side === 'sender' ? new Sender() : new Receiver();
      const liar = new Liar(SEED, 1);
      for (let lane = 1; lane <= 4; lane++) endpoint.handleLaneOpen(lane, 0);
      const before = used();
      if (endpoint instanceof Sender) for (let i = 0; i < 6; i++) endpoint.offer(header(50_000_000), 0);
      let growth = 0;
      for (let i = 0; i < FUZZED_MESSAGES; i++) {
        // Not only at the end, when much may have been cancelled.
        if (i % (FUZZED_MESSAGES / 10) === 0) growth = Math.max(growth, used() - before);
        const now = i / 100;
        const { bytes, lane } = liar.lie();
        endpoint.handlePacket(bytes, lane, now);
        endpoint.handleTimeout(now);
        while (endpoint.pollTransmit(now) !== undefined);
        if (endpoint instanceof Sender) {
          for (let event = endpoint.pollEvent(); event; event = endpoint.pollEvent())
            if (event.type === 'need')
              endpoint.provide(
                event.transfer,
                event.kind,
                event.block,
                new Uint8Array(event.to - event.from),
              );
        } else {
          for (let event = endpoint.pollEvent(); event; event = endpoint.pollEvent())
            if (event.type === 'offered') endpoint.accept(event.transfer, [], now);
        }
      }
      growth = Math.max(growth, used() - before);
      if (LONG) console.log(`${side}, seed ${SEED}: ${FUZZED_MESSAGES} messages, ${growth.toFixed(1)} MB`);
      expect(growth).toBeLessThan(MAX_GROWTH_MB);
      // Still there when its memory was measured, and it has handled what it was sent.
      expect(CODES).toContain(endpoint.violations.last);
      expect(endpoint.violations.count).toBeGreaterThan(FUZZED_MESSAGES / 10);
    },
    TIMEOUT_MS,
  );

  test('of a receiver is bounded when each of a hundred accepted pictures opens all the blocks it may', () => {
    const receiver = new Receiver();
    receiver.handleLaneOpen(1, 0);
    const before = used();
    let number = 0;
    for (let transfer = 1; transfer <= 100; transfer++) {
      receiver.handlePacket(encodeControl({ type: 'offer', transfer, header: header(1e9) }), CONTROL_LANE, 0);
      receiver.accept(transfer, [], 0);
      for (let block = 0; block < 256; block++) {
        const head = { symbol: 0, stream: transfer * 2 + 1, block, number: number++, sentAt: 0 };
        receiver.handlePacket(encodeData(head, new Uint8Array(1024)), 1, 0);
      }
      while (receiver.pollEvent() !== undefined);
      while (receiver.pollTransmit(0) !== undefined);
    }
    expect(used() - before).toBeLessThan(MAX_GROWTH_MB);
    expect(receiver.transfer(100)?.state).toBe('receiving');
  });
});
