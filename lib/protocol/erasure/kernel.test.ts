import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadKernel, MAX_SYMBOL_LENGTH, referenceKernel, simdKernel, type Kernel } from './kernel.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/**
 * Every length near the 16 bytes of a vector and round a symbol; odd ones put all rows but the first off any
 * boundary.
 */
const lengths = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.constantFrom(1023, 1024, 1025, MAX_SYMBOL_LENGTH),
);

const coefficients = fc.oneof(fc.constantFrom(0, 1, 255), fc.integer({ min: 0, max: 255 }));

function fill(kernel: Kernel, seed: number, terms: readonly (readonly [number, number])[]): void {
  for (let i = 0; i < kernel.workspace.length; i++)
    kernel.workspace[i] = Math.imul(i + seed, 0x9e3779b1) >>> 23;
  for (const [i, [row, coefficient]] of terms.entries()) {
    kernel.rows[i] = row;
    kernel.coefficients[i] = coefficient;
  }
}

describe('the compiled kernel', () => {
  test('gives what the reference gives, and touches no other byte', () => {
    const [simd, reference] = [simdKernel()!, referenceKernel()];
    fc.assert(
      fc.property(
        lengths,
        fc.integer({ min: 0, max: 255 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), coefficients), { maxLength: 40 }),
        fc.integer({ min: 0, max: 1e6 }),
        (length, destination, drawn, seed) => {
          const terms = drawn.filter(([row]) => row !== destination);
          for (const kernel of [simd, reference]) {
            fill(kernel, seed, terms);
            kernel.combine(destination, terms.length, length);
          }
          expect(Buffer.compare(simd.workspace, reference.workspace)).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('multiplies by each of the 256 constants as the reference does, each byte value included', () => {
    const [simd, reference] = [simdKernel()!, referenceKernel()];
    for (let c = 0; c < 256; c++) {
      for (const kernel of [simd, reference]) {
        for (let b = 0; b < 256; b++) kernel.workspace[b] = b;
        kernel.workspace.fill(0, 256, 512);
        kernel.rows[0] = 0;
        kernel.coefficients[0] = c;
        kernel.combine(1, 1, 256);
      }
      expect(Buffer.compare(simd.workspace.subarray(0, 512), reference.workspace.subarray(0, 512))).toBe(0);
    }
  });

  test('takes all 255 other rows at once', () => {
    const [simd, reference] = [simdKernel()!, referenceKernel()];
    const terms = Array.from({ length: 255 }, (_, row) => [row, 255 - row] as const);
    for (const kernel of [simd, reference]) {
      fill(kernel, 7, terms);
      kernel.combine(255, 255, MAX_SYMBOL_LENGTH);
    }
    expect(Buffer.compare(simd.workspace, reference.workspace)).toBe(0);
  });

  test.each([
    ['compiled', simdKernel],
    ['reference', referenceKernel],
  ])('%s: refuses rows outside the workspace', (_, make) => {
    const kernel = make()!;
    expect(() => kernel.combine(256, 1, 16)).toThrow(RangeError);
    expect(() => kernel.combine(-1, 1, 16)).toThrow(RangeError);
    expect(() => kernel.combine(0, 257, 16)).toThrow(RangeError);
    expect(() => kernel.combine(0, 1, MAX_SYMBOL_LENGTH + 1)).toThrow(RangeError);
    expect(() => kernel.combine(0, 1, Number.NaN)).toThrow(RangeError);
  });
});

describe('loading', () => {
  test('takes the compiled kernel where the engine has it', () => {
    expect(loadKernel().kind).toBe('simd');
  });

  test('takes the reference where there is no WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(loadKernel().kind).toBe('reference');
  });

  test('takes the reference where the page may not compile, or the engine has no SIMD', () => {
    const { Memory, Instance, CompileError } = WebAssembly;
    const Module = function refuse() {
      throw new CompileError('Wasm code generation disallowed by embedder');
    };
    vi.stubGlobal('WebAssembly', { Memory, Instance, Module });
    expect(loadKernel().kind).toBe('reference');
  });
});
