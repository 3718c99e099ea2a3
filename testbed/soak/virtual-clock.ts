/** A clock that jumps from event to event, for code whose timers and messages are given to it. */

interface Due {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

export class VirtualClock {
  now = 0;
  readonly #due: Due[] = [];
  #order = 0;

  /** Calls back after `delay` ms; returns a function that calls it off. */
  schedule(delay: number, act: () => void): () => void {
    let wanted = true;
    this.#add({ at: this.now + Math.max(0, delay), order: this.#order++, act: () => wanted && act() });
    return () => {
      wanted = false;
    };
  }

  /**
   * Runs until the condition holds; what is asynchronous (a file that is read) gets its turn between two
   * events. `false`: it did not within `limit` ms, or nothing is left that could happen.
   * @param patience how long to wait for what is being read when nothing else is due, real ms
   */
  async run(until: () => boolean, limit: number, patience = 5): Promise<boolean> {
    const end = this.now + limit;
    let idleSince = performance.now();
    while (!until()) {
      await new Promise((turn) => setImmediate(turn));
      const next = this.#due[0];
      if (next === undefined) {
        if (performance.now() - idleSince > patience) return until();
        await new Promise((turn) => setTimeout(turn, 1));
        continue;
      }
      idleSince = performance.now();
      if (next.at > end) return until();
      this.#take();
      this.now = Math.max(this.now, next.at);
      next.act();
      // All of one instant, without a turn of the real loop for each.
      while (this.#due[0] !== undefined && this.#due[0].at <= this.now) this.#take().act();
    }
    return true;
  }

  // A binary heap: thousands of packets are on their way.
  #add(due: Due): void {
    const heap = this.#due;
    heap.push(due);
    for (let at = heap.length - 1; at > 0;) {
      const up = (at - 1) >> 1;
      if (before(heap[up]!, heap[at]!)) break;
      [heap[up], heap[at]] = [heap[at]!, heap[up]!];
      at = up;
    }
  }

  #take(): Due {
    const heap = this.#due;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
      if (least === at) return first;
      [heap[least], heap[at]] = [heap[at]!, heap[least]!];
      at = least;
    }
  }
}

const before = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
