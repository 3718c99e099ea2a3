import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { companionSecret } from './companion.ts';
import { beginRejoin, rendezvousOf } from './rejoin.ts';
import { sessionKeys } from './session-keys.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const secrets = fc.record({ isk: bytes(64), nonce: bytes(16) });

test('[P-137] both sides find the same place, another nonce or another session leads elsewhere, and none of them to the way back', () => {
  fc.assert(
    fc.property(secrets, secrets, (one, other) => {
      const keys = sessionKeys(one.isk);
      const place = (isk: Uint8Array, nonce: Uint8Array): string =>
        rendezvousOf({ party: 'host', current: companionSecret(sessionKeys(isk), nonce) })[0]!.id;
      const here = place(one.isk, one.nonce);
      expect(place(one.isk.slice(), one.nonce.slice())).toBe(here);
      const different = !Buffer.from(one.nonce).equals(other.nonce);
      if (different) expect(place(one.isk, other.nonce)).not.toBe(here);
      if (!Buffer.from(one.isk).equals(other.isk)) expect(place(other.isk, one.nonce)).not.toBe(here);
      expect(rendezvousOf(beginRejoin('host', keys))[0]!.id).not.toBe(here);
    }),
  );
});
