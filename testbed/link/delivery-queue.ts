/** A binary heap of items by due time; items due at the same time come out in the order they went in. */
export class DeliveryQueue<T> {
  #times: number[] = [];
  #orders: number[] = [];
  #items: T[] = [];
  #nextOrder = 0;

  get length(): number {
    return this.#items.length;
  }

  nextDue(): number | undefined {
    return this.#times[0];
  }

  push(due: number, item: T): void {
    let at = this.#items.length;
    this.#times.push(due);
    this.#orders.push(this.#nextOrder++);
    this.#items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** The earliest item, if it is due by `now`. */
  popDue(now: number): T | undefined {
    if (this.#items.length === 0 || this.#times[0]! > now) return undefined;
    const last = this.#items.length - 1;
    this.#swap(0, last);
    this.#times.pop();
    this.#orders.pop();
    const item = this.#items.pop();
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= last) break;
      const right = left + 1;
      const child = right < last && this.#before(right, left) ? right : left;
      if (!this.#before(child, at)) break;
      this.#swap(at, child);
      at = child;
    }
    return item;
  }

  clear(): void {
    this.#times = [];
    this.#orders = [];
    this.#items = [];
  }

  #before(a: number, b: number): boolean {
    const difference = this.#times[a]! - this.#times[b]!;
    return difference < 0 || (difference === 0 && this.#orders[a]! < this.#orders[b]!);
  }

  #swap(a: number, b: number): void {
    [this.#times[a], this.#times[b]] = [this.#times[b]!, this.#times[a]!];
    [this.#orders[a], this.#orders[b]] = [this.#orders[b]!, this.#orders[a]!];
    [this.#items[a], this.#items[b]] = [this.#items[b]!, this.#items[a]!];
  }
}
