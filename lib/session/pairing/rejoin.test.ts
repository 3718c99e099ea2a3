import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Pairing } from './pairing.ts';
import type { Password } from './password.ts';
import {
  advanceRejoin,
  beginRejoin,
  decodeRejoin,
  encodeRejoin,
  type RejoinState,
  type Rendezvous,
  rendezvousOf,
  settleRejoin,
} from './rejoin.ts';
import { sessionKeys, type SessionKeys } from './session-keys.ts';
import { seededRandom } from './test-random.ts';

const KEYS = sessionKeys(seededRandom('first session')(64));

function begin() {
  return { host: beginRejoin('host', KEYS), guest: beginRejoin('guest', KEYS) };
}

/** Runs a pairing; `confirm: false` loses the host's last message, so that only the host is confirmed. */
function pair(hostHas: Password, guestHas: Password, seed: number, confirm = true) {
  const host = new Pairing({
    party: 'host',
    role: 'sender',
    passwords: [hostHas],
    random: seededRandom(`s${seed}`),
  });
  const guest = new Pairing({
    party: 'guest',
    role: 'receiver',
    password: guestHas,
    random: seededRandom(`r${seed}`),
  });
  host.handleMessage(guest.pollTransmit()!);
  guest.handleMessage(host.pollTransmit()!);
  host.handleMessage(guest.pollTransmit()!);
  const last = host.pollTransmit();
  if (confirm && last) guest.handleMessage(last);
  return { host: confirmedKeys(host), guest: confirmedKeys(guest) };
}

function confirmedKeys(pairing: Pairing): SessionKeys | undefined {
  const event = pairing.pollEvent();
  return event?.type === 'confirmed' ? event.keys : undefined;
}

/** Where the two can meet. */
function meeting(host: RejoinState, guest: RejoinState): [Rendezvous, Rendezvous] | undefined {
  for (const here of rendezvousOf(host)) {
    for (const there of rendezvousOf(guest)) if (here.id === there.id) return [here, there];
  }
  return undefined;
}

test('[P-89] both sides find the same place and the same password after pairing', () => {
  const { host, guest } = begin();
  expect(rendezvousOf(host)).toEqual(rendezvousOf(guest));
  expect(rendezvousOf(host)).toHaveLength(1);
  expect(rendezvousOf(host)[0]!.id).toMatch(/^[\w-]{22}$/);
});

test('[P-90] a rejoin gives fresh keys and another place', () => {
  const { host, guest } = begin();
  const [here, there] = meeting(host, guest)!;
  const keys = pair(here.password, there.password, 1);
  expect(keys.host).toBeDefined();
  expect(keys.guest).toEqual(keys.host);
  expect(keys.host!.root).not.toEqual(KEYS.root);
  const next = rendezvousOf(settleRejoin(advanceRejoin(host, here, keys.host!)));
  expect(next).toEqual(rendezvousOf(advanceRejoin(guest, there, keys.guest!)));
  expect(next[0]!.id).not.toBe(here.id);
});

test('[P-90, P-91] the two sides always find each other again, wherever the network fails, and no id outlives a success', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('whole', 'unsettled', 'half', 'nothing', 'reload'), { maxLength: 6 }),
      (attempts) => {
        let { host, guest } = begin();
        const usedUp = new Set<string>();
        for (const [seed, attempt] of attempts.entries()) {
          const met = meeting(host, guest);
          expect(met).toBeDefined();
          const [here, there] = met!;
          expect(usedUp.has(here.id)).toBe(false);
          if (attempt === 'reload') {
            host = decodeRejoin(encodeRejoin(host))!;
            guest = decodeRejoin(encodeRejoin(guest))!;
          }
          if (attempt === 'nothing' || attempt === 'reload') continue;
          const keys = pair(here.password, there.password, seed, attempt !== 'half');
          host = advanceRejoin(host, here, keys.host!);
          if (keys.guest) {
            guest = advanceRejoin(guest, there, keys.guest);
            usedUp.add(here.id);
          }
          if (attempt === 'whole') host = settleRejoin(host);
          expect(rendezvousOf(guest)).toHaveLength(1);
          expect(rendezvousOf(host).length).toBeLessThanOrEqual(2);
        }
        expect(meeting(host, guest)).toBeDefined();
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

describe('a server that knows an id', () => {
  test('[P-93] cannot rejoin with a password of its own', () => {
    const { guest } = begin();
    const [there] = rendezvousOf(guest);
    const guess = rendezvousOf(beginRejoin('host', sessionKeys(seededRandom('guess')(64))))[0]!.password;
    expect(pair(guess, there!.password, 1)).toEqual({ host: undefined, guest: undefined });
  });

  test('[P-93] finds no part of any secret in it', () => {
    const { host } = begin();
    const [{ id, password }] = rendezvousOf(host) as [Rendezvous];
    const idBytes = Buffer.from(id, 'base64url');
    for (const secret of [host.current, password.bytes, ...Object.values(KEYS)]) {
      expect(Buffer.from(secret as Uint8Array).includes(idBytes.subarray(0, 4))).toBe(false);
    }
  });
});

describe('the state in session storage', () => {
  test('[P-92] is read back as it was written', () => {
    const { host, guest } = begin();
    const unsettled = advanceRejoin(host, rendezvousOf(host)[0]!, sessionKeys(seededRandom('next')(64)));
    expect(unsettled.previous).toEqual(host.current);
    for (const state of [host, guest, unsettled]) expect(decodeRejoin(encodeRejoin(state))).toEqual(state);
  });

  test('is refused when it is anything else', () => {
    const text = encodeRejoin(begin().guest);
    const two = `${text}.${'A'.repeat(43)}`;
    for (const bad of [
      '',
      'x',
      text.slice(0, -1),
      `${text}A`,
      `${text}.`,
      two,
      text.replace('rejoin2', 'rejoin1'),
    ]) {
      expect(decodeRejoin(bad), bad).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (any) => decodeRejoin(any) === undefined));
    fc.assert(fc.property(fc.string(), (any) => decodeRejoin(`rejoin2.host.${any}`) === undefined));
  });
});
