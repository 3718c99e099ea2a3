/** What the other side may cost: memory before an answer, packets for one picture, work for one message. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { CONTROL_LANE } from './endpoint.ts';
import { everything, FaceToFace, header, noControl } from './face-to-face.fixture.ts';
import {
  LINGER,
  MAX_FILE_BYTES,
  MAX_UNANSWERED_OFFERS,
  MAX_WAITING_OFFERS,
  SENDING_ALLOWANCE,
  SENDING_EFFORT,
  USELESS_BYTES_AT_FIRST,
} from './limits.ts';
import { IncomingTransfer } from './receiving/incoming-transfer.ts';
import { Receiver } from './receiving/receiver.ts';
import { OutgoingObject } from './sending/outgoing-object.ts';
import { Sender } from './sending/sender.ts';
import { CancelReason, encodeControl, type ControlMessage } from './wire/control-message.ts';
import { encodeFeedback, NO_DELAY, type Feedback } from './wire/feedback-packet.ts';
import { encodeData } from './wire/lane-packet.ts';
import { ORIGINAL, PREVIEW, streamOf } from './wire/stream-id.ts';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;
const used = (): number => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1024 ** 2;
};

const say = (to: Receiver | Sender, message: ControlMessage, now = 0): void =>
  to.handlePacket(encodeControl(message), CONTROL_LANE, now);

function drain(endpoint: Receiver | Sender): string[] {
  const types: string[] = [];
  for (let event = endpoint.pollEvent(); event !== undefined; event = endpoint.pollEvent())
    types.push(event.type);
  while (endpoint.pollTransmit(0) !== undefined);
  return types;
}

describe('before anyone has answered', () => {
  test('[P-102] an offer and its withdrawal leave nothing behind, however large the picture claims to be', () => {
    const receiver = new Receiver();
    const before = used();
    for (let transfer = 1; transfer <= 7000; transfer++) {
      say(receiver, { type: 'offer', transfer, header: header(MAX_FILE_BYTES, 65_536) });
      say(receiver, { type: 'cancel', transfer, reason: CancelReason.person });
      drain(receiver);
    }
    expect(used() - before).toBeLessThan(4);
    expect(receiver.violations.count).toBe(0);
  });

  test('[P-102] offers that wait and offers that were taken back are counted, and past the limit the session ends', () => {
    const waiting = new Receiver();
    for (let transfer = 1; transfer <= MAX_WAITING_OFFERS; transfer++)
      say(waiting, { type: 'offer', transfer, header: header(10) });
    expect(drain(waiting)).not.toContain('flooded');
    say(waiting, { type: 'offer', transfer: MAX_WAITING_OFFERS + 1, header: header(10) });
    expect(drain(waiting)).toEqual(['flooded']);

    const withdrawn = new Receiver();
    let ended = 0;
    for (let transfer = 1; ended === 0; transfer++) {
      say(withdrawn, { type: 'offer', transfer, header: header(10) });
      if (drain(withdrawn).includes('flooded')) ended = transfer;
      say(withdrawn, { type: 'cancel', transfer, reason: CancelReason.person });
    }
    expect(ended).toBe(MAX_UNANSWERED_OFFERS + 1);
  });

  test('[P-102] another endpoint of the same session goes on counting, and what a person answered does not count', () => {
    const first = new Receiver();
    for (let transfer = 1; transfer <= 1000; transfer++)
      say(first, { type: 'offer', transfer, header: header(10) });
    first.decline(1);
    first.accept(2, [], 0);
    say(first, { type: 'cancel', transfer: 3, reason: CancelReason.person });
    expect(first.unanswered).toBe(998);
    const second = new Receiver(first);
    expect(second.unanswered).toBe(998);
    second.forgive();
    expect(second.unanswered).toBe(0);
  });
});

const CLAIM: Feedback = {
  number: 1,
  clock: 0,
  newestSentAt: 0,
  ackDelay: 0,
  delay: NO_DELAY,
  packets: 0,
  byteLength: 0,
  lanes: [],
  streams: [],
};

describe('lane bytes that serve no accepted picture', () => {
  const open = (): Receiver => {
    const receiver = new Receiver();
    receiver.handleLaneOpen(1, 0);
    for (let transfer = 1; transfer <= 100; transfer++)
      say(receiver, { type: 'offer', transfer, header: header(100_000, 65_536) });
    drain(receiver);
    return receiver;
  };
  const packet = (stream: number, symbol: number, number: number) =>
    encodeData({ symbol, stream, block: 0, number, sentAt: 0 }, new Uint8Array(1024));
  /** Bytes that `receiver` takes from 6 MB a second of such messages before it ends the session. */
  const takes = (receiver: Receiver, message: (index: number) => Uint8Array): number => {
    let taken = 0;
    for (let index = 0; taken < 2.5 * USELESS_BYTES_AT_FIRST; index++) {
      const bytes = message(index);
      receiver.handlePacket(bytes, 1, taken / 6000);
      if (drain(receiver).includes('flooded')) return taken;
      taken += bytes.length;
    }
    return Infinity;
  };
  const most = 1.2 * USELESS_BYTES_AT_FIRST;

  test('[P-102] end the session once they are more than are ever late, whatever they are', () => {
    const noise = new Uint8Array(1000).fill(0xee);
    expect(takes(open(), (index) => packet(streamOf(300, ORIGINAL), 0, index))).toBeLessThan(most);
    expect(takes(open(), (index) => packet(streamOf(1, ORIGINAL), 0, index))).toBeLessThan(most);
    expect(
      takes(open(), (index) => packet(streamOf(1 + (index % 100), PREVIEW), index % 64, index)),
    ).toBeLessThan(most);
    expect(takes(open(), (index) => packet(streamOf(1, PREVIEW), 0, index & 1))).toBeLessThan(most);
    expect(takes(open(), () => noise)).toBeLessThan(most);
  });

  test('[P-102] are counted on by another endpoint of the session, and not by the next session', () => {
    const first = open();
    expect(takes(first, () => new Uint8Array(1000))).toBeLessThan(most);
    const second = new Receiver(first);
    second.handlePacket(new Uint8Array(1000), 1, 0);
    expect(drain(second)).toEqual(['flooded']);
    second.forgive();
    second.handlePacket(new Uint8Array(1000), 1, 0);
    expect(drain(second)).toEqual([]);
  });

  test('[P-102] end the session of a sender too, feedback or not, and are not counted in the next one', () => {
    const lanes = Array.from({ length: 120 }, (_, i) => ({ lane: i + 1, highest: 0, received: 1 }));
    for (const bytes of [encodeFeedback({ ...CLAIM, lanes }), new Uint8Array(1000)]) {
      const sender = new Sender();
      sender.handleLaneOpen(1, 0);
      let taken = 0;
      while (!drain(sender).includes('flooded')) {
        expect(taken).toBeLessThan(most);
        sender.handlePacket(bytes, 1, taken / 6000);
        taken += bytes.length;
      }
      sender.forgive();
      sender.handlePacket(bytes, 1, taken / 6000);
      expect(drain(sender)).not.toContain('flooded');
    }
  });

  test('[P-102] are made up for by those of a picture that was accepted, however often they come', () => {
    const receiver = open();
    receiver.accept(1, [], 0);
    drain(receiver);
    expect(takes(receiver, (index) => packet(streamOf(1 + (index & 1), ORIGINAL), index % 64, index))).toBe(
      Infinity,
    );
  });
});

describe('a control channel that is new', () => {
  test('[P-63, P-18] hears no feedback of pictures before the sender has said who it is', () => {
    const receiver = new Receiver();
    receiver.handleLaneOpen(1, 0);
    say(receiver, { type: 'offer', transfer: 1, header: header(100_000) });
    receiver.accept(1, [], 0);
    drain(receiver);
    const feedback = (now: number): number => {
      let count = 0;
      for (let out = receiver.pollTransmit(now); out !== undefined; out = receiver.pollTransmit(now))
        count += out.lane === CONTROL_LANE ? 0 : 1;
      return count;
    };
    receiver.disconnected();
    receiver.handleLaneClosed(1, 1000);
    receiver.handleLaneOpen(1, 2000);
    receiver.handleTimeout(2000);
    expect(feedback(2000)).toBe(0);
    expect(receiver.nextTimeout()).toBeGreaterThan(2000);
    say(receiver, { type: 'hello', instance: new Uint8Array(8), name: 'x' }, 2100);
    expect(feedback(2100)).toBeGreaterThanOrEqual(3);
  });
});

describe('what is over', () => {
  test('is forgotten but for its end, which is said again when the offer is repeated', () => {
    const pair = new FaceToFace();
    const before = used();
    for (let i = 0; i < 5000; i++) {
      const id = pair.sender.offer(header(10), pair.now);
      pair.settle();
      if (i % 2 === 0) pair.receiver.decline(id);
      else pair.sender.cancel(id);
      pair.settle();
      pair.receiverEvents = [];
      pair.senderEvents = [];
    }
    expect(used() - before).toBeLessThan(6);
    const answers: Uint8Array[] = [];
    pair.toSender = (bytes) => answers.push(bytes) > 0;
    for (const transfer of [1, 2]) pair.toReceiverSay({ type: 'offer', transfer, header: header(10) });
    pair.settle();
    expect(answers).toEqual(
      [1, 2].map((transfer) => encodeControl({ type: 'cancel', transfer, reason: CancelReason.person })),
    );
    expect(pair.receiver.transfer(1)).toBeUndefined();
    expect(pair.sender.transfer(1)).toBeUndefined();
  });

  test('does not keep waiting because its count is said again', () => {
    const pair = new FaceToFace();
    const id = pair.sender.offer(header(10_000), pair.now);
    pair.settle();
    pair.receiver.accept(id, [], pair.now);
    pair.run(5000, () => pair.said('whole') > 0);
    pair.toReceiver = noControl;
    pair.receiver.verified(id, true, pair.now);
    const count = { type: 'sent', transfer: id, packets: 60_000, retransmitted: 0, roundTrip: 1 } as const;
    for (let waited = 0; waited <= LINGER; waited += 500) {
      pair.toReceiverSay(count);
      pair.run(500);
    }
    expect(pair.receiver.transfer(id)?.state).toBe('done');
    pair.receiverEvents = [];
    pair.toReceiverSay(count);
    pair.settle();
    expect(pair.said('final')).toBe(0);
  });
});

describe('a receiver that is never satisfied', () => {
  test('[P-45] ends the picture as a violation once it has cost its budget, and both sides know how much was sent', () => {
    const sender = new Sender();
    for (let lane = 1; lane <= 32; lane++) sender.handleLaneOpen(lane, 0);
    const id = sender.offer(header(100_000), 0);
    const sent = new Map<number, number>();
    let byteLength = 0;
    let packets = 0;
    const ends: string[] = [];
    let number = 0;
    say(sender, { type: 'accept', transfer: id, have: [] });
    // Every 2 ms it says that all of it arrived, and that nothing of the picture is here.
    for (let now = 1; now < 120_000; now += 2) {
      sender.handleTimeout(now);
      for (let out = sender.pollTransmit(now); out !== undefined; out = sender.pollTransmit(now)) {
        if (out.lane === CONTROL_LANE) continue;
        byteLength += out.bytes.length;
        packets += 1;
        sent.set(out.lane, (sent.get(out.lane) ?? 0) + 1);
      }
      for (let event = sender.pollEvent(); event !== undefined; event = sender.pollEvent()) {
        if (event.type === 'need')
          sender.provide(id, event.kind, event.block, new Uint8Array(event.to - event.from));
        if (event.type === 'violation') ends.push(event.type);
      }
      const lanes = [...sent].map(([lane, count]) => ({ lane, highest: count - 1, received: count }));
      const lacking = [0, 1].map((block) => ({ block, symbols: 49 }));
      const streams = [{ stream: streamOf(id, ORIGINAL), closedBelow: 0, listedThrough: 2, lacking }];
      const said = {
        number: ++number,
        clock: now * 10,
        newestSentAt: now * 10,
        delay: 0,
        packets,
        byteLength,
      };
      sender.handlePacket(encodeFeedback({ ...CLAIM, ...said, lanes, streams }), 1, now + 1);
    }
    const budget = SENDING_EFFORT * 98 + SENDING_ALLOWANCE;
    expect(ends).toEqual(['violation']);
    expect(packets).toBeLessThanOrEqual(budget + 1);
    expect(sender.transfer(id)).toMatchObject({ state: 'ended' });
    expect(sender.transfer(id)?.original.packetsSent).toBeGreaterThan(budget);
  });

  test('does not raise the rate by claiming more than was sent', () => {
    const rates = [1, 1000].map((lie) => {
      const pair = new FaceToFace();
      const id = pair.sender.offer(header(50_000_000), pair.now);
      pair.settle();
      pair.receiver.accept(id, [], pair.now);
      pair.settle();
      pair.toSender = everything;
      let byteLength = 0;
      const sent = new Map<number, number>();
      pair.toReceiver = (message, lane) => {
        if (lane !== CONTROL_LANE) {
          byteLength += message.length;
          sent.set(lane, (sent.get(lane) ?? 0) + 1);
        }
        return true;
      };
      for (let number = 1; number < 200; number++) {
        pair.run(10);
        const lanes = [...sent].map(([lane, count]) => ({ lane, highest: count - 1, received: count }));
        // Half of the bytes were delivered, in truth.
        const said = { clock: pair.now * 10, newestSentAt: (pair.now - 1) * 10, packets: number };
        const claim = { ...CLAIM, number, ...said, delay: 0, byteLength: (byteLength * lie) / 2, lanes };
        pair.sender.handlePacket(encodeFeedback(claim), 1, pair.now);
      }
      return pair.sender.figures().rate;
    });
    // Twice the truth is what was sent, and a sender searches beyond it.
    expect(rates[1]).toBeLessThan(5 * rates[0]!);
  });
});

describe('a message is work for its length and no more', () => {
  test('SENDING about a picture that was withdrawn is not passed on', () => {
    const receiver = new Receiver();
    say(receiver, { type: 'offer', transfer: 1, header: header(MAX_FILE_BYTES) });
    say(receiver, { type: 'cancel', transfer: 1, reason: CancelReason.person });
    drain(receiver);
    const again = [{ first: 0, count: 64 }];
    say(receiver, { type: 'sending', transfer: 1, roundTrip: 1, again });
    expect(drain(receiver)).toEqual([]);
  });

  test('a packet is found among thirty thousand known pictures as among one', () => {
    const receiver = new Receiver();
    receiver.handleLaneOpen(1, 0);
    for (let transfer = 1; transfer <= 30_000; transfer++) {
      say(receiver, { type: 'offer', transfer, header: header(100_000) });
      if (transfer > 1900) receiver.decline(transfer);
      else receiver.accept(transfer, [], 0);
      drain(receiver);
    }
    const looks = vi.spyOn(IncomingTransfer.prototype, 'state', 'get');
    for (let number = 0; number < 100; number++) {
      const stream = streamOf(1 + (number % 1900), number % 2 === 0 ? ORIGINAL : PREVIEW);
      receiver.handlePacket(
        encodeData({ symbol: 0, stream, block: 0, number, sentAt: 0 }, new Uint8Array(10)),
        1,
        0,
      );
    }
    // Some for the transfer that it is of, none for the others.
    expect(looks.mock.calls.length).toBeGreaterThan(0);
    expect(looks.mock.calls.length).toBeLessThan(100 * 20);
    looks.mockRestore();
  });

  test('feedback that names a hundred thousand blocks again is not walked again', () => {
    const sender = new Sender();
    sender.handleLaneOpen(1, 0);
    const id = sender.offer(header(MAX_FILE_BYTES), 0);
    say(sender, { type: 'accept', transfer: id, have: [] });
    drain(sender);
    const streams = [
      {
        stream: streamOf(id, ORIGINAL),
        closedBelow: 0,
        listedThrough: 131_072,
        lacking: [{ block: 0, symbols: 1 }],
      },
    ];
    const visits = vi.spyOn(OutgoingObject.prototype, 'close');
    for (let number = 1; number <= 100; number++)
      sender.handlePacket(encodeFeedback({ ...CLAIM, number, streams }), 1, 0);
    // Each block once, by the first.
    expect(visits).toHaveBeenCalledTimes(131_071);
    visits.mockRestore();
  });

  test('[P-18] an acceptance is heard once for each offer', () => {
    const sender = new Sender();
    const id = sender.offer(header(MAX_FILE_BYTES), 0);
    const have = [{ first: 1, count: 131_071 }];
    say(sender, { type: 'accept', transfer: id, have });
    say(sender, { type: 'accept', transfer: id, have });
    expect(sender.violations.last).toBe('wrong-state');
    sender.resync(false);
    say(sender, { type: 'accept', transfer: id, have });
    expect(sender.violations.count).toBe(1);
  });
});
