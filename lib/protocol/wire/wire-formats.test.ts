/**
 * Every format there is, there and back, and whatever else may arrive instead. fast-check prints the seed of
 * a failure; `TESSERA_LONG=1` runs each property twenty times as long.
 */
import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  BACK_NONCE_BYTES,
  CancelReason,
  decodeControl,
  encodeControl,
  MAX_RUNS,
  MAX_SIDE_RUNS,
  type ControlMessage,
} from './control-message.ts';
import { ProtocolError } from '../errors.ts';
import { decodeHeader, encodeHeader, type FileHeader } from './file-header.ts';
import * as limits from '../limits.ts';
import { decodeFeedback, encodeFeedback, roomForBlocks, type Feedback } from './feedback-packet.ts';
import {
  DATA,
  DATA_HEADER,
  DATA_PACKET,
  decodeData,
  encodeData,
  encodeProbe,
  FEEDBACK,
  millisBetween,
  packetType,
  PROBE,
  trainPlaceOf,
  splitMessage,
  ticksOf,
} from './lane-packet.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
const RUNS = { numRuns: LONG ? 4000 : 200 };

const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const textUpTo = (max: number) =>
  fc
    .string({ unit: 'grapheme', maxLength: max })
    .filter((text) => new TextEncoder().encode(text).length <= max);

const headers: fc.Arbitrary<FileHeader> = fc
  .record(
    {
      name: textUpTo(limits.MAX_NAME_BYTES),
      type: textUpTo(limits.MAX_TYPE_BYTES),
      byteLength: fc.oneof(
        fc.constantFrom(0, 1, 1023, 1024, 1025, limits.MAX_FILE_BYTES),
        fc.nat({ max: limits.MAX_FILE_BYTES }),
      ),
      modified: fc.nat({ max: 2 ** 48 - 1 }),
      side: fc.tuple(
        fc.integer({ min: 1, max: limits.MAX_SIDE }),
        fc.integer({ min: 1, max: limits.MAX_SIDE }),
      ),
      digest: bytesOf(32),
      previewBytes: fc.nat({ max: limits.MAX_PREVIEW_BYTES }),
      thumb: fc.uint8Array({ minLength: 1, maxLength: limits.MAX_THUMB_BYTES }),
    },
    { requiredKeys: ['name', 'type', 'byteLength', 'modified', 'digest', 'previewBytes'] },
  )
  .map(({ side, ...rest }) =>
    Object.assign(rest, side === undefined ? {} : { width: side[0], height: side[1] }),
  );

const transfer = fc.integer({ min: 1, max: limits.MAX_TRANSFER });
/** Runs in ascending order that leave a gap between them, as a set of blocks has. */
const runs = (maxCount: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: maxCount })), {
      maxLength: 40,
    })
    .map((pairs) => {
      let at = -1;
      return pairs.map(([gap, count]) => {
        const first = at + gap;
        at = first + count;
        return { first, count };
      });
    });

const controls: fc.Arbitrary<ControlMessage> = fc.oneof(
  fc.record({ type: fc.constant('invite' as const) }),
  fc.record({ type: fc.constant('back' as const), nonce: bytesOf(BACK_NONCE_BYTES) }),
  fc.record({ type: fc.constant('pause' as const), transfer, paused: fc.boolean() }),
  fc.record({
    type: fc.constant('hello' as const),
    instance: bytesOf(8),
    name: textUpTo(limits.MAX_PERSON_BYTES),
  }),
  fc.record({ type: fc.constant('offer' as const), transfer, header: headers }),
  fc.record({ type: fc.constant('accept' as const), transfer, have: runs(100_000) }),
  fc.record({ type: fc.constant('decline' as const), transfer }),
  fc.record({
    type: fc.constant('cancel' as const),
    transfer,
    reason: fc.constantFrom(...Object.values(CancelReason)),
  }),
  fc.record({ type: fc.constant('complete' as const), transfer, verified: fc.boolean() }),
  fc.record({
    type: fc.constant('progress' as const),
    transfer,
    final: fc.boolean(),
    packets: uint(32),
    duplicates: uint(32),
    chunks: uint(32),
    repaired: uint(32),
    runs: runs(limits.MAX_RUN),
    twice: runs(limits.MAX_RUN),
    holes: runs(limits.MAX_RUN),
  }),
  fc.record({
    type: fc.constant('sent' as const),
    transfer,
    packets: uint(32),
    retransmitted: uint(32),
    roundTrip: uint(16),
  }),
  fc.record({
    type: fc.constant('sending' as const),
    transfer,
    roundTrip: uint(16),
    again: runs(limits.MAX_RUN),
  }),
  fc.constant({ type: 'bye' as const }),
);

const feedbacks: fc.Arbitrary<Feedback> = fc.record({
  number: uint(32),
  clock: uint(32),
  newestSentAt: uint(32),
  ackDelay: uint(16),
  delay: uint(32),
  packets: uint(32),
  byteLength: uint(32),
  lanes: fc.array(fc.record({ lane: uint(16), highest: uint(16), received: uint(16) }), { maxLength: 60 }),
  streams: fc.array(
    fc
      .record({
        stream: uint(16),
        closedBelow: uint(20),
        offsets: fc.uniqueArray(uint(16), { maxLength: 40 }),
        symbols: fc.integer({ min: 1, max: 64 }),
        through: uint(8),
      })
      .map(({ stream, closedBelow, offsets, symbols, through }) => {
        const ascending = offsets.toSorted((a, b) => a - b);
        return {
          stream,
          closedBelow,
          listedThrough: closedBelow + (ascending.at(-1) ?? -1) + 1 + through,
          lacking: ascending.map((offset) => ({ block: closedBelow + offset, symbols })),
        };
      }),
    { maxLength: limits.MAX_FEEDBACK_STREAMS },
  ),
  train: fc.option(
    fc
      .record({
        train: fc.integer({ min: 1, max: 255 }),
        count: fc.integer({ min: 2, max: 255 }),
        first: uint(8),
        more: uint(8),
        time: uint(16),
      })
      .filter(({ count, first, more }) => first + count - 1 + more <= 255)
      .map(({ more, ...rest }) => ({ ...rest, last: rest.first + rest.count - 1 + more })),
    { nil: undefined },
  ),
});

/** A value or a `ProtocolError`: anything else fails the test. */
function decodesOrRefuses(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean {
  try {
    decode(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return false;
  }
}

/** What a lane does with a packet of the sender's and of the receiver's. */
function decodePacket(bytes: Uint8Array): unknown {
  return packetType(bytes) === FEEDBACK ? decodeFeedback(bytes) : decodeData(bytes);
}

/** Every prefix, one byte more, and every byte turned into others. */
function mangle(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array, flip: number): void {
  for (let length = 0; length < bytes.length; length++)
    expect(decodesOrRefuses(decode, bytes.subarray(0, length)), `cut to ${length}`).toBe(false);
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  expect(decodesOrRefuses(decode, longer), 'one byte more').toBe(false);
  const flipped = bytes.slice();
  for (let at = 0; at < bytes.length; at++) {
    flipped[at] = (bytes[at] as number) ^ flip;
    decodesOrRefuses(decode, flipped);
    flipped[at] = bytes[at] as number;
  }
}

// A busy machine takes many times as long.
vi.setConfig({ testTimeout: LONG ? 3_600_000 : 120_000 });

describe('the file header', () => {
  test('[P-22] comes back as it went', () => {
    fc.assert(
      fc.property(headers, (header) => {
        expect(decodeHeader(encodeHeader(header))).toEqual(header);
      }),
      RUNS,
    );
  });

  test('[P-23] is refused when cut or lengthened anywhere, and harmless with any byte changed', () => {
    fc.assert(
      fc.property(headers, fc.integer({ min: 1, max: 255 }), (header, flip) => {
        mangle(decodeHeader, encodeHeader(header), flip);
      }),
      { numRuns: RUNS.numRuns / 10 },
    );
  });

  test('cuts names and types that are too long between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (name) => {
        const decoded = decodeHeader(
          encodeHeader({
            name,
            type: name,
            byteLength: 1,
            modified: 0,
            digest: new Uint8Array(32),
            previewBytes: 0,
          }),
        );
        expect(name.startsWith(decoded.name)).toBe(true);
        expect(decoded.type).toBe(decoded.name);
        const { length } = new TextEncoder().encode(decoded.name);
        expect(length).toBeLessThanOrEqual(limits.MAX_NAME_BYTES);
        // No more was cut than one character of four bytes needs.
        if (decoded.name !== name) expect(length).toBeGreaterThan(limits.MAX_NAME_BYTES - 4);
      }),
      RUNS,
    );
  });

  const honest: FileHeader = {
    name: 'a',
    type: 'b',
    byteLength: 5000,
    modified: 7,
    digest: new Uint8Array(32),
    previewBytes: 0,
  };
  test.each([
    ['magic', 0, 'unknown-type'],
    ['version', 3, 'bad-version'],
    ['length', 4, 'too-long'],
    ['length against the chunk count', 8, 'bad-number'],
    ['chunk length', 10, 'bad-number'],
    ['chunk count', 15, 'bad-number'],
    ['width', 22, 'bad-number'],
    ['preview', 62, 'too-long'],
    ['name length', 66, 'truncated'],
  ] as const)('[P-23, P-99] names the rule that a lie about its %s breaks', (_what, at, code) => {
    const bytes = encodeHeader(honest);
    bytes[at] = 0xee;
    expect(() => decodeHeader(bytes)).toThrowError(expect.objectContaining({ code }));
  });

  test('refuses text that is not UTF-8', () => {
    const bytes = encodeHeader(honest);
    bytes[67] = 0xff;
    expect(() => decodeHeader(bytes)).toThrowError(expect.objectContaining({ code: 'bad-text' }));
  });
});

describe('control messages', () => {
  test('[P-14] come back as they went', () => {
    fc.assert(
      fc.property(controls, (message) => {
        const bytes = encodeControl(message);
        expect(bytes.length).toBeLessThanOrEqual(limits.MAX_CONTROL_BYTES);
        expect(decodeControl(bytes)).toEqual(message);
      }),
      { numRuns: RUNS.numRuns * 3 },
    );
  });

  test('are refused when cut or lengthened anywhere, and harmless with any byte changed', () => {
    fc.assert(
      fc.property(controls, fc.integer({ min: 1, max: 255 }), (message, flip) => {
        mangle(decodeControl, encodeControl(message), flip);
      }),
      { numRuns: RUNS.numRuns / 4 },
    );
  });

  test('[P-17] at their largest stay below 16 KB', () => {
    const spread = (count: number) =>
      Array.from({ length: MAX_RUNS }, (_, i) => ({ first: i * 70_000, count }));
    const largest: ControlMessage[] = [
      { type: 'accept', transfer: 1, have: spread(0xffff) },
      {
        type: 'progress',
        transfer: 1,
        final: true,
        packets: 1,
        duplicates: 1,
        chunks: 1,
        repaired: 1,
        runs: spread(limits.MAX_RUN),
        twice: spread(limits.MAX_RUN).slice(0, MAX_SIDE_RUNS),
        holes: spread(limits.MAX_RUN).slice(0, MAX_SIDE_RUNS),
      },
      {
        type: 'offer',
        transfer: limits.MAX_TRANSFER,
        header: {
          name: 'x'.repeat(1000),
          type: 'y'.repeat(1000),
          byteLength: limits.MAX_FILE_BYTES,
          modified: 1e15,
          width: limits.MAX_SIDE,
          height: limits.MAX_SIDE,
          digest: new Uint8Array(32),
          previewBytes: limits.MAX_PREVIEW_BYTES,
          thumb: new Uint8Array(limits.MAX_THUMB_BYTES),
        },
      },
    ];
    for (const message of largest) {
      const bytes = encodeControl(message);
      expect(bytes.length).toBeLessThanOrEqual(limits.MAX_CONTROL_BYTES);
      expect(decodeControl(bytes).type).toBe(message.type);
    }
  });

  test('[P-14] above 16 KB are refused unread', () => {
    expect(() => decodeControl(new Uint8Array(limits.MAX_CONTROL_BYTES + 1).fill(0x20))).toThrowError(
      expect.objectContaining({ code: 'too-long' }),
    );
  });

  test('[P-17] never claim blocks in any but ascending order, each once: a few bytes would make the other side count for seconds', () => {
    const all = { first: 0, count: 0xffff_ffff };
    for (const have of [
      [all, all],
      [
        { first: 5, count: 1 },
        { first: 5, count: 1 },
      ],
      [
        { first: 9, count: 2 },
        { first: 1, count: 2 },
      ],
    ]) {
      expect(() => decodeControl(encodeControl({ type: 'accept', transfer: 1, have }))).toThrowError(
        expect.objectContaining({ code: 'bad-number' }),
      );
    }
  });

  test('[P-17] never name more than a block of chunks in one run of a report', () => {
    const runs = [{ first: 0, count: limits.MAX_RUN + 1 }];
    const report = { final: false, packets: 0, duplicates: 0, chunks: 0, repaired: 0 };
    for (const message of [
      { type: 'sending', transfer: 1, roundTrip: 1, again: runs },
      { type: 'progress', transfer: 1, ...report, runs, twice: [], holes: [] },
      { type: 'progress', transfer: 1, ...report, runs: [], twice: runs, holes: [] },
      { type: 'progress', transfer: 1, ...report, runs: [], twice: [], holes: runs },
    ] as const)
      expect(() => decodeControl(encodeControl(message))).toThrowError(
        expect.objectContaining({ code: 'too-long' }),
      );
  });

  test('[P-14, P-96] of arbitrary bytes are messages or protocol errors', () => {
    const typed = fc
      .tuple(fc.integer({ min: 0x1f, max: 0x2d }), fc.uint8Array({ maxLength: 300 }))
      .map(([type, rest]) => Uint8Array.of(type, ...rest));
    fc.assert(
      fc.property(fc.oneof(typed, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        decodesOrRefuses(decodeControl, bytes);
        decodesOrRefuses(decodeHeader, bytes);
      }),
      { numRuns: RUNS.numRuns * 10 },
    );
  });
});

describe('packets', () => {
  const dataHeaders = fc.record({
    symbol: uint(8),
    stream: uint(16),
    block: uint(32),
    number: uint(32),
    sentAt: uint(32),
  });

  test('[P-26] of data come back as they went and stay one packet of the browser', () => {
    fc.assert(
      fc.property(dataHeaders, fc.uint8Array({ maxLength: limits.CHUNK_LENGTH }), (header, symbol) => {
        const bytes = encodeData(header, symbol);
        expect(bytes.length).toBeLessThanOrEqual(limits.MAX_PACKET);
        expect(packetType(bytes)).toBe(DATA);
        expect(decodeData(bytes)).toEqual(header);
        expect(bytes.subarray(DATA_HEADER)).toEqual(symbol);
      }),
      RUNS,
    );
  });

  test('[P-26] of data share a message and come out of it one by one', () => {
    fc.assert(
      fc.property(
        fc.array(dataHeaders, { minLength: 1, maxLength: limits.MAX_MESSAGE_PACKETS }),
        fc.uint8Array({ maxLength: limits.CHUNK_LENGTH, minLength: 1 }),
        fc.nat(50),
        (headers, last, offset) => {
          const full = (headers.length - 1) * DATA_PACKET;
          // Not at the beginning of its buffer, as a view may be.
          const message = new Uint8Array(offset + full + DATA_HEADER + last.length).subarray(offset);
          const symbols = headers.map((_, i) =>
            i < headers.length - 1 ? new Uint8Array(limits.CHUNK_LENGTH).fill(i + 1) : last,
          );
          for (const [i, header] of headers.entries())
            encodeData(header, symbols[i] as Uint8Array, message, i * DATA_PACKET);
          const packets = splitMessage(message);
          expect(packets.map(decodeData)).toEqual(headers);
          expect(packets.map((packet) => packet.slice(DATA_HEADER))).toEqual(symbols);
        },
      ),
      RUNS,
    );
  });

  test('of data are refused where a message holds more than it may, and other kinds stay alone', () => {
    const most = new Uint8Array(limits.MAX_MESSAGE_PACKETS * DATA_PACKET).fill(DATA);
    expect(splitMessage(most)).toHaveLength(limits.MAX_MESSAGE_PACKETS);
    expect(() => splitMessage(new Uint8Array(most.length + 1).fill(DATA))).toThrowError(
      expect.objectContaining({ code: 'too-long' }),
    );
    const feedback = new Uint8Array(limits.MAX_PACKET).fill(FEEDBACK);
    expect(splitMessage(feedback)).toEqual([feedback]);
    expect(splitMessage(new Uint8Array(0))).toHaveLength(1);
  });

  test('of data read out of the middle of a larger buffer are the same', () => {
    const bytes = encodeData(
      { symbol: 3, stream: 5, block: 7, number: 9, sentAt: 11 },
      new Uint8Array(20).fill(8),
    );
    const buffer = new Uint8Array(100);
    buffer.set(bytes, 33);
    expect(decodeData(buffer.subarray(33, 33 + bytes.length))).toEqual(decodeData(bytes));
  });

  test('of data with a byte too many, or a byte of header too few, are refused', () => {
    const header = { symbol: 0, stream: 2, block: 0, number: 0, sentAt: 0 };
    const full = encodeData(header, new Uint8Array(limits.CHUNK_LENGTH + 1));
    expect(() => decodeData(full)).toThrowError(expect.objectContaining({ code: 'too-long' }));
    for (let length = 0; length < DATA_HEADER; length++)
      expect(decodesOrRefuses(decodePacket, full.subarray(0, length))).toBe(false);
  });

  test('[P-26] of a probe keep their number and time at any length', () => {
    fc.assert(
      fc.property(
        uint(32),
        uint(32),
        fc.integer({ min: DATA_HEADER, max: limits.MAX_PACKET }),
        (number, sentAt, length) => {
          const bytes = encodeProbe(number, sentAt, length);
          expect(packetType(bytes)).toBe(PROBE);
          expect(decodeData(bytes)).toEqual({ symbol: 0, stream: 0, block: 0, number, sentAt });
          expect(trainPlaceOf(bytes)).toEqual({ train: 0, place: 0 });
          const place = { train: 1 + (number % 255), place: sentAt % 256 };
          const ofTrain = encodeProbe(number, sentAt, length, place);
          expect(trainPlaceOf(ofTrain)).toEqual(place);
          expect(decodeData(ofTrain)).toMatchObject({ number, sentAt });
        },
      ),
      RUNS,
    );
  });

  test('[P-32] of feedback come back as they went', () => {
    fc.assert(
      fc.property(feedbacks, (feedback) => {
        expect(decodeFeedback(encodeFeedback(feedback))).toEqual(feedback);
      }),
      RUNS,
    );
  });

  test('of feedback are refused when cut or lengthened anywhere, and harmless with any byte changed', () => {
    fc.assert(
      fc.property(feedbacks, fc.integer({ min: 1, max: 255 }), (feedback, flip) => {
        mangle(decodeFeedback, encodeFeedback(feedback), flip);
      }),
      { numRuns: RUNS.numRuns / 10 },
    );
  });

  test('[P-34] of feedback are at most 1156 bytes however many lanes and streams they speak of', () => {
    for (let lanes = 0; lanes <= limits.MAX_FEEDBACK_LANES; lanes++) {
      for (let streams = 0; streams <= limits.MAX_FEEDBACK_STREAMS; streams++) {
        let room = roomForBlocks(lanes, streams);
        const bytes = encodeFeedback({
          number: 1,
          clock: 2,
          newestSentAt: 3,
          ackDelay: 4,
          delay: 5,
          packets: 6,
          byteLength: 7,
          lanes: Array.from({ length: lanes }, (_, lane) => ({ lane, highest: 1, received: 1 })),
          streams: Array.from({ length: streams }, (_, stream) => {
            const count = Math.min(room, 255);
            room -= count;
            return {
              stream,
              closedBelow: 0,
              listedThrough: count,
              lacking: Array.from({ length: count }, (_, block) => ({ block, symbols: 1 })),
            };
          }),
          train: { train: 1, count: 2, first: 0, last: 1, time: 1 },
        });
        expect(bytes.length).toBeLessThanOrEqual(limits.MAX_PACKET);
        decodeFeedback(bytes);
      }
    }
  });

  test('[P-122] of feedback are refused when the train that they report cannot be', () => {
    const counts = { number: 1, clock: 2, newestSentAt: 3, ackDelay: 4, delay: 5, packets: 6, byteLength: 7 };
    const reported = { train: 1, count: 8, first: 0, last: 7, time: 90_000 };
    const bytes = encodeFeedback({ ...counts, lanes: [], streams: [], train: reported });
    // Longer than it can say.
    expect(decodeFeedback(bytes).train).toEqual({ train: 1, count: 8, first: 0, last: 7, time: 0xffff });
    const at = bytes.length - 6;
    for (const [place, value] of [
      [0, 0],
      [1, 1],
      [1, 9],
      [2, 1],
      [3, 6],
    ] as const) {
      const wrong = bytes.slice();
      wrong[at + place] = value;
      expect(() => decodeFeedback(wrong)).toThrowError(expect.objectContaining({ code: 'bad-number' }));
    }
    const two = bytes.slice();
    two[3] = 2;
    expect(() => decodeFeedback(two)).toThrowError(expect.objectContaining({ code: 'bad-number' }));
  });

  test('[P-96] of arbitrary bytes are packets or protocol errors', () => {
    const typed = fc
      .tuple(fc.constantFrom(DATA, PROBE, FEEDBACK), fc.uint8Array({ maxLength: 200 }))
      .map(([type, rest]) => Uint8Array.of(type, ...rest));
    fc.assert(
      fc.property(fc.oneof(typed, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        decodesOrRefuses(decodePacket, bytes);
      }),
      { numRuns: RUNS.numRuns * 10 },
    );
    expect(() => packetType(new Uint8Array(limits.MAX_PACKET + 1).fill(1))).toThrowError(
      expect.objectContaining({ code: 'too-long' }),
    );
  });
});

describe('times', () => {
  test('differ by what passed between them, also where 32 bits of ticks begin again', () => {
    const wrap = 2 ** 32 / 10;
    for (const earlier of [0, wrap - 5, wrap, 7 * wrap - 1, 1e12]) {
      for (const passed of [0, 0.1, 5, 10_000, 59 * 3600_000])
        expect(millisBetween(ticksOf(earlier + passed), ticksOf(earlier))).toBeCloseTo(passed, 0);
    }
    expect(millisBetween(ticksOf(5), ticksOf(8))).toBeCloseTo(-3, 0);
  });
});
