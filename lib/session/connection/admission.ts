/**
 * Who of those with the room's link is met, who waits, and whom the person is asked about (P-135, P-138);
 * among them remembered devices that ring at a page which is taken (P-142).
 */
import type { DeviceCall } from '../model.ts';
import type { ConnectionEffect } from './connection-events.ts';
import { LIMITS_MS } from './limits.ts';
import { Visitors } from './visitors.ts';

/** Who waits while another guest is being let in, or looked for. */
const MAX_KNOCKS = 8;
/** Knocks that were heard; a server may repeat them. */
const MAX_HEARD = 200;
/** A device to which the person has said no so often in one window is not asked about in it again. */
const MAX_REFUSALS = 2;

/** What becomes of a knock, beside being met at once. */
export type KnockEffect = Extract<ConnectionEffect, { type: 'let-wait' | 'turn-away' }>;

/** All who knock are known by the ids of the meetings that the server gave them. Times: Unix ms. */
export class Admission {
  /** Beside the guest who is connected others may come. */
  readonly several: boolean;
  readonly #queue: string[] = [];
  readonly #heard = new Set<string>();
  readonly #visitors = new Visitors();
  /** Of visitors, and perhaps of some who wait no longer. */
  readonly #calls = new Map<string, DeviceCall>();
  /** Of devices, by their names in this browser's list: how often the person has said no in this window. */
  readonly #refusals = new Map<string, { readonly window: number; readonly times: number }>();
  /** Others are in this room, met by other machines. */
  #others = false;
  /** One was sent away, and could be back at once with the link. */
  #sentAway = false;

  constructor(several: boolean) {
    this.several = several;
  }

  get hasSentAway(): boolean {
    return this.#sentAway;
  }

  /** Those about whom the person is asked. */
  get visitors(): readonly string[] {
    return this.#visitors.ids;
  }

  /** Which of those are remembered devices, by their names in this browser's list. */
  get callers(): Readonly<Record<string, string>> {
    const calls = this.visitors.flatMap((id) => {
      const call = this.#calls.get(id);
      return call === undefined ? [] : [[id, call.device] as const];
    });
    return Object.fromEntries(calls);
  }

  /** How this visitor is met, where it is a device that has rung. */
  callOf(id: string): DeviceCall | undefined {
    return this.#calls.get(id);
  }

  get nextTimeout(): number {
    return this.#visitors.nextTimeout;
  }

  /** `host`: can meet a guest, is perhaps about to lose the one it meets, or has one. */
  knock(id: string, host: 'free' | 'busy' | 'taken', now: number): 'meet' | KnockEffect | undefined {
    if (this.#heard.has(id)) return undefined;
    if (this.#heard.size >= MAX_HEARD) this.#heard.clear();
    this.#heard.add(id);
    if (this.#asks || host === 'taken') return this.#visit(id, now);
    if (host === 'free') return 'meet';
    if (this.#queue.length >= MAX_KNOCKS) return { type: 'turn-away', id };
    this.#queue.push(id);
    return undefined;
  }

  /** A remembered device waits at this meeting, and the page is taken. It may ring there again. */
  ring(id: string, call: DeviceCall, now: number): KnockEffect {
    for (const known of this.#calls.keys()) if (!this.visitors.includes(known)) this.#calls.delete(known);
    if (this.#refusalsOf(call) >= MAX_REFUSALS) return { type: 'turn-away', id };
    this.#calls.set(id, call);
    return this.#visit(id, now);
  }

  /** Takes whoever has waited longest for the host to be free. */
  takeNext(): string | undefined {
    return this.#queue.shift();
  }

  /** Who waits for the host waits for the person's answer from now on. */
  askAboutAll(now: number): KnockEffect[] {
    return this.#queue.splice(0).map((id) => this.#visit(id, now));
  }

  setOthers(others: boolean, now: number): KnockEffect[] {
    this.#others = others;
    return this.#asks ? this.askAboutAll(now) : [];
  }

  sentAway(now: number): KnockEffect[] {
    this.#sentAway = true;
    return this.askAboutAll(now);
  }

  /** `false`: they wait no longer. */
  take(id: string): boolean {
    return this.#visitors.take(id);
  }

  /** As `take`: the person says no. */
  refuse(id: string): boolean {
    if (!this.take(id)) return false;
    const call = this.#calls.get(id);
    if (call !== undefined) {
      const times = this.#refusalsOf(call) + 1;
      const { window = call.window } = this.#refusals.get(call.device) ?? {};
      this.#refusals.set(call.device, { window: Math.max(window, call.window), times });
    }
    return true;
  }

  /** Who has waited for an answer until now. */
  takeLate(now: number): KnockEffect[] {
    return this.#visitors.takeLate(now).map((id) => ({ type: 'turn-away', id }));
  }

  /** The room is closed. */
  turnAllAway(): KnockEffect[] {
    const queued = this.#queue.splice(0).map((id): KnockEffect => ({ type: 'turn-away', id }));
    this.#sentAway = false;
    return [...queued, ...this.takeLate(Infinity)];
  }

  /** In this window or a later one: around the border of two a device may ring in either. */
  #refusalsOf({ device, window }: DeviceCall): number {
    const known = this.#refusals.get(device);
    return known === undefined || known.window < window ? 0 : known.times;
  }

  /** Whoever knocks is asked about first. */
  get #asks(): boolean {
    return this.several && (this.#others || this.#sentAway);
  }

  /** The person is asked about them, where there is room for more than one. */
  #visit(id: string, now: number): KnockEffect {
    const asked = this.several && this.#visitors.add(id, now + LIMITS_MS.door);
    return { type: asked ? 'let-wait' : 'turn-away', id };
  }
}
