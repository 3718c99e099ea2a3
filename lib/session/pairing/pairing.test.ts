import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from './bytes.ts';
import { MAX_PAIRING_MESSAGE } from './limits.ts';
import { Pairing, type PairingEvent } from './pairing.ts';
import { decodePairingMessage, encodePairingMessage, type PairingMessage } from './pairing-messages.ts';
import type { Role } from '../model.ts';
import { linkPassword, type Password, rejoinPassword, wordsPassword } from './password.ts';
import { seededRandom } from './test-random.ts';

const WORDS = wordsPassword('12', ['acid', 'zoom']);
const OTHER_WORDS = wordsPassword('12', ['acid', 'zone']);
const LINK = linkPassword('12', seededRandom('link')(16));
const REJOIN = rejoinPassword(seededRandom('rejoin')(32));

function makePair(
  guestHas: Password = WORDS,
  hostHas: readonly Password[] = [WORDS, LINK],
  seed = 1,
  roles: readonly [host: Role, guest: Role] = ['sender', 'receiver'],
) {
  return {
    host: new Pairing({
      party: 'host',
      role: roles[0],
      passwords: hostHas,
      random: seededRandom(`host ${seed}`),
    }),
    guest: new Pairing({
      party: 'guest',
      role: roles[1],
      password: guestHas,
      random: seededRandom(`guest ${seed}`),
    }),
  };
}

/** Relays until nothing moves; `change` sees each message, numbered from 0. */
function run(
  { host, guest }: ReturnType<typeof makePair>,
  change: (bytes: Uint8Array, number: number) => Uint8Array = (bytes) => bytes,
): { host: PairingEvent[]; guest: PairingEvent[]; messages: number } {
  let messages = 0;
  for (let moved = true; moved;) {
    moved = false;
    for (const [from, to] of [
      [guest, host],
      [host, guest],
    ] as const) {
      for (let bytes = from.pollTransmit(); bytes; bytes = from.pollTransmit()) {
        to.handleMessage(change(bytes, messages++));
        moved = true;
      }
    }
  }
  return { host: events(host), guest: events(guest), messages };
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
  ])('are confirmed with the same keys after four messages: %s', (_name, guestHas, hostHas) => {
    const result = run(makePair(guestHas, hostHas));
    expect(result.host).toHaveLength(1);
    expect(result.host[0]!.type).toBe('confirmed');
    expect(result.guest).toEqual(result.host);
    expect(result.messages).toBe(4);
  });

  test('[P-82] get three different keys, and others every time', () => {
    const seen = new Set<string>();
    for (const seed of [1, 2]) {
      const [event] = run(makePair(WORDS, [WORDS], seed)).host;
      if (event?.type !== 'confirmed') throw new Error('not confirmed');
      for (const key of Object.values(event.keys)) {
        expect(key).toHaveLength(32);
        seen.add(String(key));
      }
    }
    expect(seen.size).toBe(6);
  });

  test('[P-79, P-83] confirm the host before it has sent the last message, and the guest by that message only', () => {
    const { host, guest } = makePair();
    host.handleMessage(guest.pollTransmit()!);
    guest.handleMessage(host.pollTransmit()!);
    expect(guest.pollEvent()).toBeUndefined();
    host.handleMessage(guest.pollTransmit()!);
    expect(host.pollEvent()?.type).toBe('confirmed');
    expect(guest.pollEvent()).toBeUndefined();
    guest.handleMessage(host.pollTransmit()!);
    expect(guest.pollEvent()?.type).toBe('confirmed');
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
    expect(result.host).toEqual(failed('code-guessed'));
    expect(result.guest).toEqual(failed('code-guessed'));
  });

  test('[P-81] is the end: the right words afterwards change nothing', () => {
    const pair = makePair(OTHER_WORDS);
    run(pair);
    const second = makePair();
    expect(run({ host: pair.host, guest: second.guest })).toMatchObject({
      host: [],
      guest: [],
    });
    expect(pair.host.pollTransmit()).toBeUndefined();
  });

  test('of the server, which plays the other side to both, gets it into neither', () => {
    for (let seed = 0; seed < 30; seed++) {
      const honest = makePair(WORDS, [WORDS], seed);
      const forged = makePair(OTHER_WORDS, [OTHER_WORDS], seed + 1000);
      expect(run({ host: honest.host, guest: forged.guest }).host).toEqual(failed('code-guessed'));
      expect(run({ host: forged.host, guest: honest.guest }).guest).toEqual(failed('code-guessed'));
    }
  });

  test('cannot be told from a right one by what the guest sends', () => {
    const right = makePair();
    const wrong = makePair(OTHER_WORDS);
    expect(right.guest.pollTransmit()).toEqual(wrong.guest.pollTransmit());
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
    const forHost = makePair();
    forHost.host.handleMessage(forHost.guest.pollTransmit()!);
    const answer = encodePairingMessage({ type: 'answer', shareB: share, tagB: new Uint8Array(32) });
    forHost.host.handleMessage(answer);
    expect(events(forHost.host)).toEqual(failed('tampered'));

    const { guest } = makePair();
    guest.handleMessage(encodePairingMessage({ type: 'share', nonceA: new Uint8Array(16), shareA: share }));
    expect(events(guest)).toEqual(failed('tampered'));
  });

  test('[P-81] another version is named as that, on both sides', () => {
    const newer = (bytes: Uint8Array) => Uint8Array.from(bytes, (byte, i) => (i === 1 ? 1 : byte));
    const result = run(makePair(), (bytes, number) => (number === 0 ? newer(bytes) : bytes));
    expect(result.host).toEqual(failed('version-mismatch'));
    expect(result.guest).toEqual(failed('version-mismatch'));
  });

  test('[P-123] either party may send: roles are independent of who opened the room, and both are confirmed', () => {
    const [sends] = run(makePair(LINK, [WORDS, LINK], 1, ['sender', 'receiver'])).host;
    const { host, guest } = run(makePair(LINK, [WORDS, LINK], 1, ['receiver', 'sender']));
    expect(host.map(({ type }) => type)).toEqual(['confirmed']);
    expect(guest).toEqual(host);
    // The same nonces and secrets in other roles make other keys.
    expect(host[0]).not.toEqual(sends);
  });

  test.each(['sender', 'receiver'] as const)(
    '[P-123] two sides that are both a %s are turned away before anything depends on the password',
    (role) => {
      const pair = makePair(WORDS, [WORDS], 1, [role, role]);
      pair.host.handleMessage(pair.guest.pollTransmit()!);
      const answer = pair.host.pollTransmit()!;
      expect(decodePairingMessage(answer)).toEqual({ type: 'abort', reason: 'same-role' });
      pair.guest.handleMessage(answer);
      expect([events(pair.host), events(pair.guest)]).toEqual([failed('same-role'), failed('same-role')]);
      expect([pair.host.pollTransmit(), pair.guest.pollTransmit()]).toEqual([undefined, undefined]);
    },
  );

  test('[P-123] a role that the server put in is found out', () => {
    const pair = makePair(WORDS, [WORDS], 1, ['sender', 'sender']);
    const other = (bytes: Uint8Array) => Uint8Array.from(bytes, (byte, i) => (i === 4 ? 2 : byte));
    const result = run(pair, (bytes, number) => (number === 0 ? other(bytes) : bytes));
    expect(result.host).toEqual(failed('code-guessed'));
    expect(result.guest).toEqual(failed('code-guessed'));
  });

  test('a kind of password the room has not is a violation', () => {
    const result = run(makePair(REJOIN));
    expect(result.host).toEqual(failed('protocol-violation'));
    expect(result.guest).toEqual(failed('protocol-violation'));
  });

  test('the wrong kind, put in by the server, is found out', () => {
    const result = run(makePair(), (bytes, number) =>
      number === 0 ? Uint8Array.from(bytes, (byte, i) => (i === 3 ? LINK.kind : byte)) : bytes,
    );
    expect(result.host).toEqual(failed('code-guessed'));
    expect(result.guest).toEqual(failed('code-guessed'));
  });

  test('any one bit of any message changed leaves the guest unconfirmed, with a name for it', () => {
    const lengths = [21, 51, 67, 35];
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
        expect(result.guest.map(({ type }) => type)).toEqual(['failed']);
        // Only the last message follows the host's confirmation.
        expect(result.host.map(({ type }) => type)).toEqual([number === 3 ? 'confirmed' : 'failed']);
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
        expect(result.guest).toEqual(failed('protocol-violation'));
      }),
      { numRuns: 100 },
    );
  });

  test('garbage ends in a name and never throws, in every state', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 70 }).map((body) => Uint8Array.from([0x54, 2, ...body])),
      fc.constant(new Uint8Array(100_000)),
    );
    fc.assert(
      fc.property(garbage, fc.nat({ max: 2 }), (bytes, progress) => {
        const { host, guest } = makePair();
        if (progress > 0) host.handleMessage(guest.pollTransmit()!);
        if (progress > 1) guest.handleMessage(host.pollTransmit()!);
        for (const side of [host, guest]) {
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
    for (const side of [pair.host, pair.guest]) {
      side.handleMessage(utf8('late'));
      expect(side.pollEvent()).toBeUndefined();
      expect(side.pollTransmit()).toBeUndefined();
    }
  });
});

test('[P-75] reads back every message it writes, and anything else as a named problem', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const message: fc.Arbitrary<PairingMessage> = fc.oneof(
    fc.record({
      type: fc.constant('hello' as const),
      kind: fc.nat({ max: 255 }),
      role: fc.constantFrom('sender', 'receiver'),
      nonceB: bytes(16),
    }),
    fc.record({ type: fc.constant('share' as const), nonceA: bytes(16), shareA: bytes(32) }),
    fc.record({ type: fc.constant('answer' as const), shareB: bytes(32), tagB: bytes(32) }),
    fc.record({ type: fc.constant('confirm' as const), tagA: bytes(32) }),
    fc.record({
      type: fc.constant('abort' as const),
      reason: fc.constantFrom(
        'protocol-violation',
        'code-guessed',
        'version-mismatch',
        'tampered',
        'same-role',
      ),
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
  const options = { party: 'guest', role: 'receiver', password: WORDS } as const;
  expect(() => new Pairing({ ...options, random: (length) => new Uint8Array(length) })).toThrow(RangeError);
  expect(() => new Pairing({ ...options, random: () => Uint8Array.of(1, 2, 3) })).toThrow(RangeError);
  const shortScalar = (length: number) => new Uint8Array(Math.min(length, 31)).fill(1);
  expect(() => new Pairing({ ...options, random: shortScalar })).toThrow(RangeError);
});
