import { describe, expect, test } from 'vitest';
import { concat, utf8 } from './bytes.ts';
import {
  calculateGenerator,
  confirmationTags,
  generatorString,
  intermediateKey,
  lvCat,
  makeShare,
  multiplyVerified,
  prependLength,
  scalarFromBytes,
  transcriptBytes,
} from './cpace.ts';
import { sha512 } from './digest.ts';

/** Appendix A and B.3 of draft-irtf-cfrg-cpace-21. */
const VECTORS = {
  prs: utf8('Password'),
  ci: hex('0b415f696e69746961746f720b425f726573706f6e646572'),
  sid: hex('7e4b4791d6a8ef019b936c79fb7f2c57'),
  generatorString: hex(
    '11435061636552697374726574746f3235350850617373776f726464' +
      '00'.repeat(100) +
      '180b415f696e69746961746f720b425f726573706f6e646572107e4b4791d6a8ef019b936c79fb7f2c57',
  ),
  generatorHash: hex(
    'da6d3ddc8802fca9058755ffd3ebde08a9c2c74945901a258482a288b6663af0' +
      '6bf645c93cd1c51512307199c80e84908916d983b34af77205f90851a657ee27',
  ),
  generator: hex('222b6b195fe84b1652badb6f6a3ae3d24341e7306967f0b8115b40d5698c7e56'),
  ya: hex('da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08'),
  yb: hex('d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d'),
  shareA: hex('d6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157'),
  shareB: hex('3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258'),
  shared: hex('80b69a8a76457ab6a4d7f887a4bf6b55a2f80ac19c333f917a05fc9887c8b40f'),
  isk: hex(
    'b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35cd' +
      '2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c3fa2068af7900447',
  ),
  sidOutput: hex(
    'bb1c449b35f0ea79a65c209f329a693d475e0ce2387bed9fe4b78f60b2a27c21' +
      '9813fb2cfe175ef40d2222d9261e66da7d78f7c55a303b1b8611dcdfab880c47',
  ),
  multiply: {
    scalar: hex('7cd0e075fa7955ba52c02759a6c90dbbfc10e6d40aea8d283e407d88cf538a05'),
    point: hex('2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c'),
    product: hex('7c13645fe790a468f62c39beb7388e541d8405d1ade69d1778c5fe3e7f6b600e'),
    invalid: hex('2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c'),
    identity: new Uint8Array(32),
  },
};

const TRANSCRIPT = { shareA: VECTORS.shareA, adA: utf8('ADa'), shareB: VECTORS.shareB, adB: utf8('ADb') };

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

describe('the string functions give the vectors of the draft, appendix A', () => {
  test('puts the length in LEB128 before the bytes', () => {
    const upTo = (count: number) => Uint8Array.from({ length: count }, (_, i) => i);
    expect(prependLength(utf8(''))).toEqual(hex('00'));
    expect(prependLength(utf8('1234'))).toEqual(hex('0431323334'));
    expect(prependLength(upTo(127))).toEqual(concat(hex('7f'), upTo(127)));
    expect(prependLength(upTo(128))).toEqual(concat(hex('8001'), upTo(128)));
  });

  test('joins fields by length and value', () => {
    expect(lvCat(utf8('1234'), utf8('5'), utf8(''), utf8('678'))).toEqual(hex('043132333401350003363738'));
  });

  test('writes the transcript with the initiator first', () => {
    const bytes = transcriptBytes({
      shareA: utf8('3456'),
      adA: utf8('PartyA'),
      shareB: utf8('2345'),
      adB: utf8('PartyB'),
    });
    expect(bytes).toEqual(hex('043334353606506172747941043233343506506172747942'));
  });
});

describe('the exchange gives the Ristretto255 vectors of the draft, appendix B.3', () => {
  const generator = calculateGenerator(VECTORS.prs, VECTORS.ci, VECTORS.sid);
  const ya = scalarFromBytes(VECTORS.ya)!;
  const yb = scalarFromBytes(VECTORS.yb)!;

  test('[P-77] makes the generator from password, channel and session id', () => {
    const text = generatorString(VECTORS.prs, VECTORS.ci, VECTORS.sid);
    expect(text).toEqual(VECTORS.generatorString);
    expect(sha512(text)).toEqual(VECTORS.generatorHash);
    expect(generator.toBytes()).toEqual(VECTORS.generator);
  });

  test('[P-75] makes both shares and the same shared point on both sides', () => {
    expect(makeShare(generator, ya)).toEqual(VECTORS.shareA);
    expect(makeShare(generator, yb)).toEqual(VECTORS.shareB);
    expect(multiplyVerified(ya, VECTORS.shareB)).toEqual(VECTORS.shared);
    expect(multiplyVerified(yb, VECTORS.shareA)).toEqual(VECTORS.shared);
  });

  test('makes the intermediate session key and the session id output', () => {
    expect(intermediateKey(VECTORS.sid, VECTORS.shared, TRANSCRIPT)).toEqual(VECTORS.isk);
    expect(sha512(concat(utf8('CPaceSidOutput'), transcriptBytes(TRANSCRIPT)))).toEqual(VECTORS.sidOutput);
  });

  test('[P-78] multiplies a valid point and refuses the identity and what is no point', () => {
    const scalar = scalarFromBytes(VECTORS.multiply.scalar)!;
    expect(multiplyVerified(scalar, VECTORS.multiply.point)).toEqual(VECTORS.multiply.product);
    expect(multiplyVerified(scalar, VECTORS.multiply.invalid)).toBeUndefined();
    expect(multiplyVerified(scalar, VECTORS.multiply.identity)).toBeUndefined();
  });
});

describe('bad points are refused', () => {
  // RFC 9496, A.2 (one of each kind): encodings that must not decode.
  test.each([
    [
      'a coordinate above the field prime',
      'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ],
    ['the prime itself, another way to write the identity', `ed${'ff'.repeat(30)}7f`],
    ['a coordinate with the top bit set', `${'00'.repeat(31)}80`],
    ['a negative coordinate', `01${'ff'.repeat(30)}7f`],
    ['one, which is negative', `01${'00'.repeat(31)}`],
    ['a non-square x²', '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371'],
    ['a negative x·y', '3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e'],
    ['a zero y', `ec${'ff'.repeat(30)}7f`],
    ['a short one', '00'.repeat(31)],
    ['a long one', `${'00'.repeat(32)}01`],
  ])('refuses %s', (_name, encoding) => {
    expect(multiplyVerified(3n, hex(encoding))).toBeUndefined();
  });
});

test('takes a scalar from 252 bits and none from a source that gives only zeros', () => {
  expect(scalarFromBytes(new Uint8Array(32).fill(0xff))).toBe((1n << 252n) - 1n);
  expect(scalarFromBytes(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 7 : 0)))).toBe(7n);
  expect(scalarFromBytes(new Uint8Array(32))).toBeUndefined();
});

test('[P-79] gives the two sides different tags, so that neither can be sent back to its maker', () => {
  const tags = confirmationTags(VECTORS.sid, VECTORS.isk, TRANSCRIPT);
  expect(tags.a).toHaveLength(32);
  expect(tags.b).toHaveLength(32);
  expect(tags.a).not.toEqual(tags.b);
});
