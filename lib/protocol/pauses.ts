/** Who wants a transfer to rest (P-124). It does while either side does. */
export class Pauses {
  here = false;
  /** The other side. */
  there = false;

  get any(): boolean {
    return this.here || this.there;
  }

  /** @returns whether that is new */
  set(side: PauseSide, paused: boolean): boolean {
    const changed = this[side] !== paused;
    this[side] = paused;
    return changed;
  }
}

/** This side of a session, or the other one. */
export type PauseSide = 'here' | 'there';
