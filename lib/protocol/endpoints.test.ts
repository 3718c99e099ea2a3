/**
 * Sender and receiver face to face, without a network: what each state allows, and what each side remembers.
 */
import { describe, expect, test, vi } from 'vitest';
import { CONTROL_LANE } from './endpoint.ts';
import { CancelReason, encodeControl, type ControlMessage } from './wire/control-message.ts';
import { MAX_OPEN_BLOCKS, MAX_WAITING_OFFERS, MAX_SILENCE } from './limits.ts';
import { encodeFeedback, NO_DELAY, type Feedback } from './wire/feedback-packet.ts';
import { DATA, DATA_PACKET, encodeData, FEEDBACK } from './wire/lane-packet.ts';
import { everything, FaceToFace, header, noControl, noLanes } from './face-to-face.fixture.ts';
import { Receiver } from './receiving/receiver.ts';
import { ORIGINAL } from './wire/stream-id.ts';

// A busy machine takes many times as long.
vi.setConfig({ testTimeout: 120_000 });

describe('silence', () => {
  test('[P-47, P-59] of the receiver ends the transfer at the sender after its limit, however much is left to send', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(5_000_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.run(50);
    pair.toSender = noLanes;
    pair.run(MAX_SILENCE + 1000);
    expect(pair.senderEvents).toContainEqual({ type: 'silence', transfer: id });
    expect(pair.receiverEvents).toContainEqual({
      type: 'cancelled',
      transfer: id,
      reason: CancelReason.silence,
    });
    expect(pair.sender.transfer(id)?.state).toBe('ended');
    expect(pair.sender.nextTimeout() ?? Infinity).toBeGreaterThan(pair.now);
  });

  test('ends a transfer whose bytes are never provided too, without asking for the same instant again and again', () => {
    const pair = new FaceToFace();
    pair.provides = false;
    const id = pair.sender.offer(header(500_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.run(50);
    pair.toSender = noLanes;
    pair.run(MAX_SILENCE + 1000);
    expect(pair.said('silence')).toBeGreaterThan(0);
    expect(pair.sender.transfer(id)?.state).toBe('ended');
    expect(pair.sender.nextTimeout() ?? Infinity).toBeGreaterThan(pair.now);
  });

  test('[P-59, P-103] of the sender ends the transfer at the receiver, and tells the sender', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(5_000_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.toReceiver = everything;
    pair.run(MAX_SILENCE + 1000);
    expect(pair.receiverEvents).toContainEqual({ type: 'silence', transfer: id });
    expect(pair.senderEvents).toContainEqual({
      type: 'cancelled',
      transfer: id,
      reason: CancelReason.silence,
    });
  });

  test('is not what a picture hears that waits for its turn behind a slow one', () => {
    const pair = new FaceToFace();
    const first = pair.sender.offer(header(2_000_000), pair.now);
    const second = pair.sender.offer(header(30_000), pair.now);
    pair.settle();
    pair.receiver.accept(first, [], pair.now);
    pair.receiver.accept(second, [], pair.now);
    // One packet every 50 ms for 100 s: the first picture takes longer than the limit.
    let last = 0;
    pair.toReceiver = (bytes, lane) => {
      if (lane === CONTROL_LANE || bytes[0] !== DATA) return false;
      const dropped = pair.now - last < 50;
      if (!dropped) last = pair.now;
      return dropped;
    };
    pair.run(2 * MAX_SILENCE);
    expect(pair.said('silence')).toBe(0);
    pair.toReceiver = () => false;
    pair.run(30_000, () => pair.said('whole') === 2);
    expect(pair.said('whole')).toBe(2);
  });

  test('of minutes between two pictures slows nothing down, whichever acceptance comes first', () => {
    for (const lost of [noLanes, noControl]) {
      const pair = new FaceToFace(16);
      for (let picture = 0; picture < 2; picture++) {
        const id = pair.sender.offer(header(200_000), pair.now);
        pair.settle();
        // Only one of the two ways in which an acceptance is signaled works at first.
        pair.toSender = lost;
        pair.receiver.accept(id, [], pair.now);
        pair.settle();
        const before = pair.now;
        pair.run(5);
        pair.toSender = () => false;
        pair.run(5000, () => pair.receiver.transfer(id)?.state === 'verifying');
        expect(pair.now - before).toBeLessThan(500);
        pair.receiver.verified(id, true, pair.now);
        pair.run(5000);
        expect(pair.sender.transfer(id)?.state).toBe('done');
        expect(pair.sender.figures().roundTrip).toBeLessThan(50);
        pair.run(55_000);
      }
    }
  });
});

describe('lanes', () => {
  const asked = (pair: FaceToFace) => pair.senderEvents.filter((event) => event.type === 'lanes');

  test('are not opened while a short picture crosses, and are once it is there', () => {
    const pair = new FaceToFace();
    pair.sender.offer(header(200_000), pair.now);
    pair.settle();
    pair.receiver.accept(1, [], pair.now);
    pair.settle();
    expect(asked(pair).at(-1)).toMatchObject({ hold: true });
    pair.run(5000, () => pair.receiverEvents.some((event) => event.type === 'whole'));
    pair.receiver.verified(1, true, pair.now);
    pair.run(100);
    expect(asked(pair).at(-1)).toMatchObject({ hold: false });
  });

  test('are asked for at once, held or not, when too few are left', () => {
    const pair = new FaceToFace(20);
    pair.sender.offer(header(200_000), pair.now);
    pair.settle();
    pair.receiver.accept(1, [], pair.now);
    pair.settle();
    expect(asked(pair).at(-1)).toMatchObject({ hold: true });
    for (let lane = 1; lane <= 10; lane++) pair.sender.handleLaneClosed(lane, pair.now);
    pair.settle();
    expect(asked(pair).at(-1)).toMatchObject({ hold: false });
  });

  test('[P-11] are few again a minute after the last picture, and as many as before when the next is offered', () => {
    const pair = new FaceToFace();
    // Clean lanes are few: losses make many worth having.
    let packets = 0;
    pair.toReceiver = (bytes) => bytes[0] === DATA && packets++ % 7 === 3;
    pair.sender.offer(header(100_000), pair.now);
    pair.settle();
    pair.receiver.accept(1, [], pair.now);
    pair.run(5000, () => pair.receiverEvents.some((event) => event.type === 'whole'));
    pair.receiver.verified(1, true, pair.now);
    pair.run(1000);
    const many = asked(pair).at(-1)!;
    expect(many.target).toBeGreaterThan(16);
    pair.run(61_000);
    expect(asked(pair).at(-1)).toEqual({ type: 'lanes', target: 16, hold: false });
    pair.sender.offer(header(1000), pair.now);
    pair.settle();
    expect(asked(pair).at(-1)).toEqual(many);
  });
});

describe('memory', () => {
  test('[P-55] of unfinished blocks is given up on both sides when a transfer is cancelled', () => {
    for (const by of ['sender', 'receiver'] as const) {
      const pair = new FaceToFace();
      const id = pair.sender.offer(header(50_000_000, 3000), pair.now);
      pair.settle();
      pair.receiver.accept(id, [], pair.now);
      pair.toReceiver = (bytes) => bytes[0] === DATA && (bytes[1] as number) > 40;
      pair.run(200);
      expect(pair.receiver.transfer(id)?.original.openBlocks).toBeGreaterThan(0);
      pair[by].cancel(id);
      pair.run(10);
      expect(pair.receiver.transfer(id)?.state).toBe('ended');
      expect(pair.receiver.transfer(id)?.original.openBlocks).toBe(0);
      expect(pair.sender.transfer(id)?.state).toBe('ended');
      expect(pair.sender.transfer(id)?.original.openBlocks).toBe(0);
    }
  });

  test('[P-30, P-45] of open blocks stays within its bound on both sides while the first block never becomes whole', () => {
    const pair = new FaceToFace(16);
    const id = pair.sender.offer(header(80_000_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    // A receiver that never gets the last symbol of the first block.
    pair.toReceiver = (bytes) =>
      bytes[0] === DATA && new DataView(bytes.buffer).getUint32(4) === 0 && (bytes[1] as number) > 60;
    pair.run(20_000, () => (pair.sender.transfer(id)?.original.openBlocks ?? 0) >= MAX_OPEN_BLOCKS);
    pair.run(100);
    expect(pair.sender.transfer(id)?.original.openBlocks).toBeLessThanOrEqual(MAX_OPEN_BLOCKS);
    expect(pair.receiver.transfer(id)?.original.openBlocks).toBeLessThanOrEqual(MAX_OPEN_BLOCKS);
  });

  test('[P-45] of an album that is accepted at once holds the fronts of what is sent and of the next, not of all', () => {
    const pair = new FaceToFace();
    const ids = Array.from({ length: 100 }, (_, n) =>
      pair.sender.offer(header(3_000_000 + n, 2000), pair.now),
    );
    pair.settle();
    for (const id of ids) pair.receiver.accept(id, [], pair.now);
    pair.settle();
    const asked = new Set(
      pair.senderEvents.flatMap((event) =>
        event.type === 'need' && event.kind === ORIGINAL ? [event.transfer] : [],
      ),
    );
    expect([...asked]).toEqual(ids.slice(0, 2));
    pair.run(60_000, () => pair.said('whole') >= 4);
    expect(pair.said('whole')).toBe(4);
  });

  test('[P-102] takes 2,000 offers that wait, and refuses the next by name', () => {
    const pair = new FaceToFace();
    for (let i = 0; i <= MAX_WAITING_OFFERS; i++) pair.sender.offer(header(10), pair.now);
    pair.settle();
    expect(pair.said('offered')).toBe(MAX_WAITING_OFFERS);
    expect(pair.receiver.violations.last).toBe('too-many-offers');
  });
});

describe('pictures that overlap', () => {
  test('are told of in the order in which they are sent, though accepted in another than offered', () => {
    const pair = new FaceToFace(16);
    const ids = [1, 2, 3, 4].map((n) => pair.sender.offer(header(20_000_000 + n, 2000), pair.now));
    pair.settle();
    for (const id of ids.toReversed()) {
      pair.receiver.accept(id, [], pair.now);
      pair.now += 1;
      pair.settle();
    }
    // Longer than the sender may have open: it hears of what it sends, or stalls.
    pair.run(120_000, () => pair.said('whole') >= 1);
    expect(pair.receiver.transfer(ids[3] as number)?.state).toBe('verifying');
    const transfer = pair.sender.transfer(ids[3] as number);
    expect(transfer?.original.packetsSent).toBeLessThan(1.2 * (transfer?.original.geometry.chunks ?? 0));
  }, 60_000);
});

describe('the control channel, lost and back', () => {
  test('[P-64] carries a cancellation again that was lost with it', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(5_000_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.run(20);
    pair.toReceiver = noControl;
    pair.sender.cancel(id);
    pair.run(20);
    expect(pair.receiver.transfer(id)?.state).toBe('receiving');
    pair.toReceiver = () => false;
    pair.sender.resync(false);
    pair.settle();
    expect(pair.receiver.transfer(id)?.state).toBe('ended');
    expect(pair.said('cancelled')).toBe(1);
    expect(pair.receiver.violations.count).toBe(0);
  });

  test('[P-65] carries an answer again that was lost with it, in every state', () => {
    for (const stage of ['accept', 'decline', 'cancel', 'complete'] as const) {
      const pair = new FaceToFace();
      const id = pair.sender.offer(header(40_000), pair.now);
      pair.settle();
      pair.toSender = stage === 'complete' ? () => false : everything;
      if (stage === 'decline') pair.receiver.decline(id);
      else pair.receiver.accept(id, [], pair.now);
      if (stage === 'cancel') pair.receiver.cancel(id);
      if (stage === 'complete') {
        pair.run(5000, () => pair.said('whole') === 1);
        pair.toSender = noControl;
        pair.receiver.verified(id, true, pair.now);
      }
      pair.run(100);
      pair.toSender = () => false;
      pair.sender.resync(false);
      pair.settle();
      const state = pair.sender.transfer(id)?.state;
      expect(state).toBe({ accept: 'sending', decline: 'ended', cancel: 'ended', complete: 'done' }[stage]);
      expect(pair.sender.violations.count + pair.receiver.violations.count).toBe(0);
    }
  });

  test('[P-18, P-66] starts over with a receiver that remembers nothing, in either state, and skips what that one still has', () => {
    const pair = new FaceToFace();
    const waiting = pair.sender.offer(header(3000), pair.now);
    const id = pair.sender.offer(header(650_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.run(30);
    expect(pair.receiver.transfer(id)?.chunks).toBeGreaterThan(0);
    for (let lane = 1; lane <= 4; lane++) pair.sender.handleLaneClosed(lane, pair.now);
    pair.receiver = new Receiver();
    pair.receiverEvents = [];
    for (let lane = 5; lane <= 8; lane++) pair.openLane(lane);
    pair.sender.resync(true);
    pair.settle();
    expect(pair.said('offered')).toBe(2);
    pair.receiver.accept(id, [{ first: 0, count: 7 }], pair.now);
    pair.run(5000, () => pair.said('whole') === 1);
    expect(pair.said('whole')).toBe(1);
    expect(pair.receiverEvents.filter((event) => event.type === 'block').length).toBe(10 - 7);
    pair.receiver.verified(id, true, pair.now);
    pair.receiver.decline(waiting);
    pair.run(500);
    expect(pair.sender.transfer(id)?.state).toBe('done');
    expect(pair.sender.transfer(waiting)?.state).toBe('ended');
    expect(pair.receiver.transfer(id)?.sent?.packets).toBeGreaterThan(0);
  });
});

describe('what each side tells the other of single chunks', () => {
  /** Symbol numbers of an original's DATA packet. */
  const symbolOf = (bytes: Uint8Array): number | undefined => (bytes[0] === DATA ? bytes[1] : undefined);

  test('[P-19] the receiver hears the round trip while the picture comes, and of which blocks more was sent', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(640 * 1024), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    // Chunk 5 of the first block never arrives, nor any repair sent along: only what is sent once the lack
    // was told.
    const { original } = pair.sender.transfer(id)!;
    pair.toReceiver = (bytes) => {
      const symbol = symbolOf(bytes);
      if (symbol === undefined || (bytes[4]! | bytes[5]! | bytes[6]! | bytes[7]!) !== 0) return false;
      return symbol === 5 || (symbol >= 64 && !original.wasRetransmitted(0));
    };
    pair.run(3000, () => pair.said('whole') > 0);
    pair.receiver.verified(id, true, pair.now);
    pair.run(500);
    const told = pair.receiverEvents.filter((event) => event.type === 'sending');
    expect(told.length).toBeGreaterThan(1);
    expect(told[0]?.roundTrip).toBeGreaterThanOrEqual(0);
    const blocks = told.flatMap(({ again }) =>
      again.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i)),
    );
    expect(blocks).toContain(0);
    expect(new Set(blocks).size).toBe(blocks.length);
    const rebuilt = pair.receiverEvents.find((event) => event.type === 'block' && event.block === 0);
    expect(rebuilt).toMatchObject({ rebuilt: [5] });
  });

  test('a picture that loses nothing has no block of which more was sent', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(640 * 1024), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.run(3000, () => pair.said('whole') > 0);
    pair.receiver.verified(id, true, pair.now);
    pair.run(500);
    for (const event of pair.receiverEvents) if (event.type === 'sending') expect(event.again).toEqual([]);
    expect(pair.said('sending')).toBeGreaterThan(0);
    expect(pair.said('twice')).toBe(0);
  });

  test('[P-19] the sender hears which chunks are missing now, and which came when they were here already', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(130 * 1024), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.toReceiver = noLanes;
    pair.run(300);
    let number = 1_000_000;
    const come = (block: number, symbol: number): void =>
      pair.receiver.handlePacket(
        encodeData({ symbol, stream: id * 2 + 1, block, number: number++, sentAt: 0 }, new Uint8Array(1024)),
        1,
        pair.now,
      );
    // The three blocks begin with the chunks 0, 43 and 86.
    for (const symbol of [0, 1, 3, 3]) come(0, symbol);
    come(1, 0);
    come(2, 0);
    pair.run(300);
    const reports = pair.senderEvents.flatMap((event) => (event.type === 'progress' ? [event.report] : []));
    const last = reports.at(-1)!;
    expect(last.holes).toEqual([
      { first: 2, count: 1 },
      { first: 4, count: 39 },
      { first: 44, count: 42 },
    ]);
    expect(reports.flatMap(({ twice }) => twice)).toEqual([{ first: 3, count: 1 }]);
    expect(pair.receiver.transfer(id)?.duplicates).toBe(1);
  });

  test('a chunk that comes after it was rebuilt came twice', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(3 * 1024), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    let late: { bytes: Uint8Array; lane: number } | undefined;
    pair.toReceiver = (bytes, lane) => {
      if (symbolOf(bytes) !== 1 || late !== undefined) return false;
      late = { bytes: bytes.slice(), lane };
      return true;
    };
    pair.run(3000, () => pair.said('whole') > 0);
    pair.receiver.verified(id, true, pair.now);
    expect(pair.said('twice')).toBe(0);
    pair.receiver.handlePacket(late!.bytes, late!.lane, pair.now);
    pair.settle();
    expect(pair.receiverEvents.filter((event) => event.type === 'twice')).toEqual([
      { type: 'twice', transfer: id, chunk: 1 },
    ]);
  });
});

describe('messages in the wrong state', () => {
  test('[P-16, P-98] to a sender are counted under a name and change nothing', () => {
    const pair = new FaceToFace();
    const offered = pair.sender.offer(header(1000), pair.now);
    const wrong: [ControlMessage, string][] = [
      [{ type: 'accept', transfer: 99, have: [] }, 'unknown-transfer'],
      [{ type: 'complete', transfer: offered, verified: true }, 'wrong-state'],
      [{ type: 'offer', transfer: 4, header: header(9) }, 'wrong-state'],
      [{ type: 'sent', transfer: offered, packets: 1, retransmitted: 0, roundTrip: 1 }, 'wrong-state'],
      [{ type: 'sending', transfer: offered, roundTrip: 1, again: [] }, 'wrong-state'],
      [{ type: 'decline', transfer: 7 }, 'unknown-transfer'],
    ];
    for (const [i, [message, code]] of wrong.entries()) {
      pair.toSenderSay(message);
      expect(pair.sender.violations.last).toBe(code);
      expect(pair.sender.violations.count).toBe(i + 1);
      expect(pair.sender.transfer(offered)?.state).toBe('offered');
    }
    pair.toSenderSay({ type: 'accept', transfer: offered, have: [] });
    pair.toSenderSay({ type: 'decline', transfer: offered });
    expect(pair.sender.violations.last).toBe('wrong-state');
    expect(pair.sender.transfer(offered)?.state).toBe('sending');
  });

  test('[P-16, P-31, P-98] to a receiver are counted under a name and change nothing', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(1000), pair.now);
    pair.settle();
    const wrong: [ControlMessage, string][] = [
      [{ type: 'accept', transfer: id, have: [] }, 'wrong-state'],
      [{ type: 'complete', transfer: id, verified: true }, 'wrong-state'],
      [{ type: 'sent', transfer: id, packets: 1, retransmitted: 0, roundTrip: 1 }, 'wrong-state'],
      [{ type: 'sending', transfer: id, roundTrip: 1, again: [] }, 'wrong-state'],
      [{ type: 'sending', transfer: id + 1, roundTrip: 1, again: [] }, 'unknown-transfer'],
      [{ type: 'offer', transfer: id, header: header(1001) }, 'wrong-state'],
    ];
    for (const [i, [message, code]] of wrong.entries()) {
      pair.toReceiverSay(message);
      expect(pair.receiver.violations.last).toBe(code);
      expect(pair.receiver.violations.count).toBe(i + 1);
    }
    expect(pair.receiver.transfer(id)?.state).toBe('offered');
    // Probes had the first numbers.
    const data = { symbol: 0, stream: id * 2 + 1, block: 0, number: 100, sentAt: 0 };
    pair.receiver.handlePacket(encodeData(data, new Uint8Array(1000)), 1, pair.now);
    expect(pair.receiver.violations.last).toBe('wrong-state');
    pair.receiver.handlePacket(encodeData(data, new Uint8Array(1000)), 1, pair.now);
    expect(pair.receiver.violations.last).toBe('bad-number');
    pair.receiver.accept(id, [], pair.now);
    pair.receiver.handlePacket(
      encodeData({ ...data, number: 101, stream: 999 }, new Uint8Array(1000)),
      1,
      pair.now,
    );
    expect(pair.receiver.violations.last).toBe('unknown-transfer');
    pair.receiver.handlePacket(
      encodeData({ ...data, number: 102, block: 1 }, new Uint8Array(1000)),
      1,
      pair.now,
    );
    expect(pair.receiver.violations.last).toBe('bad-number');
    pair.receiver.handlePacket(encodeFeedback(claim({})), 1, pair.now);
    expect(pair.receiver.violations.last).toBe('wrong-lane');
    expect(pair.receiver.transfer(id)?.chunks).toBe(0);
  });

  test('[P-26] take no other packet of their lane message with them', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(5000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    const message = new Uint8Array(3 * DATA_PACKET);
    for (const [i, symbol] of [0, 200, 2].entries()) {
      // The second belongs to no transfer.
      const stream = symbol === 200 ? 999 : id * 2 + 1;
      encodeData(
        { symbol, stream, block: 0, number: 100 + i, sentAt: 0 },
        new Uint8Array(1024),
        message,
        i * DATA_PACKET,
      );
    }
    pair.receiver.handlePacket(message, 1, pair.now);
    expect(pair.receiver.violations.last).toBe('unknown-transfer');
    expect(pair.receiver.violations.count).toBe(1);
    expect(pair.receiver.transfer(id)?.chunks).toBe(2);
    pair.receiver.handlePacket(new Uint8Array(11 * DATA_PACKET).fill(DATA), 1, pair.now);
    expect(pair.receiver.violations.last).toBe('too-long');
  });

  test('of our own making are usage errors', () => {
    const pair = new FaceToFace();
    expect(() => pair.receiver.accept(1, [], 0)).toThrow('only an offer');
    expect(() => pair.receiver.decline(1)).toThrow('only an offer');
    expect(() => pair.receiver.verified(1, true, 0)).toThrow('nothing to verify');
  });
});

function claim(change: Partial<Feedback>): Feedback {
  return {
    number: 1_000_000,
    clock: 5,
    newestSentAt: 5,
    ackDelay: 0,
    delay: NO_DELAY,
    packets: 1,
    byteLength: 1000,
    lanes: [],
    streams: [],
    ...change,
  };
}

describe('feedback that lies', () => {
  test('[P-37, P-104] about blocks and packets that do not exist changes nothing', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(650_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.run(20);
    const stream = id * 2 + 1;
    const before = pair.sender.transfer(id)?.original.closedBelow;
    for (const [i, streams] of [
      [{ stream, closedBelow: 11, listedThrough: 0xffff_ffff, lacking: [] }],
      [{ stream: 60_000, closedBelow: 0, listedThrough: 1, lacking: [] }],
      [{ stream: id * 2, closedBelow: 1, listedThrough: 1, lacking: [] }],
    ].entries()) {
      const lanes = [
        { lane: 1, highest: 30_000, received: 30_000 },
        { lane: 60_000, highest: 1, received: 1 },
      ];
      const number = 1_000_000 + i;
      pair.sender.handlePacket(encodeFeedback(claim({ number, lanes, streams })), 1, pair.now);
    }
    expect(pair.sender.transfer(id)?.original.closedBelow).toBe(before);
    expect(pair.sender.figures().inFlight).toBeGreaterThanOrEqual(0);
  });

  test('[P-104] about everything being whole ends the sending and nothing else', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(650_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.run(5);
    const streams = [{ stream: id * 2 + 1, closedBelow: 10, listedThrough: 10, lacking: [] }];
    pair.sender.handlePacket(encodeFeedback(claim({ streams })), 1, pair.now);
    pair.toSender = everything;
    pair.run(100);
    expect(pair.sender.transfer(id)?.state).toBe('sending');
    expect(pair.sender.pollTransmit(pair.now)).toBeUndefined();
    expect(pair.said('complete')).toBe(0);
    pair.sender.cancel(id);
    expect(pair.sender.transfer(id)?.state).toBe('ended');
  });

  test('[P-32] comes again and is not news', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(650_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    const heard: Uint8Array[] = [];
    pair.toSender = (bytes) => {
      if (bytes[0] === FEEDBACK) heard.push(bytes.slice());
      return false;
    };
    pair.run(60);
    const figures = JSON.stringify(pair.sender.figures());
    for (const bytes of heard.toReversed()) pair.sender.handlePacket(bytes, 1, pair.now);
    expect(JSON.stringify(pair.sender.figures())).toBe(figures);
  });
});

describe('the other way', () => {
  const nonce = Uint8Array.from({ length: 16 }, (_, at) => at);

  test('[P-136] a sender invites, its receiver says where it begins, and no transfer is touched by either', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(5000), pair.now);
    pair.sender.invite();
    pair.receiver.sendBack(nonce);
    pair.settle();
    expect(pair.receiverEvents.filter(({ type }) => type === 'invited')).toHaveLength(1);
    expect(pair.senderEvents).toContainEqual({ type: 'back', nonce });
    expect(pair.sender.violations.count + pair.receiver.violations.count).toBe(0);
    expect([pair.sender.transfer(id)?.state, pair.receiver.transfer(id)?.state]).toEqual([
      'offered',
      'offered',
    ]);
  });

  test('[P-136] an invitation to a sender, and an answer to a receiver, are dropped and counted', () => {
    const pair = new FaceToFace();
    pair.sender.handlePacket(encodeControl({ type: 'invite' }), CONTROL_LANE, pair.now);
    pair.receiver.handlePacket(encodeControl({ type: 'back', nonce }), CONTROL_LANE, pair.now);
    pair.settle();
    const said = [...pair.senderEvents, ...pair.receiverEvents].map(({ type }) => type);
    expect(said).not.toContain('back');
    expect(said).not.toContain('invited');
    for (const { violations } of [pair.sender, pair.receiver])
      expect([violations.count, violations.last]).toEqual([1, 'wrong-state']);
  });
});
