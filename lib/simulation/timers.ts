import type { Millis } from '../protocol/endpoint.ts';

/** A timer's number, for `set`. */
export type TimerId = number;

/**
 * Named deadlines on the virtual clock: a binary heap that knows each timer's place, so that hundreds of
 * lanes can move their retransmission timers with every packet.
 */
export class Timers {
  readonly #handlers: ((now: Millis) => void)[] = [];
  readonly #deadlines: Millis[] = [];
  /** Timer numbers as a heap, earliest first; `#place` is each one's index in it, −1 while unset. */
  readonly #heap: TimerId[] = [];
  readonly #place: number[] = [];

  /** A new timer, unset. */
  add(handler: (now: Millis) => void): TimerId {
    this.#handlers.push(handler);
    this.#deadlines.push(Infinity);
    return this.#place.push(-1) - 1;
  }

  /** Moves a deadline; `undefined` unsets it. */
  set(id: TimerId, at: Millis | undefined): void {
    const place = this.#place[id] as number;
    if (at === undefined) {
      if (place >= 0) this.#remove(place);
      return;
    }
    this.#deadlines[id] = at;
    if (place < 0) {
      this.#place[id] = this.#heap.push(id) - 1;
      this.#up(this.#heap.length - 1);
    } else {
      this.#up(place);
      this.#down(this.#place[id] as number);
    }
  }

  isSet(id: TimerId): boolean {
    return (this.#place[id] as number) >= 0;
  }

  nextTimeout(): Millis | undefined {
    const first = this.#heap[0];
    return first === undefined ? undefined : this.#deadlines[first];
  }

  /** Unsets and runs every timer that is due, earliest first. Their handlers may set timers again. */
  handleTimeout(now: Millis): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#at(first) > now) return;
      this.#remove(0);
      this.#handlers[first]?.(now);
    }
  }

  #at(id: TimerId): Millis {
    return this.#deadlines[id] as Millis;
  }

  #remove(place: number): void {
    const heap = this.#heap;
    this.#place[heap[place] as TimerId] = -1;
    const last = heap.pop() as TimerId;
    if (place === heap.length) return;
    heap[place] = last;
    this.#place[last] = place;
    this.#up(place);
    this.#down(this.#place[last]);
  }

  #up(from: number): void {
    const heap = this.#heap;
    const id = heap[from] as TimerId;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as TimerId;
      if (this.#at(above) <= this.#at(id)) break;
      heap[place] = above;
      this.#place[above] = place;
      place = parent;
    }
    heap[place] = id;
    this.#place[id] = place;
  }

  #down(from: number): void {
    const heap = this.#heap;
    const id = heap[from] as TimerId;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#at(heap[child + 1] as TimerId) < this.#at(heap[child] as TimerId))
        child++;
      const below = heap[child] as TimerId;
      if (this.#at(below) >= this.#at(id)) break;
      heap[place] = below;
      this.#place[below] = place;
      place = child;
    }
    heap[place] = id;
    this.#place[id] = place;
  }
}
