import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeControl } from '../../protocol/wire/control-message.ts';
import { makeBond } from '../pairing/bond.ts';
import { decodeRemember, encodeNoRemember, encodeRemember, fits, isRemember } from './remember-message.ts';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('[P-141] a wish is read as it was written, and nothing cut, lengthened or changed in its head is one', () => {
  fc.assert(
    fc.property(secret, fc.option(secret, { nil: undefined }), fc.nat(60), (half, other, cut) => {
      const bond = other && makeBond('host', other, half);
      for (const bytes of [encodeNoRemember(), encodeRemember(half, bond)]) {
        expect(isRemember(bytes)).toBe(true);
        expect(decodeRemember(bytes)).toMatchObject(bytes.length > 2 ? { half } : { wanted: false });
        if (cut < bytes.length && cut !== 2) expect(decodeRemember(bytes.subarray(0, cut))).toBeUndefined();
        expect(decodeRemember(Uint8Array.of(...bytes, 0))).toBeUndefined();
        for (const at of [0, 1]) {
          const changed = Uint8Array.from(bytes);
          changed[at]! ^= 2;
          expect(decodeRemember(changed)).toBeUndefined();
        }
      }
    }),
  );
});

test('[P-141] two bonds fit that have a secret in common, and none fits where there is none', () => {
  const [one, two, three] = [1, 2, 3].map((n) => new Uint8Array(32).fill(n)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const host = { ...makeBond('host', one, two), previous: three };
  const said = (bond?: typeof host) => {
    const message = decodeRemember(encodeRemember(one, bond));
    if (message?.wanted !== true) throw new Error('expected a wish');
    return message;
  };
  expect(fits(makeBond('guest', one, two), said(host))).toBe(true);
  expect(fits({ party: 'guest', current: three }, said(host))).toBe(true);
  expect(fits(makeBond('guest', one, three), said(host))).toBe(false);
  expect(fits(host, said())).toBe(false);
  expect(fits(undefined, said(host))).toBe(false);
  expect(fits(undefined, said())).toBe(false);
});

test('[P-141] an engine of an older page takes it for an unknown message and goes on', () => {
  expect(() => decodeControl(encodeRemember(new Uint8Array(32), undefined))).toThrow('unknown-type');
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (any) => void decodeRemember(any)));
});
