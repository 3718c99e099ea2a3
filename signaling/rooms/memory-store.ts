/** Meetings in this process's memory, all of it bounded. */
import { MAX_RENDEZVOUS, MAX_ROOMS } from '../wire/limits.ts';
import type { Outcome, PlacedEvent } from './events.ts';
import {
  dueAt,
  isOver,
  rendezvousKey,
  roomKey,
  slotOf,
  socketsOf,
  type Meeting,
  type SocketId,
} from './meeting.ts';
import { Slots } from './slots.ts';
import type { Counts, Found, RoomStore } from './store.ts';

/** A meeting that an event may change, and what it was before. */
interface Loan {
  key: string;
  meeting: Meeting;
  sockets: readonly SocketId[];
  slot: string | undefined;
}

/** `RoomStore` for one process: what it holds ends with it. */
export class MemoryStore implements RoomStore<Outcome> {
  /** With the pairs that were rooms. */
  #rooms = new Map<string, Meeting>();
  #rendezvous = new Map<string, Meeting>();
  /** The key of each socket's meeting: one place at a time. */
  #places = new Map<SocketId, string>();
  /** Slots that may be joined are found here and nowhere listed. */
  #bySlot = new Map<string, string>();
  #slots = new Slots();

  transact(event: PlacedEvent, now: number, decide: (found: Found) => Outcome): Outcome {
    const own = this.#lend(this.#places.get(event.socket));
    const key = this.#target(event);
    const target = key === own?.key ? own : this.#lend(key, event.type === 'open' || event.type === 'rejoin');
    const slot =
      event.type === 'open' && target ? this.#slots.take(event.random, event.minDigits, now) : undefined;
    const outcome = decide({ own: own?.meeting, target: target?.meeting, slot });
    if (own) this.#keep(own, now);
    if (target && target !== own) this.#keep(target, now);
    return outcome;
  }

  sweep(now: number, decide: (meeting: Meeting) => Outcome): Outcome {
    const effects: Outcome['effects'] = [];
    for (const meetings of [this.#rooms, this.#rendezvous]) {
      for (const [key, meeting] of meetings) {
        if (dueAt(meeting) > now) continue;
        const loan = lend(key, meeting);
        effects.push(...decide(meeting).effects);
        this.#keep(loan, now);
      }
    }
    return { reply: { type: 'done' }, effects };
  }

  has(socket: SocketId): boolean {
    return this.#places.has(socket);
  }

  counts(): Counts {
    let [pairs, waiting] = [0, 0];
    for (const meetings of [this.#rooms, this.#rendezvous]) {
      for (const { pair, waitsUntil } of meetings.values()) {
        if (pair) pairs += 1;
        if (waitsUntil !== undefined) waiting += 1;
      }
    }
    return { rooms: this.#bySlot.size, pairs, waiting };
  }

  #target(event: PlacedEvent): string | undefined {
    switch (event.type) {
      case 'open':
      case 'reopen':
        return roomKey(event.token);
      case 'join':
        return this.#bySlot.get(event.slot);
      case 'rejoin':
      case 'turn-away':
      case 'let-wait':
        return rendezvousKey(event.id);
      default:
        return undefined;
    }
  }

  #lend(key: string | undefined, make = false): Loan | undefined {
    if (key === undefined) return undefined;
    const meetings = this.#table(key);
    const meeting = meetings.get(key);
    if (meeting) return lend(key, meeting);
    const full = meetings.size >= (meetings === this.#rooms ? MAX_ROOMS : MAX_RENDEZVOUS);
    return make && !full ? lend(key, {}) : undefined;
  }

  #keep({ key, meeting, sockets, slot }: Loan, now: number): void {
    for (const socket of sockets) if (this.#places.get(socket) === key) this.#places.delete(socket);
    for (const socket of socketsOf(meeting)) this.#places.set(socket, key);
    const joinable = slotOf(meeting);
    if (slot !== undefined && slot !== joinable) {
      this.#bySlot.delete(slot);
      this.#slots.release(slot, now);
    }
    if (joinable !== undefined) this.#bySlot.set(joinable, key);
    if (isOver(meeting)) this.#table(key).delete(key);
    else this.#table(key).set(key, meeting);
  }

  #table(key: string): Map<string, Meeting> {
    return key.startsWith(roomKey('')) ? this.#rooms : this.#rendezvous;
  }
}

const lend = (key: string, meeting: Meeting): Loan => ({
  key,
  meeting,
  sockets: socketsOf(meeting),
  slot: slotOf(meeting),
});
