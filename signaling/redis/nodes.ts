/**
 * Which nodes live. A node that is killed says goodbye for none of its sockets: another one does, so that
 * their other sides need not wait.
 */
import type { SocketId } from '../rooms/meeting.ts';
import { INDEX_TTL_MS } from './redis-store.ts';
import type { RedisLink } from './redis-link.ts';
import { BEAT, BURY } from './scripts.ts';

/** A node that has not counted on for this long is dead: it beats once a second, and may be busy. */
const DEAD_MS = 4000;
/** What nodes hand to one another is read at once, or by a node that is behind as far as it may be. */
const STREAM_KEPT_MS = 60_000;
/** A node that has not looked for this long (it stood still, or Redis did) knows nothing of the others. */
const STALL_MS = 2500;
/** A goodbye waits this long for a Redis that may just have frozen; the other nodes miss us anyway. */
const LEAVE_MS = 2000;

const NOTHING_NEW = { lost: [], forgotten: false };

export class Nodes {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #node: string;
  #beat = 0;
  /** Redis has heard of this node. */
  #known = false;
  /** What each other node had counted to, and when it was first seen there, on a clock of our own. */
  #seen = new Map<string, { beat: string; since: number }>();
  /** When this node last looked, on the same clock. */
  #lookedAt = -Infinity;
  /** Sockets of nodes that this one has buried, and has not reported: Redis names them once. */
  readonly #lost: SocketId[] = [];
  /** Redis has not answered the last beat yet. */
  #beating = false;

  constructor(link: RedisLink, prefix: string, node: string) {
    this.#link = link;
    this.#prefix = prefix;
    this.#node = node;
  }

  /**
   * To be called once a second. `clock`: milliseconds that never go back.
   *
   * @returns the sockets of nodes that have died, each at one node alone; `forgotten`: this node was thought
   *   dead, or Redis has forgotten all, so that none of its own sockets has its place any more
   */
  async beat(clock: number): Promise<{ lost: SocketId[]; forgotten: boolean }> {
    if (!this.#link.available) {
      // Nobody could beat: nothing is known of anyone.
      this.#seen.clear();
      return NOTHING_NEW;
    }
    if (this.#beating) return NOTHING_NEW;
    this.#beating = true;
    try {
      return await this.#look(clock);
    } finally {
      this.#beating = false;
    }
  }

  async #look(clock: number): Promise<{ lost: SocketId[]; forgotten: boolean }> {
    // After a pause of the whole machine the others count on a moment later than this node looks.
    if (clock - this.#lookedAt > STALL_MS) this.#seen.clear();
    this.#lookedAt = clock;
    this.#beat += 1;
    const beaten = await this.#link.run(
      BEAT,
      this.#prefix,
      this.#node,
      this.#beat,
      INDEX_TTL_MS,
      STREAM_KEPT_MS,
    );
    const [fresh, flat] = beaten as [number, string[]];
    const forgotten = fresh === 1 && this.#known;
    this.#known = true;
    for (let i = 0; i + 1 < flat.length; i += 2) {
      const [node = '', beat = ''] = flat.slice(i, i + 2);
      const seen = this.#seen.get(node);
      if (node === this.#node) continue;
      if (seen?.beat !== beat) this.#seen.set(node, { beat, since: clock });
      else if (clock - seen.since >= DEAD_MS) {
        this.#seen.delete(node);
        this.#lost.push(...((await this.#link.run(BURY, this.#prefix, node)) as string[]));
      }
    }
    return { lost: this.#lost.splice(0), forgotten };
  }

  /** Ends in order: there is nothing to bury. */
  async leave(): Promise<void> {
    if (!this.#link.available) return;
    const impatience = new Promise((resolve) => setTimeout(resolve, LEAVE_MS).unref());
    await Promise.race([this.#link.run(BURY, this.#prefix, this.#node), impatience]);
  }
}
