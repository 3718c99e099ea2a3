import { expect, test } from 'vitest';
import type { UplinkOrder } from './rate-controller.ts';
import { SharedUplink, type UplinkReport } from './shared-uplink.ts';

/** One page's sessions, with what each was last asked to do. */
class Page {
  readonly orders = new Map<string, UplinkOrder>();
  said = 0;
  now = 0;
  readonly #uplink = new SharedUplink<string>((name, order) => {
    this.orders.set(name, order);
    this.said += 1;
  });

  report(name: string, part: Partial<UplinkReport> = {}): void {
    const { sharers = 1, pace } = this.orders.get(name) ?? {};
    const rate = pace ?? 800 / sharers;
    const usual = { sending: true, limited: false, queue: 10, loss: 0, rate, sharers, roundTrip: 20 };
    this.#uplink.report(name, { ...usual, ...part }, this.now);
  }

  /** All of these report each 20 ms. */
  during(millis: number, sessions: Record<string, Partial<UplinkReport>>): void {
    for (const end = this.now + millis; this.now < end; this.now += 20)
      for (const [name, part] of Object.entries(sessions)) this.report(name, part);
  }

  leave(name: string): void {
    this.#uplink.leave(name, this.now);
  }
}

test('the first that sends leads; the others are paced as it is, and together send what it sent alone', () => {
  const page = new Page();
  page.report('a');
  expect(page.orders.has('a')).toBe(false);
  page.report('b');
  expect(page.orders.get('a')).toEqual({ sharers: 2, pace: undefined });
  expect(page.orders.get('b')).toEqual({ sharers: 2, pace: 400 });
  page.report('c');
  // What the leader says of itself is from before it knew of the third.
  page.report('a', { sharers: 2, rate: 450 });
  expect(page.orders.get('b')?.pace).toBeCloseTo(300);
  expect(page.orders.get('c')?.pace).toBeCloseTo(300);
});

test('a pace that has not changed is not said again', () => {
  const page = new Page();
  page.during(100, { a: {}, b: {}, c: {} });
  const { said } = page;
  page.during(1000, { a: {}, b: {}, c: {} });
  expect(page.said).toBe(said);
});

test('when the one that leads is done, leaves or falls silent another one goes on at its pace', () => {
  for (const ends of ['done', 'leaves', 'silent']) {
    const page = new Page();
    page.during(100, { a: {}, b: {}, c: {} });
    if (ends === 'done') page.report('a', { sending: false });
    if (ends === 'leaves') page.leave('a');
    page.during(700, { b: { rate: 300 }, c: {} });
    expect(page.orders.get('b'), ends).toEqual({ sharers: 2, pace: undefined });
    expect(page.orders.get('c')?.sharers, ends).toBe(2);
    expect(page.orders.get('c')?.pace, ends).toBeGreaterThan(250);
    if (ends === 'done') expect(page.orders.get('a')).toEqual({ sharers: 1, pace: undefined });
  }
});

test('one that has nothing to send, or no lane for it, does not lead while another could', () => {
  const page = new Page();
  page.during(100, { a: {}, b: {} });
  page.during(2000, { a: { limited: true }, b: {} });
  expect(page.orders.get('b')).toEqual({ sharers: 2, pace: undefined });
  expect(page.orders.get('a')?.pace).toBeDefined();
});

test('one whose queue is longer or shorter than that of all others is by itself, and tried again later', () => {
  for (const queue of [40, 0]) {
    const page = new Page();
    const others = { a: { queue: 20 }, b: { queue: 20 }, c: { queue: 20 } };
    page.during(100, { ...others, d: { queue: 20 } });
    page.during(1000, { ...others, d: { queue } });
    expect(page.orders.get('d')).toEqual({ sharers: 4, pace: undefined });
    page.report('d', { sending: false });
    expect(page.orders.get('d'), 'it goes on from what its own path carried').toEqual({
      sharers: 4,
      pace: undefined,
    });
    expect(page.orders.get('b')).toEqual({ sharers: 3, pace: expect.closeTo(800 / 3, 0) });
    page.during(3000, { ...others, d: { queue: 20 } });
    expect(page.orders.get('d')?.pace, 'too soon').toBeUndefined();
    page.during(3000, { ...others, d: { queue: 20 } });
    expect(page.orders.get('d')?.pace).toBeDefined();
    // The second time for longer.
    page.during(1000, { ...others, d: { queue } });
    page.during(6000, { ...others, d: { queue: 20 } });
    expect(page.orders.get('d')?.pace, 'the second time').toBeUndefined();
  }
});

test('where all differ from the one that leads it is that one that is by itself', () => {
  const page = new Page();
  page.during(100, { a: {}, b: {}, c: {}, d: {} });
  page.during(1000, { a: { queue: 30 }, b: {}, c: {}, d: {} });
  expect(page.orders.get('a')?.pace).toBeUndefined();
  const leads = [...page.orders].filter(([name, { pace }]) => name !== 'a' && pace === undefined);
  expect(leads.length).toBe(1);
  expect(page.orders.get('c')?.sharers).toBe(3);
});

test('one that leads and leaves the others an empty queue leads no more', () => {
  // A policer has none either, nor what a liar says of it; that of a fast downlink is short.
  for (const queue of [0, 6]) {
    const page = new Page();
    page.during(100, { a: {}, b: {}, c: {} });
    const empty = { a: { queue }, b: { queue: 0 }, c: { queue: 0 } };
    page.during(1000, empty);
    expect(page.orders.get('b')?.pace, 'too soon').toBeDefined();
    page.during(3000, empty);
    const leads = [...page.orders].filter(([name, { pace }]) => name !== 'a' && pace === undefined);
    expect(leads.length).toBe(1);
    expect(page.orders.get('a')).toEqual({ sharers: 3, pace: undefined });
    expect(page.orders.get('c')?.sharers).toBe(2);
  }
});

test('of two with different queues it is the one with the longer that is by itself', () => {
  for (const queue of [0, 40]) {
    const page = new Page();
    page.during(100, { a: { queue: 20 }, b: { queue: 20 } });
    page.during(500, { a: { queue: 20 }, b: { queue } });
    expect(page.orders.get(queue === 0 ? 'b' : 'a')).toEqual({ sharers: 1, pace: undefined });
    expect(page.orders.get(queue === 0 ? 'a' : 'b')).toEqual({ sharers: 2, pace: undefined });
  }
});

test('one that has a controller of its own comes back only to a queue, and leads last', () => {
  const page = new Page();
  page.during(100, { a: { roundTrip: 1 }, b: {}, c: {} });
  const empty = { a: { queue: 0, roundTrip: 1 }, b: { queue: 0 }, c: { queue: 0 } };
  page.during(3000, empty);
  const short = { queue: 3, limited: true };
  page.during(8000, { ...empty, b: short, c: short });
  expect(page.orders.get('a')?.pace, 'nothing shows that they share anything').toBeUndefined();
  page.during(2000, { a: { roundTrip: 1 }, b: {}, c: {} });
  expect(page.orders.get('a')?.pace).toBeDefined();
  const leader = ['b', 'c'].find((name) => page.orders.get(name)?.pace === undefined) as string;
  page.report(leader, { sending: false });
  page.report('a', { roundTrip: 1 });
  expect(page.orders.get('a')?.pace, 'though its round trip is the shortest').toBeDefined();
});

test('a limit of the person, or of lanes, leaves a queue empty and says nothing of the one that leads', () => {
  const page = new Page();
  const held = { queue: 0, limited: true };
  page.during(4000, { a: held, b: held, c: held });
  expect(page.orders.get('a')).toEqual({ sharers: 3, pace: undefined });
  expect(page.orders.get('b')?.pace).toBeDefined();
});

test('one that loses more than the one that leads is by itself; where all lose the same nobody is', () => {
  const page = new Page();
  page.during(100, { a: {}, b: {}, c: {} });
  page.during(2000, { a: { loss: 0.5 }, b: { loss: 0.5 }, c: { loss: 0.5 } });
  expect(page.orders.get('c')?.pace).toBeDefined();
  page.during(1000, { a: {}, b: {}, c: { loss: 0.5 } });
  expect(page.orders.get('c')?.pace).toBeUndefined();
  expect(page.orders.get('b')?.sharers).toBe(2);
});
