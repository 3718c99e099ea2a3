/**
 * The sessions of one page send through one uplink: one of them finds out the pace, and all keep it.
 *
 * Controllers that know nothing of one another take each other for competing traffic, fill the queue and
 * share it badly. Here the one that leads sees the path as if its fair part were all of it: when it probes,
 * backs off or begins, all do, at the same time (as RFC 8699's flow state exchange, and RFC 3124, want it).
 *
 * Not all have the same bottleneck. A session whose queue or loss differs from the leader's for a while, or
 * that sees no queue at all, is apart: it has a controller of its own until both see a queue alike (RFC 8382
 * tells shared bottlenecks by delay and loss as well).
 */
import type { Millis } from '../endpoint.ts';
import type { UplinkOrder } from './rate-controller.ts';

/** What one session says of itself, with each feedback. */
export interface UplinkReport {
  /** A picture is on its way. */
  readonly sending: boolean;
  /** It had nothing to send, or no lane with room for it, or its person wants no more. */
  readonly limited: boolean;
  /** Queueing delay that it sees. */
  readonly queue: Millis;
  /** Share lost lately beyond what its path loses by itself, 0 … 1. */
  readonly loss: number;
  /** Bytes a millisecond that it is paced at, and by how many it shared the uplink then. */
  readonly rate: number;
  readonly sharers: number;
  readonly roundTrip: Millis;
}

/** Without a report for so long a session is blind and sends next to nothing. */
const STALE: Millis = 600;
/** Over this time a session's queue, limits and differences from the leader are averaged. */
const MEAN_TIME: Millis = 500;
/** Queues that differ by so much are not the same one: beyond what event loops do. */
const APART_QUEUE: Millis = 8;
/** Nor are those of which one loses so much more. */
const APART_LOSS = 0.2;
/** A queue shorter than this is empty. What a leader keeps is longer, and so seen by who shares it. */
const EMPTY_QUEUE: Millis = 4;
/** Who has seen an empty queue for so long could have been faster, whatever the leader says. */
const FREE_TIME: Millis = 2000;
/** What differs by less than this share of it is alike. */
const ALIKE = 0.5;
/** For so long a session is apart at least; twice as long each time. */
const FIRST_APART: Millis = 5000;
const LAST_APART: Millis = 80_000;
/** The leader is as often limited as this, and another one is not: that one leads. */
const LIMITED = 0.7;
const UNLIMITED = 0.4;
/** A pace that differs by less is not said anew. */
const SAME_PACE = 0.01;

class Session<Name> {
  readonly name: Name;
  report: UplinkReport;
  at: Millis;
  order: UplinkOrder = { sharers: 1, pace: undefined };
  /** Share of the time in which it was limited. */
  limited = 0;
  queue: Millis;
  /** When that was last not empty, or it began to follow the present leader. */
  filledAt: Millis;
  /** By how much its queue is longer, and its loss higher, than the leader's. */
  queueGap: Millis = 0;
  lossGap = 0;
  apartUntil: Millis = -Infinity;
  apartFor: Millis = FIRST_APART;

  constructor(name: Name, report: UplinkReport, now: Millis) {
    this.name = name;
    this.report = report;
    this.at = now;
    this.queue = report.queue;
    this.filledAt = now;
  }

  /** It begins, or has another leader. */
  compareAnew(now: Millis): void {
    this.filledAt = now;
    this.queueGap = 0;
    this.lossGap = 0;
  }

  /**
   * How it differs from its leader: from 1 or −1 on they have not one bottleneck. Below 0 it is the better
   * one.
   */
  differences(now: Millis): readonly number[] {
    const free = this.limited < UNLIMITED ? (this.filledAt - now) / FREE_TIME : 0;
    return [this.queueGap / APART_QUEUE, this.lossGap / APART_LOSS, free];
  }
}

/** Who leads, who follows, and at which pace. Pure: `now` is given with every call and never decreases. */
export class SharedUplink<Name> {
  readonly #sessions = new Map<Name, Session<Name>>();
  #leader: Session<Name> | undefined;
  readonly #order: (name: Name, order: UplinkOrder) => void;

  /** @param order is called with what a session is to do from now on; it may report at once. */
  constructor(order: (name: Name, order: UplinkOrder) => void) {
    this.#order = order;
  }

  report(name: Name, report: UplinkReport, now: Millis): void {
    const known = this.#sessions.get(name);
    const one = known ?? new Session(name, report, now);
    this.#sessions.set(name, one);
    const weight = 1 - Math.exp((one.at - now) / MEAN_TIME);
    const begins = report.sending && !one.report.sending;
    one.report = report;
    one.at = now;
    const mean = (before: number, value: number): number => before + (value - before) * weight;
    one.limited = begins ? 0 : mean(one.limited, report.limited ? 1 : 0);
    one.queue = begins ? report.queue : mean(one.queue, report.queue);
    if (one.queue >= EMPTY_QUEUE) one.filledAt = now;
    const leader = this.#leader;
    if (begins || leader === undefined || leader === one) one.compareAnew(now);
    else {
      one.queueGap = mean(one.queueGap, report.queue - leader.report.queue);
      one.lossGap = mean(one.lossGap, report.loss - leader.report.loss);
      this.#compare(one, leader, now);
    }
    this.#update(now);
  }

  /** This session is over. */
  leave(name: Name, now: Millis): void {
    this.#sessions.delete(name);
    this.#update(now);
  }

  #isTogether(one: Session<Name>, now: Millis): boolean {
    return one.report.sending && now - one.at < STALE && one.apartUntil === -Infinity;
  }

  /** Whether one has the leader's bottleneck shows in their queues and losses. */
  #compare(one: Session<Name>, leader: Session<Name>, now: Millis): void {
    if (!one.report.sending) return;
    const differences = one.differences(now);
    if (one.apartUntil !== -Infinity) {
      // Where neither sees a queue nothing says that they share one.
      const alike = one.queue >= EMPTY_QUEUE && differences.every((size) => Math.abs(size) < ALIKE);
      if (now >= one.apartUntil && alike) one.apartUntil = -Infinity;
      return;
    }
    const kind = differences.findIndex((size) => Math.abs(size) >= 1);
    if (kind === -1) return;
    const followers = [...this.#sessions.values()].filter(
      (other) => other !== leader && this.#isTogether(other, now),
    );
    const sign = Math.sign(differences[kind] as number);
    const same = followers.filter((other) => (other.differences(now)[kind] as number) * sign > ALIKE);
    // Where most differ from the leader in the same way it is the leader that has another bottleneck; of two
    // it is the worse one.
    const most = same.length * 2 > followers.length && (followers.length > 1 || sign < 0);
    const odd = most ? leader : one;
    odd.apartUntil = now + odd.apartFor;
    odd.apartFor = Math.min(LAST_APART, 2 * odd.apartFor);
  }

  #update(now: Millis): void {
    const together = [...this.#sessions.values()].filter((one) => this.#isTogether(one, now));
    const before = this.#leader;
    const leader = this.#elect(together);
    if (leader !== before) for (const one of together) one.compareAnew(now);
    this.#leader = leader;
    const sharers = together.length;
    for (const one of this.#sessions.values()) {
      const { order, report } = one;
      if (one === leader) this.#say(one, { sharers, pace: undefined });
      else if (leader !== undefined && together.includes(one))
        this.#say(one, { sharers, pace: (leader.report.rate * leader.report.sharers) / sharers });
      // By itself from now on, from where it is: what all together send is not what its path carries.
      else if (one.apartUntil !== -Infinity) this.#say(one, { sharers: order.sharers, pace: undefined });
      else if (!report.sending) this.#say(one, { sharers: 1, pace: undefined });
    }
  }

  #elect(together: readonly Session<Name>[]): Session<Name> | undefined {
    const before = this.#leader;
    const kept = before !== undefined && together.includes(before) ? before : undefined;
    if (kept !== undefined && kept.limited < LIMITED) return kept;
    const able = together.filter(({ limited }) => limited < UNLIMITED);
    // Who was the odd one leads last, whatever it says of its round trip.
    const first = (a: Session<Name>, b: Session<Name>): number =>
      a.apartFor - b.apartFor || a.report.roundTrip - b.report.roundTrip;
    return able.toSorted(first)[0] ?? kept ?? together.toSorted(first)[0];
  }

  #say(one: Session<Name>, order: UplinkOrder): void {
    const { sharers, pace } = one.order;
    const same =
      pace === order.pace ||
      (pace !== undefined && order.pace !== undefined && Math.abs(order.pace - pace) < SAME_PACE * pace);
    if (same && sharers === order.sharers) return;
    one.order = order;
    this.#order(one.name, order);
  }
}
