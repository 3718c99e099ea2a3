/** What a simulated transfer did, along its own time, so that a page can replay it at any speed. */
import type { Millis } from '../protocol/endpoint.ts';
import type { Rival } from './conditions.ts';

/** Who sends: Tessera, or what it is compared with. */
export type System = 'tessera' | Rival;

/** A value that only grows: `value[i]` holds from `at[i]` on, zero before. */
export interface Steps {
  readonly at: Float64Array;
  readonly value: Float64Array;
}

/** Values of `ChunkEvents.state` and of a chunk map. */
export const ChunkState = { waiting: 0, received: 1, lost: 2, repaired: 3 } as const;

/** What became of which chunk, in order of time. */
export interface ChunkEvents {
  readonly at: Float64Array;
  readonly chunk: Uint32Array;
  /** A `ChunkState`. */
  readonly state: Uint8Array;
}

/** Time zero is when the receiver accepts; everything can cross between threads. */
export interface Timeline {
  readonly system: System;
  readonly byteLength: number;
  readonly chunks: number;
  /** The last byte; `undefined`: not within `MAX_TIME`. */
  readonly completeAt: Millis | undefined;
  /** The sender's small preview, where one was sent. */
  readonly previewAt: Millis | undefined;
  /** Bytes at the front of the file without a gap: what a decoder can be fed. */
  readonly front: Steps;
  /** Bytes that are here in whatever order. */
  readonly arrived: Steps;
  readonly events: ChunkEvents;
  /** Datagrams that the path took from the sender, and those that it lost by chance or for want of queue. */
  readonly packets: { readonly sent: number; readonly lost: number };
}

/**
 * Virtual time after which a transfer is given up. A person does not wait longer, and it bounds the work for
 * one picture.
 */
export const MAX_TIME: Millis = 600_000;

/** When the replay of a timeline has nothing more to show. */
export function endOf(timeline: Timeline): Millis {
  return timeline.completeAt ?? MAX_TIME;
}

/** The value at a time. */
export function valueAt({ at, value }: Steps, time: Millis): number {
  return value[lastBefore(at, time)] ?? 0;
}

/** When the value first reached `wanted`; `undefined`: never. */
export function timeOf({ at, value }: Steps, wanted: number): Millis | undefined {
  const index = value.findIndex((have) => have >= wanted);
  return index < 0 ? undefined : at[index];
}

/** Mean rates over `bins` equal parts of [from, to), in units of the value a second. */
export function ratesOf(steps: Steps, edges: readonly Millis[]): number[] {
  return edges.slice(1).map((to, index) => {
    const from = edges[index] as Millis;
    return to > from ? ((valueAt(steps, to) - valueAt(steps, from)) * 1000) / (to - from) : 0;
  });
}

/** Index of the last entry at or before `time`, −1 if there is none. `at` is sorted. */
export function lastBefore(at: Float64Array, time: Millis): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Collects steps while a simulation runs. */
export class StepRecorder {
  readonly #at: number[] = [];
  readonly #value: number[] = [];

  add(at: Millis, value: number): void {
    if (value === (this.#value.at(-1) ?? 0)) return;
    this.#at.push(at);
    this.#value.push(value);
  }

  steps(): Steps {
    return { at: Float64Array.from(this.#at), value: Float64Array.from(this.#value) };
  }
}

/** The state of every chunk at a time. Going forward costs what changed; going back starts over. */
export class ChunkReplay {
  readonly cells: Uint8Array;
  readonly #events: ChunkEvents;
  #next = 0;
  #time: Millis = -1;

  constructor({ events, chunks }: Pick<Timeline, 'events' | 'chunks'>) {
    this.#events = events;
    this.cells = new Uint8Array(chunks);
  }

  /** @returns `cells`, brought to `time`. */
  goTo(time: Millis): Uint8Array {
    if (time < this.#time) {
      this.cells.fill(ChunkState.waiting);
      this.#next = 0;
    }
    this.#time = time;
    const { at, chunk, state } = this.#events;
    for (; this.#next < at.length && (at[this.#next] as number) <= time; this.#next++)
      this.cells[chunk[this.#next] as number] = state[this.#next] as number;
    return this.cells;
  }
}
