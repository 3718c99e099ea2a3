/**
 * Many blocks at once, of all shapes, through one kernel and one store of spare memory, in every order of
 * events: whatever one block leaves behind, no other may see. `FUZZ_RUNS=20000 npx vitest run fuzz` runs it
 * long; a failure prints its seed.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockDecoder } from './decoder.ts';
import { BlockEncoder } from './encoder.ts';
import { eliminate } from './gauss.fixture.ts';
import { referenceKernel, simdKernel, type Kernel } from './kernel.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 40);

const shape = fc.record({
  k: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(64, 128, 192)),
  length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1024)),
  seed: fc.nat({ max: 1e6 }),
});

/** What happens next, to which block; `n` says with which symbol, and means something for every block. */
const step = fc.record({
  block: fc.nat({ max: 7 }),
  kind: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom('source', 'repair', 'many') },
    { weight: 3, arbitrary: fc.constantFrom('garbage', 'change', 'recover', 'release') },
  ),
  n: fc.nat({ max: 255 }),
});

/** One block, sent and received, beside what a plain model says of it. */
class Scene {
  readonly data: Uint8Array;
  readonly encoder: BlockEncoder;
  readonly decoder: BlockDecoder;
  readonly taken = new Map<number, Uint8Array>();
  state: 'open' | 'recovered' | 'released' = 'open';
  /** A source that changes after symbols were taken makes another block: no more of it is taken. */
  changed = false;

  constructor({ k, length, seed }: { k: number; length: number; seed: number }, kernel: Kernel) {
    this.data = Uint8Array.from(
      { length: k * length },
      (_, i) => Math.imul(i + 1, 0x9e3779b1 + 2 * seed) >>> 23,
    );
    this.encoder = BlockEncoder.from(this.data, length, kernel);
    this.decoder = new BlockDecoder(k, length, kernel);
  }

  take(index: number): void {
    const { encoder, decoder, taken } = this;
    const { k } = encoder;
    const made = index < k ? encoder.source(index).slice() : encoder.repair(index - k);
    if (this.changed) return;
    const before = decoder.have;
    const outcome = decoder.add(index, made);
    if (taken.has(index)) expect(outcome).toBe('duplicate');
    else if (taken.size === k || this.state === 'released') expect(outcome).toBe('useless');
    else {
      expect(outcome).toBe('new');
      taken.set(index, made);
    }
    if (this.state !== 'released')
      expect([decoder.have, decoder.missing]).toEqual([taken.size, k - taken.size]);
    else expect(decoder.have).toBe(before);
  }

  recover(): void {
    const { k, symbolLength } = this.encoder;
    const lost = Array.from({ length: k }, (_, i) => i).filter((i) => !this.taken.has(i));
    if (this.state !== 'open') expect(this.decoder.recover()).toEqual([]);
    else if (this.taken.size < k) expect(() => this.decoder.recover()).toThrow(RangeError);
    else {
      expect(this.decoder.recover()).toEqual(lost);
      this.state = 'recovered';
      // Elimination takes the cube of k: only where that is quick.
      if (k > 16 || symbolLength > 64) return;
      const symbols = [...this.taken].map(([index, bytes]) => ({ index, bytes }));
      expect(Buffer.compare(Buffer.concat(eliminate(k, symbols)), this.data)).toBe(0);
    }
  }

  check(original: Uint8Array): void {
    const { k, symbolLength } = this.encoder;
    const block = this.decoder.block();
    expect(block !== undefined).toBe(this.state === 'recovered');
    if (block) expect(Buffer.compare(block, original)).toBe(0);
    for (let i = 0; i < k; i++) {
      const source = this.decoder.source(i);
      const here = this.state === 'recovered' || (this.state === 'open' && this.taken.has(i));
      if ((source !== undefined) !== here) throw new Error(`source ${i} is ${here ? 'not ' : ''}here`);
      const expected = original.subarray(i * symbolLength, (i + 1) * symbolLength);
      if (source && Buffer.compare(source, expected) !== 0) throw new Error(`source ${i} differs`);
    }
  }

  play(kind: string, n: number): void {
    const { k, symbolLength } = this.encoder;
    if (kind === 'source') this.take(n % k);
    else if (kind === 'repair') this.take(k + (n % (256 - k)));
    // Neighbours, as a path delivers them: those that lost their turn in between are repaired later.
    else if (kind === 'many')
      for (let i = 0; i < k; i++) if ((i * 37 + n) % 10 !== 0) this.take((n + i) % 256);
    if (kind === 'garbage') {
      const have = this.decoder.have;
      for (const index of [-1 - n, 256 + n, n + 0.5]) {
        expect(this.decoder.add(index, new Uint8Array(symbolLength))).toBe('useless');
      }
      expect(this.decoder.add(n, new Uint8Array(symbolLength + 1))).not.toBe('new');
      expect(this.decoder.have).toBe(have);
    }
    if (kind === 'change') {
      this.changed = true;
      this.encoder.setSource(n % k, Uint8Array.of(n));
    }
    if (kind === 'recover') this.recover();
    if (kind === 'release' && this.state === 'recovered') {
      this.decoder.release();
      this.state = 'released';
    }
  }
}

test.each([
  ['compiled', simdKernel, RUNS],
  ['reference', referenceKernel, Math.ceil(RUNS / 10)],
])(
  '%s kernel: blocks that are open at the same time never see each other',
  { timeout: 30_000 + RUNS * 200 },
  (_, make, numRuns) => {
    const kernel = make()!;
    fc.assert(
      fc.property(
        fc.array(shape, { minLength: 1, maxLength: 8 }),
        fc.array(step, { minLength: 10, maxLength: 120 }),
        (shapes, steps) => {
          const scenes = shapes.map((each) => new Scene(each, kernel));
          const originals = scenes.map((scene) => scene.data.slice());
          for (const { block, kind, n } of steps) {
            const at = block % scenes.length;
            scenes[at]!.play(kind, n);
            scenes[at]!.check(originals[at]!);
          }
          for (const [at, scene] of scenes.entries()) {
            if (scene.taken.size === scene.encoder.k) scene.recover();
            scene.check(originals[at]!);
            // Borrowed bytes are never written.
            expect(Buffer.compare(scene.data, originals[at]!)).toBe(0);
            if (scene.state === 'recovered') scene.decoder.release();
          }
        },
      ),
      { numRuns },
    );
  },
);
