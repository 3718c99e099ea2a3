import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from './bytes.ts';
import { MAX_PAIRING_MESSAGE } from './limits.ts';
import { Pairing, type PairingEvent } from './pairing.ts';
import { decodePairingMessage, encodePairingMessage, type PairingMessage } from './pairing-messages.ts';
import { linkPassword, type Password, rejoinPassword, wordsPassword } from './password.ts';
import { seededRandom } from './test-random.ts';

const WORDS = wordsPassword('12', ['acid', 'zoom']);
const OTHER_WORDS = wordsPassword('12', ['acid', 'zone']);
const LINK = linkPassword('12', seededRandom('link')(16));
const REJOIN = rejoinPassword(seededRandom('rejoin')(32));

function makePair(receiverHas: Password = WORDS, senderHas: readonly Password[] = [WORDS, LINK], seed = 1) {
  return {
    sender: new Pairing({ role: 'sender', passwords: senderHas, random: seededRandom(`sender ${seed}`) }),
    receiver: new Pairing({
      role: 'receiver',
      password: receiverHas,
      random: seededRandom(`receiver ${seed}`),
    }),
  };
}

/** Relays until nothing moves; `change` sees each message, numbered from 0. */
function run(
  { sender, receiver }: ReturnType<typeof makePair>,
  change: (bytes: Uint8Array, number: number) => Uint8Array = (bytes) => bytes,
): { sender: PairingEvent[]; receiver: PairingEvent[]; messages: number } {
  let messages = 0;
  for (let moved = true; moved;) {
    moved = false;
    for (const [from, to] of [
      [receiver, sender],
      [sender, receiver],
    ] as const) {
      for (let bytes = from.pollTransmit(); bytes; bytes = from.pollTransmit()) {
        to.handleMessage(change(bytes, messages++));
        moved = true;
      }
    }
  }
  return { sender: events(sender), receiver: events(receiver), messages };
}

function events(pairing: Pairing): PairingEvent[] {
  const all: PairingEvent[] = [];
  for (let event = pairing.pollEvent(); event; event = pairing.pollEvent()) all.push(event);
  return all;
}

function failed(problem: string) {
  return [{ type: 'failed', problem }];
}

describe('two sides with the same password', () => {
  test.each([
    ['words', WORDS, [WORDS, LINK]],
    ['a link', LINK, [WORDS, LINK]],
    ['a rejoin secret', REJOIN, [REJOIN]],
  ])('are confirmed with the same keys after four messages: %s', (_name, receiverHas, senderHas) => {
    const result = run(makePair(receiverHas, senderHas));
    expect(result.sender).toHaveLength(1);
    expect(result.sender[0]!.type).toBe('confirmed');
    expect(result.receiver).toEqual(result.sender);
    expect(result.messages).toBe(4);
  });

  test('[P-82] get three different keys, and others every time', () => {
    const seen = new Set<string>();
    for (const seed of [1, 2]) {
      const [event] = run(makePair(WORDS, [WORDS], seed)).sender;
      if (event?.type !== 'confirmed') throw new Error('not confirmed');
      for (const key of Object.values(event.keys)) {
        expect(key).toHaveLength(32);
        seen.add(String(key));
      }
    }
    expect(seen.size).toBe(6);
  });

  test('[P-79, P-83] confirm the sender before it has sent the last message, and the receiver by that message only', () => {
    const { sender, receiver } = makePair();
    sender.handleMessage(receiver.pollTransmit()!);
    receiver.handleMessage(sender.pollTransmit()!);
    expect(receiver.pollEvent()).toBeUndefined();
    sender.handleMessage(receiver.pollTransmit()!);
    expect(sender.pollEvent()?.type).toBe('confirmed');
    expect(receiver.pollEvent()).toBeUndefined();
    receiver.handleMessage(sender.pollTransmit()!);
    expect(receiver.pollEvent()?.type).toBe('confirmed');
  });

  test('need little work: below half a second for both sides of an exchange, also on a busy machine', () => {
    run(makePair());
    const count = 20;
    const start = performance.now();
    for (let seed = 0; seed < count; seed++) run(makePair(WORDS, [WORDS], seed));
    const each = (performance.now() - start) / count;
    console.log(`pairing: ${each.toFixed(1)} ms of work for both sides of an exchange`);
    expect(each).toBeLessThan(500);
  });
});

describe('a wrong word', () => {
  test('[P-80] ends in code-guessed on both sides', () => {
    const result = run(makePair(OTHER_WORDS));
    expect(result.sender).toEqual(failed('code-guessed'));
    expect(result.receiver).toEqual(failed('code-guessed'));
  });

  test('[P-81] is the end: the right words afterwards change nothing', () => {
    const pair = makePair(OTHER_WORDS);
    run(pair);
    const second = makePair();
    expect(run({ sender: pair.sender, receiver: second.receiver })).toMatchObject({
      sender: [],
      receiver: [],
    });
    expect(pair.sender.pollTransmit()).toBeUndefined();
  });

  test('of the server, which plays the other side to both, gets it into neither', () => {
    for (let seed = 0; seed < 30; seed++) {
      const honest = makePair(WORDS, [WORDS], seed);
      const forged = makePair(OTHER_WORDS, [OTHER_WORDS], seed + 1000);
      expect(run({ sender: honest.sender, receiver: forged.receiver }).sender).toEqual(
        failed('code-guessed'),
      );
      expect(run({ sender: forged.sender, receiver: honest.receiver }).receiver).toEqual(
        failed('code-guessed'),
      );
    }
  });

  test('cannot be told from a right one by what the receiver sends', () => {
    const right = makePair();
    const wrong = makePair(OTHER_WORDS);
    expect(right.receiver.pollTransmit()).toEqual(wrong.receiver.pollTransmit());
  });
});

// Elliptic curves in plain TypeScript on a busy machine: the properties get more than the usual time.
describe('bad messages', { timeout: 120_000 }, () => {
  test.each([
    ['the identity', '00'.repeat(32)],
    ['the prime, the identity written otherwise', `ed${'ff'.repeat(30)}7f`],
    ['a negative coordinate', `01${'00'.repeat(31)}`],
    ['no point', '2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c'],
  ])('%s as a share is tampering, to either side', (_name, encoding) => {
    const share = Buffer.from(encoding, 'hex');
    const forSender = makePair();
    forSender.sender.handleMessage(forSender.receiver.pollTransmit()!);
    const answer = encodePairingMessage({ type: 'answer', shareB: share, tagB: new Uint8Array(32) });
    forSender.sender.handleMessage(answer);
    expect(events(forSender.sender)).toEqual(failed('tampered'));

    const { receiver } = makePair();
    receiver.handleMessage(
      encodePairingMessage({ type: 'share', nonceA: new Uint8Array(16), shareA: share }),
    );
    expect(events(receiver)).toEqual(failed('tampered'));
  });

  test('[P-81] another version is named as that, on both sides', () => {
    const newer = (bytes: Uint8Array) => Uint8Array.from(bytes, (byte, i) => (i === 1 ? 2 : byte));
    const result = run(makePair(), (bytes, number) => (number === 0 ? newer(bytes) : bytes));
    expect(result.sender).toEqual(failed('version-mismatch'));
    expect(result.receiver).toEqual(failed('version-mismatch'));
  });

  test('a kind of password the room has not is a violation', () => {
    const result = run(makePair(REJOIN));
    expect(result.sender).toEqual(failed('protocol-violation'));
    expect(result.receiver).toEqual(failed('protocol-violation'));
  });

  test('the wrong kind, put in by the server, is found out', () => {
    const result = run(makePair(), (bytes, number) =>
      number === 0 ? Uint8Array.from(bytes, (byte, i) => (i === 3 ? LINK.kind : byte)) : bytes,
    );
    expect(result.sender).toEqual(failed('code-guessed'));
    expect(result.receiver).toEqual(failed('code-guessed'));
  });

  test('any one bit of any message changed leaves the receiver unconfirmed, with a name for it', () => {
    const lengths = [20, 51, 67, 35];
    const positions = lengths.flatMap((length, number) =>
      Array.from({ length }, (_, at) => ({ number, at })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...positions), fc.nat({ max: 7 }), ({ number, at }, bit) => {
        const result = run(makePair(), (bytes, current) =>
          current === number
            ? Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ (1 << bit) : byte))
            : bytes,
        );
        expect(result.receiver.map(({ type }) => type)).toEqual(['failed']);
        // Only the last message follows the sender's confirmation.
        expect(result.sender.map(({ type }) => type)).toEqual([number === 3 ? 'confirmed' : 'failed']);
      }),
      { numRuns: 150 },
    );
  });

  test('a message cut or lengthened is a violation', () => {
    fc.assert(
      fc.property(fc.nat({ max: 3 }), fc.nat({ max: 66 }), fc.boolean(), (number, at, longer) => {
        const result = run(makePair(), (bytes, current) => {
          if (current !== number) return bytes;
          return longer ? Uint8Array.from([...bytes, at]) : bytes.slice(0, Math.min(at, bytes.length - 1));
        });
        expect(result.receiver).toEqual(failed('protocol-violation'));
      }),
      { numRuns: 100 },
    );
  });

  test('garbage ends in a name and never throws, in every state', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 70 }).map((body) => Uint8Array.from([0x54, 1, ...body])),
      fc.constant(new Uint8Array(100_000)),
    );
    fc.assert(
      fc.property(garbage, fc.nat({ max: 2 }), (bytes, progress) => {
        const { sender, receiver } = makePair();
        if (progress > 0) sender.handleMessage(receiver.pollTransmit()!);
        if (progress > 1) receiver.handleMessage(sender.pollTransmit()!);
        for (const side of [sender, receiver]) {
          side.handleMessage(bytes);
          for (const event of events(side)) expect(event.type).toBe('failed');
        }
      }),
      { numRuns: 500 },
    );
  });

  test('does nothing more once it is over', () => {
    const pair = makePair();
    run(pair);
    for (const side of [pair.sender, pair.receiver]) {
      side.handleMessage(utf8('late'));
      expect(side.pollEvent()).toBeUndefined();
      expect(side.pollTransmit()).toBeUndefined();
    }
  });
});

test('[P-75] reads back every message it writes, and anything else as a named problem', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const message: fc.Arbitrary<PairingMessage> = fc.oneof(
    fc.record({ type: fc.constant('hello' as const), kind: fc.nat({ max: 255 }), nonceB: bytes(16) }),
    fc.record({ type: fc.constant('share' as const), nonceA: bytes(16), shareA: bytes(32) }),
    fc.record({ type: fc.constant('answer' as const), shareB: bytes(32), tagB: bytes(32) }),
    fc.record({ type: fc.constant('confirm' as const), tagA: bytes(32) }),
    fc.record({
      type: fc.constant('abort' as const),
      reason: fc.constantFrom('protocol-violation', 'code-guessed', 'version-mismatch', 'tampered'),
    }),
  );
  fc.assert(
    fc.property(message, (original) => {
      const encoded = encodePairingMessage(original);
      expect(encoded.length).toBeLessThanOrEqual(MAX_PAIRING_MESSAGE);
      expect(decodePairingMessage(encoded)).toEqual(original);
      expect(decodePairingMessage(encoded.subarray(1)).type).toBe('bad');
    }),
  );
});

test('does not start with a source of randomness that gives zeros or too little', () => {
  const options = { role: 'receiver', password: WORDS } as const;
  expect(() => new Pairing({ ...options, random: (length) => new Uint8Array(length) })).toThrow(RangeError);
  expect(() => new Pairing({ ...options, random: () => Uint8Array.of(1, 2, 3) })).toThrow(RangeError);
  const shortScalar = (length: number) => new Uint8Array(Math.min(length, 31)).fill(1);
  expect(() => new Pairing({ ...options, random: shortScalar })).toThrow(RangeError);
});
