import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Party } from '../model.ts';
import type { Bond } from '../pairing/bond.ts';
import { seededRandom } from '../pairing/test-random.ts';
import { encodeRemember } from './remember-message.ts';
import { Remembering } from './remembering.ts';

/** A page, what its browser keeps of the other one, and the channel to it. */
class Page {
  bond: Bond | undefined;
  readonly wire: Uint8Array[] = [];
  remembering: Remembering;
  readonly #party: Party;
  readonly #seed: string;
  #loads = 0;

  constructor(party: Party, seed = 'page') {
    this.#party = party;
    this.#seed = seed;
    this.remembering = this.#make();
  }

  #make(): Remembering {
    this.#loads += 1;
    return new Remembering({
      random: seededRandom(`${this.#seed} ${this.#party} ${this.#loads}`),
      say: (message) => void this.wire.push(message),
      party: () => this.#party,
      bond: () => this.bond,
      agreed: (bond) => (this.bond = bond),
      forgotten: () => (this.bond = undefined),
    });
  }

  reload(): void {
    this.remembering = this.#make();
  }
}

/** What is on its way arrives, whatever it leads to. */
function settle(host: Page, guest: Page): void {
  for (let turns = 0; host.wire.length + guest.wire.length > 0; turns++) {
    if (turns > 50) throw new Error('they never rest');
    for (const message of host.wire.splice(0)) guest.remembering.hear(message);
    for (const message of guest.wire.splice(0)) host.remembering.hear(message);
  }
}

const pages = (): [Page, Page] => [new Page('host'), new Page('guest')];

test('[P-141] only when both have pressed, both keep it, and it is the same', () => {
  const [host, guest] = pages();
  expect([host.remembering.by, guest.remembering.by]).toEqual(['nobody', 'nobody']);
  host.remembering.want(true);
  settle(host, guest);
  expect([host.remembering.by, guest.remembering.by]).toEqual(['here', 'there']);
  expect([host.bond, guest.bond]).toEqual([undefined, undefined]);
  guest.remembering.want(true);
  settle(host, guest);
  expect([host.remembering.by, guest.remembering.by]).toEqual(['both', 'both']);
  expect(host.bond!.current).toEqual(guest.bond!.current);
  expect([host.bond!.party, guest.bond!.party]).toEqual(['host', 'guest']);
});

test('[P-141] a wish that is taken back is none, and the next person is asked anew', () => {
  const [host, guest] = pages();
  host.remembering.want(true);
  host.remembering.want(false);
  settle(host, guest);
  expect([host.remembering.by, guest.remembering.by]).toEqual(['nobody', 'nobody']);
  guest.remembering.want(true);
  settle(host, guest);
  expect([host.remembering.by, guest.remembering.by]).toEqual(['there', 'here']);
  expect([host.bond, guest.bond]).toEqual([undefined, undefined]);
  for (const page of [host, guest]) page.remembering.begin();
  host.remembering.want(true);
  settle(host, guest);
  expect([host.bond, guest.bond]).toEqual([undefined, undefined]);
});

test('[P-141] a wish that its page has forgotten, loaded anew, is none: no side remembers alone', () => {
  const [host, guest] = pages();
  host.remembering.want(true);
  settle(host, guest);
  expect(guest.remembering.by).toBe('there');
  host.reload();
  for (const page of [host, guest]) page.remembering.disconnected();
  for (const page of [host, guest]) page.remembering.connected();
  settle(host, guest);
  expect(guest.remembering.by).toBe('nobody');
  guest.remembering.want(true);
  settle(host, guest);
  expect([host.bond, guest.bond]).toEqual([undefined, undefined]);
  expect([host.remembering.by, guest.remembering.by]).toEqual(['there', 'here']);
});

test('[P-141] who takes it back as the other agrees keeps nothing, nor does the other', () => {
  const [host, guest] = pages();
  host.remembering.want(true);
  guest.remembering.want(true);
  settle(host, guest);
  host.remembering.want(false);
  expect(host.bond).toBeUndefined();
  settle(host, guest);
  expect([host.remembering.by, guest.remembering.by]).toEqual(['nobody', 'nobody']);
});

test('[P-141] who forgets the device while connected makes the other one forget, too', () => {
  const [host, guest] = pages();
  host.remembering.want(true);
  guest.remembering.want(true);
  settle(host, guest);
  guest.bond = undefined;
  guest.remembering.forget();
  settle(host, guest);
  expect(host.bond).toBeUndefined();
  expect([host.remembering.by, guest.remembering.by]).toEqual(['nobody', 'nobody']);
});

test('[P-143] wherever the connection or a page ends between the two presses, both end with one secret, and keep it', () => {
  const event = fc.constantFrom(
    'host presses',
    'guest presses',
    'host reloads',
    'guest reloads',
    'cut',
    'one way',
    'wait',
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 14 }), (events) => {
      const [host, guest] = pages();
      let common: string | undefined;
      for (const one of events) {
        if (one === 'host presses' && host.bond === undefined) host.remembering.want(true);
        if (one === 'guest presses' && guest.bond === undefined) guest.remembering.want(true);
        if (one === 'wait') settle(host, guest);
        if (one === 'one way') for (const said of host.wire.splice(0)) guest.remembering.hear(said);
        if (one === 'host reloads') host.reload();
        if (one === 'guest reloads') guest.reload();
        if (one === 'cut' || one.endsWith('reloads')) {
          // What was on its way is lost; on the new channel both begin.
          for (const page of [host, guest]) page.wire.length = 0;
          for (const page of [host, guest]) page.remembering.disconnected();
          for (const page of [host, guest]) page.remembering.connected();
        }
        // What both had once they have for good.
        const [a, b] = [host.bond?.current.join(), guest.bond?.current.join()];
        if (common !== undefined) expect([a, b], events.join()).toEqual([common, common]);
        else if (a !== undefined && a === b) common = a;
      }
      for (const page of [host, guest]) page.wire.length = 0;
      for (const page of [host, guest]) page.remembering.disconnected();
      for (const page of [host, guest]) page.remembering.connected();
      settle(host, guest);
      // Who is asked presses.
      for (const page of [host, guest]) if (page.remembering.by === 'there') page.remembering.want(true);
      settle(host, guest);
      const [a, b] = [host.bond, guest.bond];
      if (host.remembering.by === 'both' && guest.remembering.by === 'both')
        expect(a!.current, events.join()).toEqual(b!.current);
      else expect(a === undefined || b === undefined).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('[P-141] what anyone says is bounded, and changes nothing by itself', () => {
  const [host, guest] = pages();
  host.remembering.connected();
  const halves = seededRandom('flood');
  for (let i = 0; i < 500; i++) host.remembering.hear(encodeRemember(halves(32), undefined));
  for (let i = 0; i < 500; i++) host.remembering.hear(halves(50));
  expect(host.bond).toBeUndefined();
  host.remembering.want(true);
  // Heard too much of this channel; on another one it counts again.
  const before = host.bond!.current;
  host.remembering.hear(encodeRemember(halves(32), undefined));
  expect(host.bond!.current).toEqual(before);
  host.remembering.connected();
  guest.remembering.want(true);
  settle(host, guest);
  expect(host.bond!.current).toEqual(guest.bond!.current);
});
