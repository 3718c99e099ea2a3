import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from './bytes.ts';
import { MAX_SEALED_MESSAGE, MAX_SEALED_PLAINTEXT } from './limits.ts';
import { SealedChannel } from './sealed-channel.ts';
import { sessionKeys } from './session-keys.ts';
import { seededRandom } from './test-random.ts';

const KEYS = sessionKeys(seededRandom('keys')(64));
const TAMPERED = { ok: false, problem: 'tampered' };

function channels() {
  return { host: new SealedChannel('host', KEYS), guest: new SealedChannel('guest', KEYS) };
}

test('[P-84] carries messages of every length both ways, in order', () => {
  const { host, guest } = channels();
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 600 }),
      fc.integer({ min: 0, max: 255 }),
      fc.boolean(),
      (plaintext, type, forward) => {
        const [from, to] = forward ? [host, guest] : [guest, host];
        expect(to.open(from.seal(type, plaintext))).toEqual({ ok: true, type, plaintext });
      },
    ),
    { numRuns: 300 },
  );
});

test('[P-86] fits the longest plaintext into what the server relays, and refuses one byte more', () => {
  const { host, guest } = channels();
  const longest = new Uint8Array(MAX_SEALED_PLAINTEXT).fill(7);
  const sealed = host.seal(1, longest);
  expect(sealed.length).toBeLessThanOrEqual(MAX_SEALED_MESSAGE);
  expect(guest.open(sealed)).toEqual({ ok: true, type: 1, plaintext: longest });
  expect(() => host.seal(1, new Uint8Array(MAX_SEALED_PLAINTEXT + 1))).toThrow(RangeError);
  expect(() => host.seal(256, new Uint8Array(1))).toThrow(RangeError);
});

test('[P-86] shows only multiples of 256 of the length', () => {
  const { host } = channels();
  const lengths = [0, 1, 100, 254].map((length) => host.seal(0, new Uint8Array(length)).length);
  expect(lengths).toEqual([273, 273, 273, 273]);
  expect(host.seal(0, new Uint8Array(255)).length).toBe(273 + 256);
});

test('[P-85] shows nothing of the plaintext, and never the same bytes twice', () => {
  const { host } = channels();
  const plaintext = utf8('candidate:1 1 udp 2122260223 192.168.1.7');
  const first = Buffer.from(host.seal(1, plaintext));
  const second = Buffer.from(host.seal(1, plaintext));
  expect(first.includes(Buffer.from('192.168'))).toBe(false);
  expect(first.equals(second)).toBe(false);
});

describe('what the server does to messages is noticed, and ends the channel', () => {
  const three = () => {
    const { host, guest } = channels();
    return { host, guest, sealed: [1, 2, 3].map((type) => host.seal(type, utf8(`message ${type}`))) };
  };

  test.each<[string, (sealed: Uint8Array[]) => Uint8Array]>([
    ['dropped', (sealed) => sealed[2]!],
    ['replayed', (sealed) => sealed[0]!],
    ['cut short', (sealed) => sealed[1]!.subarray(0, -1)],
    ['cut by a block', (sealed) => sealed[1]!.subarray(0, -256)],
    ['made longer', (sealed) => Uint8Array.from([...sealed[1]!, 0])],
    ['given another type', (sealed) => Uint8Array.from(sealed[1]!, (byte, i) => (i === 0 ? 9 : byte))],
    ['emptied', () => new Uint8Array(0)],
    ['made too long', () => new Uint8Array(MAX_SEALED_MESSAGE + 1)],
  ])('%s', (_name, second) => {
    const { guest, sealed } = three();
    expect(guest.open(sealed[0]!).ok).toBe(true);
    expect(guest.open(second(sealed))).toEqual(TAMPERED);
    // Even what would have been right is not taken any more.
    expect(guest.open(sealed[1]!)).toEqual(TAMPERED);
  });

  test('sent back to its maker', () => {
    const { host, sealed } = three();
    expect(host.open(sealed[0]!)).toEqual(TAMPERED);
  });

  test('[P-85] sent back to its maker even if both directions had one key', () => {
    const oneKey = { ...KEYS, guest: KEYS.host };
    const host = new SealedChannel('host', oneKey);
    expect(host.open(host.seal(1, utf8('hello')))).toEqual(TAMPERED);
  });

  test('[P-87] changed in any one bit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 273 * 8 - 1 }), (bit) => {
        const { guest, sealed } = three();
        const changed = Uint8Array.from(sealed[0]!);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(guest.open(changed)).toEqual(TAMPERED);
      }),
    );
  });

  test('garbage never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200 }), (garbage) => {
        expect(channels().host.open(garbage)).toEqual(TAMPERED);
      }),
    );
  });
});
