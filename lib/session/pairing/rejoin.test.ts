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
  return { sender: beginRejoin('sender', KEYS), receiver: beginRejoin('receiver', KEYS) };
}

/** Runs a pairing; `confirm: false` loses the sender's last message, so that only the sender is confirmed. */
function pair(senderHas: Password, receiverHas: Password, seed: number, confirm = true) {
  const sender = new Pairing({ role: 'sender', passwords: [senderHas], random: seededRandom(`s${seed}`) });
  const receiver = new Pairing({ role: 'receiver', password: receiverHas, random: seededRandom(`r${seed}`) });
  sender.handleMessage(receiver.pollTransmit()!);
  receiver.handleMessage(sender.pollTransmit()!);
  sender.handleMessage(receiver.pollTransmit()!);
  const last = sender.pollTransmit();
  if (confirm && last) receiver.handleMessage(last);
  return { sender: confirmedKeys(sender), receiver: confirmedKeys(receiver) };
}

function confirmedKeys(pairing: Pairing): SessionKeys | undefined {
  const event = pairing.pollEvent();
  return event?.type === 'confirmed' ? event.keys : undefined;
}

/** Where the two can meet. */
function meeting(sender: RejoinState, receiver: RejoinState): [Rendezvous, Rendezvous] | undefined {
  for (const here of rendezvousOf(sender)) {
    for (const there of rendezvousOf(receiver)) if (here.id === there.id) return [here, there];
  }
  return undefined;
}

test('[P-89] both sides find the same place and the same password after pairing', () => {
  const { sender, receiver } = begin();
  expect(rendezvousOf(sender)).toEqual(rendezvousOf(receiver));
  expect(rendezvousOf(sender)).toHaveLength(1);
  expect(rendezvousOf(sender)[0]!.id).toMatch(/^[\w-]{22}$/);
});

test('[P-90] a rejoin gives fresh keys and another place', () => {
  const { sender, receiver } = begin();
  const [here, there] = meeting(sender, receiver)!;
  const keys = pair(here.password, there.password, 1);
  expect(keys.sender).toBeDefined();
  expect(keys.receiver).toEqual(keys.sender);
  expect(keys.sender!.root).not.toEqual(KEYS.root);
  const next = rendezvousOf(settleRejoin(advanceRejoin(sender, here, keys.sender!)));
  expect(next).toEqual(rendezvousOf(advanceRejoin(receiver, there, keys.receiver!)));
  expect(next[0]!.id).not.toBe(here.id);
});

test('[P-90, P-91] the two sides always find each other again, wherever the network fails, and no id outlives a success', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('whole', 'unsettled', 'half', 'nothing', 'reload'), { maxLength: 6 }),
      (attempts) => {
        let { sender, receiver } = begin();
        const usedUp = new Set<string>();
        for (const [seed, attempt] of attempts.entries()) {
          const met = meeting(sender, receiver);
          expect(met).toBeDefined();
          const [here, there] = met!;
          expect(usedUp.has(here.id)).toBe(false);
          if (attempt === 'reload') {
            sender = decodeRejoin(encodeRejoin(sender))!;
            receiver = decodeRejoin(encodeRejoin(receiver))!;
          }
          if (attempt === 'nothing' || attempt === 'reload') continue;
          const keys = pair(here.password, there.password, seed, attempt !== 'half');
          sender = advanceRejoin(sender, here, keys.sender!);
          if (keys.receiver) {
            receiver = advanceRejoin(receiver, there, keys.receiver);
            usedUp.add(here.id);
          }
          if (attempt === 'whole') sender = settleRejoin(sender);
          expect(rendezvousOf(receiver)).toHaveLength(1);
          expect(rendezvousOf(sender).length).toBeLessThanOrEqual(2);
        }
        expect(meeting(sender, receiver)).toBeDefined();
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

describe('a server that knows an id', () => {
  test('[P-93] cannot rejoin with a password of its own', () => {
    const { receiver } = begin();
    const [there] = rendezvousOf(receiver);
    const guess = rendezvousOf(beginRejoin('sender', sessionKeys(seededRandom('guess')(64))))[0]!.password;
    expect(pair(guess, there!.password, 1)).toEqual({ sender: undefined, receiver: undefined });
  });

  test('[P-93] finds no part of any secret in it', () => {
    const { sender } = begin();
    const [{ id, password }] = rendezvousOf(sender) as [Rendezvous];
    const idBytes = Buffer.from(id, 'base64url');
    for (const secret of [sender.current, password.bytes, ...Object.values(KEYS)]) {
      expect(Buffer.from(secret as Uint8Array).includes(idBytes.subarray(0, 4))).toBe(false);
    }
  });
});

describe('the state in session storage', () => {
  test('[P-92] is read back as it was written', () => {
    const { sender, receiver } = begin();
    const unsettled = advanceRejoin(sender, rendezvousOf(sender)[0]!, sessionKeys(seededRandom('next')(64)));
    expect(unsettled.previous).toEqual(sender.current);
    for (const state of [sender, receiver, unsettled])
      expect(decodeRejoin(encodeRejoin(state))).toEqual(state);
  });

  test('is refused when it is anything else', () => {
    const text = encodeRejoin(begin().receiver);
    const two = `${text}.${'A'.repeat(43)}`;
    for (const bad of ['', 'x', text.slice(0, -1), `${text}A`, `${text}.`, two, text.replace('1', '2')]) {
      expect(decodeRejoin(bad), bad).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (any) => decodeRejoin(any) === undefined));
    fc.assert(fc.property(fc.string(), (any) => decodeRejoin(`rejoin1.sender.${any}`) === undefined));
  });
});
