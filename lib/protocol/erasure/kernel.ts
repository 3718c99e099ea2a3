/**
 * The inner loop of the code, in a small memory of its own: up to 256 symbols of one block at a time. Blocks
 * keep their bytes in ordinary memory and copy them in when there is something to compute, once for all rows
 * of repair that they then give.
 */
import { MAX_SYMBOLS } from './cauchy.ts';
import { multiplyAdd, nibbleTables, NIBBLE_TABLES_LENGTH } from './galois.ts';
import { KERNEL_WASM } from './kernel.generated.ts';

/**
 * Longest symbol in bytes: what fits a lane message (1156) with some way to go. Bounds the kernel's memory to
 * 600 KB.
 */
export const MAX_SYMBOL_LENGTH = 2048;

export interface Kernel {
  readonly kind: 'simd' | 'reference';
  /**
   * `MAX_SYMBOLS` rows of whatever length, one after the other. Never replaced, and never keeps what the next
   * block needs.
   */
  readonly workspace: Uint8Array;
  /** Arguments of `combine`: row numbers in the workspace, and a coefficient for each. */
  readonly rows: Uint8Array;
  readonly coefficients: Uint8Array;
  /**
   * Whose symbols are in the workspace, and `rows` with them; whoever changes either says so. One copy then
   * serves many rows.
   */
  owner: object | undefined;
  /**
   * Row `destination` ^= Σ `coefficients[i]` · row `rows[i]` over the first `count` of both lists; rows are
   * `length` bytes and begin at `length · n`. The destination is none of `rows`.
   */
  combine(destination: number, count: number, length: number): void;
}

/**
 * A new kernel: WebAssembly where SIMD is there and the page's policy allows it, else the reference.
 * Synchronous, < 1 ms.
 */
export function loadKernel(): Kernel {
  return simdKernel() ?? referenceKernel();
}

let shared: Kernel | undefined;

/** The one kernel that blocks use when they are not given another. */
export function sharedKernel(): Kernel {
  return (shared ??= loadKernel());
}

/** The same in plain TypeScript, for engines without SIMD and as what the tests compare with. */
export function referenceKernel(): Kernel {
  const workspace = new Uint8Array(MAX_SYMBOLS * MAX_SYMBOL_LENGTH);
  const rows = new Uint8Array(MAX_SYMBOLS);
  const coefficients = new Uint8Array(MAX_SYMBOLS);
  const row = (n: number, length: number) => workspace.subarray(n * length, (n + 1) * length);
  return {
    kind: 'reference',
    workspace,
    rows,
    coefficients,
    owner: undefined,
    combine(destination, count, length) {
      checkBounds(destination, count, length);
      const dst = row(destination, length);
      for (let i = 0; i < count; i++) multiplyAdd(dst, row(rows[i]!, length), coefficients[i]!);
    },
  };
}

// Where things lie in the compiled kernel's memory. It is given every address, so this is the only place that
// knows.
const TABLES = 0;
const ROWS = TABLES + NIBBLE_TABLES_LENGTH;
const COEFFICIENTS = ROWS + MAX_SYMBOLS;
const WORKSPACE = COEFFICIENTS + MAX_SYMBOLS;
const WORKSPACE_LENGTH = MAX_SYMBOLS * MAX_SYMBOL_LENGTH;
const PAGE = 65_536;

/** `undefined` where WebAssembly, its SIMD, or the permission to compile (`wasm-unsafe-eval`) is missing. */
export function simdKernel(): Kernel | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  let memory;
  let run: CompiledCombine;
  try {
    const pages = Math.ceil((WORKSPACE + WORKSPACE_LENGTH) / PAGE);
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const module = new WebAssembly.Module(decodeBase64(KERNEL_WASM));
    run = new WebAssembly.Instance(module, { env: { memory } }).exports['combine'] as CompiledCombine;
  } catch {
    // A CompileError by policy or for want of SIMD, a RangeError for want of memory: the reference needs none
    // of them.
    return undefined;
  }
  const { buffer } = memory;
  new Uint8Array(buffer).set(nibbleTables(), TABLES);
  return {
    kind: 'simd',
    workspace: new Uint8Array(buffer, WORKSPACE, WORKSPACE_LENGTH),
    rows: new Uint8Array(buffer, ROWS, MAX_SYMBOLS),
    coefficients: new Uint8Array(buffer, COEFFICIENTS, MAX_SYMBOLS),
    owner: undefined,
    combine(destination, count, length) {
      checkBounds(destination, count, length);
      run(TABLES, ROWS, COEFFICIENTS, count, WORKSPACE, WORKSPACE + destination * length, length);
    },
  };
}

/** The compiled code checks nothing but the end of its memory, and its tables lie in there too. */
function checkBounds(destination: number, count: number, length: number): void {
  if (!(length >= 0 && length <= MAX_SYMBOL_LENGTH)) throw new RangeError(`symbols of ${length} bytes`);
  if (!(destination >= 0 && destination < MAX_SYMBOLS)) throw new RangeError(`no row ${destination}`);
  if (!(count >= 0 && count <= MAX_SYMBOLS)) throw new RangeError(`${count} rows`);
}

type CompiledCombine = (
  tables: number,
  rows: number,
  coefficients: number,
  count: number,
  base: number,
  destination: number,
  length: number,
) => void;

// The core compiles without DOM types; this much of the platform every place it runs in has.
declare function atob(text: string): string;
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
  Memory: new (pages: { initial: number; maximum: number }) => { buffer: ArrayBuffer };
};

function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.codePointAt(0)!);
}
