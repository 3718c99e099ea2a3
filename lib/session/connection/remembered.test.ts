/** Remembered devices: meetings without a code, crashes in the middle, copies, a hostile server. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Role } from '../model.ts';
import { makeBond, type Bond } from '../pairing/bond.ts';
import { idsToRing, ownIds, type BondId } from '../pairing/bond-ids.ts';
import { LIMITS_MS } from './limits.ts';
import { Meeting, type Side } from './meeting.fixture.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
const ROLES = ['sender', 'receiver'] as const;
const isConnected = (...sides: Side[]) => sides.every((side) => side.connection === 'connected');

/** Two browsers that remember each other; the host of the bond sends. */
function begin(seed = 1) {
  const meeting = new Meeting(seed);
  const [host, guest] = [meeting.bytes(32), meeting.bytes(32)];
  return { meeting, bonds: [makeBond('host', host, guest), makeBond('guest', host, guest)] as const };
}

/** A page of each browser. */
function open(meeting: Meeting, bonds: readonly (Bond | undefined)[], roles: readonly Role[] = ROLES) {
  const sides = bonds.map((bond, i) => {
    const side = meeting.side(roles[i]!);
    side.bond = bond;
    return side;
  });
  meeting.run(100);
  return sides as [Side, Side];
}

/** What the server finds: the first id of a ring that the other page has announced. */
function find(meeting: Meeting, caller: Side, callee: Side, roles: readonly Role[] = ROLES) {
  if (caller.bond === undefined || callee.bond === undefined) return undefined;
  const host = caller.bond.party === 'host';
  const [own, other] = host ? roles : [roles[1]!, roles[0]!];
  const waiting = new Map(ownIds(callee.bond, other!, meeting.now).map((one) => [one.id, one]));
  for (const rung of idsToRing(caller.bond, own!, meeting.now)) {
    const there = waiting.get(rung.id);
    if (there !== undefined) return { rung, there };
  }
  return undefined;
}

const call = (side: Side, place: BondId, rung: 'there' | 'here') =>
  side.bond && side.handle({ type: 'call', device: 'd', bond: side.bond, place, rung });

/** A ring, as the pages play it: the caller goes as soon as it knows that the other is there. */
function ring(meeting: Meeting, caller: Side, callee: Side, roles: readonly Role[] = ROLES): boolean {
  const found = find(meeting, caller, callee, roles);
  if (found === undefined) return false;
  call(caller, found.rung, 'there');
  meeting.later(25, () => call(callee, found.there, 'here'));
  return true;
}

test('[P-143] two devices meet again and again without a code, each time at another place and with another secret', () => {
  const { meeting, bonds } = begin();
  let kept: readonly (Bond | undefined)[] = bonds;
  const places = new Set<string>();
  const secrets = new Set<string>();
  for (let turn = 0; turn < 6; turn++) {
    const sides = open(meeting, kept);
    const [host, guest] = sides;
    expect(turn % 2 === 0 ? ring(meeting, host, guest) : ring(meeting, guest, host)).toBe(true);
    expect(meeting.until(() => isConnected(host, guest), 5000)).toBe(true);
    expect([host.met, guest.met]).toEqual([1, 1]);
    expect(host.machine.view().fingerprint).toBe(guest.machine.view().fingerprint);
    expect(host.machine.view().device).toBe('d');
    for (const { asked } of sides) for (const ask of asked) if ('id' in ask) places.add(ask.id);
    meeting.run(1000);
    expect(host.bond!.previous).toBeUndefined();
    expect(host.bond!.current).toEqual(guest.bond!.current);
    secrets.add(host.bond!.current.join());
    kept = [host.bond, guest.bond];
    for (const side of sides) side.vanish();
    meeting.run(1000);
  }
  expect([places.size, secrets.size]).toEqual([6, 6]);
});

test('[P-143] wherever either page crashes in a meeting, the two meet again afterwards', () => {
  let walked = 0;
  for (const crashing of [0, 1] as const) {
    for (const caller of [0, 1] as const) {
      for (let effects = 0, crashed = true; crashed; effects++) {
        const { meeting, bonds } = begin(1 + effects);
        const sides = open(meeting, bonds);
        sides[crashing].effectsLeft = effects;
        ring(meeting, sides[caller], sides[1 - caller]!);
        meeting.run(3000);
        crashed = sides[crashing].gone;
        walked += 1;
        const after = sides.map(({ bond }) => bond);
        for (const side of sides) if (!side.gone) side.vanish();
        meeting.run(1000);
        const again = open(meeting, after);
        expect(ring(meeting, again[1 - caller]!, again[caller]), `${crashing} ${effects}`).toBe(true);
        expect(
          meeting.until(() => isConnected(...again), 5000),
          `${crashing} ${effects}`,
        ).toBe(true);
        expect(again.map(({ problem }) => problem)).toEqual([undefined, undefined]);
      }
    }
  }
  // Each side has a dozen effects on its way to the connection.
  expect(walked).toBeGreaterThan(40);
});

test('[P-142] both press at the same moment, or around the border of two windows, and meet', () => {
  for (const [first, second] of [
    [0, 0],
    [0, 1],
    [1, 0],
  ] as const) {
    const { meeting, bonds } = begin();
    const [host, guest] = open(meeting, bonds);
    const window = Math.floor(meeting.now / 1000);
    const at = (later: number): BondId => ({ id: '', generation: 'current', window: window + later });
    call(host, at(first), 'there');
    call(guest, at(second), 'there');
    meeting.later(25, () => call(host, at(second), 'here'));
    meeting.later(25, () => call(guest, at(first), 'here'));
    expect(
      meeting.until(() => isConnected(host, guest), 5000),
      `${first} ${second}`,
    ).toBe(true);
  }
});

test('[P-142] who rings and hears nothing says so; who was rung in vain is as it was', () => {
  const { meeting, bonds } = begin();
  const [host, guest] = open(meeting, bonds);
  const { rung, there } = find(meeting, host, guest)!;
  call(host, rung, 'there');
  meeting.run(LIMITS_MS.device + 1000);
  expect(host.problem).toBe('device-silent');
  for (const [as, problem] of [
    ['waiting', undefined],
    ['failed', 'code-malformed'],
  ] as const) {
    if (as === 'failed') guest.handle({ type: 'join', text: '?' });
    call(guest, there, 'here');
    expect(guest.connection).toBe('connecting');
    meeting.run(LIMITS_MS.device + 1000);
    expect([guest.connection, guest.problem]).toEqual([as, problem]);
  }
  expect(host.bond).toEqual(bonds[0]);
  expect(guest.bond).toEqual(bonds[1]);
});

test('[P-142] a session that was given up can still be continued after a ring in vain', () => {
  const { meeting, bonds } = begin();
  const [host, guest] = open(meeting, bonds);
  ring(meeting, host, guest);
  expect(meeting.until(() => isConnected(host, guest), 5000)).toBe(true);
  meeting.run(500);
  host.vanish();
  meeting.run(LIMITS_MS.search + 60_000);
  expect(guest.machine.view().canContinue).toBe(true);
  call(guest, { id: '', generation: 'current', window: 7 }, 'here');
  expect(guest.connection).toBe('connecting');
  meeting.run(LIMITS_MS.device + 1000);
  expect([guest.connection, guest.problem]).toEqual(['failed', 'connection-lost']);
  expect(guest.machine.view().canContinue).toBe(true);
});

test.each(['no relay', 'a full server', 'a meeting that is taken', 'no WebRTC'])(
  '[P-142] a ring that leads nowhere takes nothing from the page: %s',
  (why) => {
    const { meeting, bonds } = begin();
    const [host, guest] = open(meeting, bonds);
    ring(meeting, host, guest);
    expect(meeting.until(() => isConnected(host, guest), 5000)).toBe(true);
    meeting.run(500);
    const { bond } = guest;
    const kept = guest.vanish()!;
    host.vanish();
    const page = meeting.side('receiver', why !== 'no WebRTC', why === 'no relay');
    page.bond = bond;
    meeting.run(100);
    page.handle({ type: 'resume', rejoin: kept });
    meeting.run(LIMITS_MS.search + 60_000);
    const before = page.machine.view();
    expect(before.canContinue).toBe(why !== 'no relay');
    const effects = page.effects.length;
    if (why === 'a full server') meeting.refusal = 'server-busy';
    call(page, { id: '', generation: 'current', window: 7 }, 'here');
    meeting.run(10);
    if (why === 'a meeting that is taken') page.handle({ type: 'expired', reason: 'occupied' });
    meeting.run(1000);
    expect(page.machine.view()).toEqual(before);
    expect(page.effects.slice(effects)).not.toEqual(expect.arrayContaining(['lost']));
    expect(page.effects.slice(effects)).not.toEqual(expect.arrayContaining(['forget']));
  },
);

test('[P-142] a ring ends no code that is shown, and takes no room that is open', () => {
  const { meeting, bonds } = begin();
  const [host, guest] = open(meeting, bonds);
  host.handle({ type: 'open' });
  const { there } = find(meeting, guest, host)!;
  // While the code is asked for, and once it is there.
  call(host, there, 'here');
  meeting.until(() => host.machine.view().room !== undefined);
  const { code } = host.machine.view().room!;
  ring(meeting, guest, host);
  meeting.run(500);
  expect(guest.problem).toBe('device-busy');
  expect(host.machine.view().room?.code).toBe(code);
  const visitor = meeting.side('receiver');
  meeting.run(100);
  visitor.handle({ type: 'join', text: code });
  expect(meeting.until(() => isConnected(visitor, host), 5000)).toBe(true);
});

describe('a page that is with somebody else, or shows a code', () => {
  /** A sending page and a remembered device; someone else has come by its code, or not yet. */
  function taken(met: boolean, several = true, seed = 1) {
    const { meeting, bonds } = begin(seed);
    const page = meeting.side('sender', true, false, several);
    const [device, other] = [meeting.side('receiver'), meeting.side('receiver')];
    [page.bond, device.bond] = bonds;
    meeting.run(100);
    page.handle({ type: 'open' });
    meeting.until(() => page.machine.view().room !== undefined);
    if (met) other.handle({ type: 'join', text: page.machine.view().room!.code });
    if (met) expect(meeting.until(() => isConnected(page, other), 5000)).toBe(true);
    expect(ring(meeting, device, page)).toBe(true);
    meeting.run(500);
    return { meeting, page, device, other };
  }

  /** As the page does it: another machine of its own meets the device, with what is shared now. */
  function letIn(meeting: Meeting, page: Side): Side {
    const [id = ''] = page.machine.view().visitors;
    const link = page.machine.letIn(id);
    if (link === undefined || !('device' in link)) throw new Error('no device waits');
    const guest = meeting.side('sender');
    guest.bond = page.bond;
    meeting.run(100);
    const { device, generation, window, rung } = link;
    guest.handle({ type: 'call', device, bond: page.bond!, place: { generation, window }, rung });
    return guest;
  }

  test.each([true, false])('[P-142] asks its person, and the device waits until it is let in: %s', (met) => {
    const { meeting, page, device, other } = taken(met);
    expect([device.connection, device.machine.view().waitsAtDoor]).toEqual(['connecting', true]);
    const { visitors, callers } = page.machine.view();
    expect(visitors.map((id) => callers[id])).toEqual(['d']);
    // Longer than a device that does not answer is waited for.
    meeting.run(LIMITS_MS.device + 60_000);
    const guest = letIn(meeting, page);
    expect(meeting.until(() => isConnected(guest, device), 5000)).toBe(true);
    expect([guest.unasked, page.machine.view().visitors]).toEqual([false, []]);
    if (met) expect(isConnected(page, other)).toBe(true);
    else expect(page.machine.view().room).toBeDefined();
    meeting.run(1000);
    expect(guest.bond!.current).toEqual(device.bond!.current);
  });

  test('[P-142] says no at once where its person does, where one is enough, and after three minutes', () => {
    const refused = taken(true);
    refused.page.handle({ type: 'refuse', id: refused.page.machine.view().visitors[0]! });
    const single = taken(true, false);
    const late = taken(true);
    late.meeting.run(LIMITS_MS.door + 1000);
    for (const { meeting, page, device, other } of [refused, single, late]) {
      meeting.run(500);
      expect([device.connection, device.problem]).toEqual(['failed', 'device-busy']);
      expect([page.machine.view().visitors, isConnected(page, other)]).toEqual([[], true]);
      expect(page.bond!.current).toEqual(device.bond!.current);
    }
  });

  test('[P-142] hears when the device waits no longer, and lets it in again later', () => {
    const { meeting, page, device } = taken(true);
    const [id = ''] = page.machine.view().visitors;
    device.handle({ type: 'dismiss' });
    page.handle({ type: 'visitor-left', id });
    expect([device.connection, page.machine.view().visitors]).toEqual(['closed', []]);
    expect(ring(meeting, device, page)).toBe(true);
    meeting.run(500);
    const guest = letIn(meeting, page);
    expect(meeting.until(() => isConnected(guest, device), 5000)).toBe(true);
  });

  test('[P-143] one that was met elsewhere since it rang is not met with the secret of before', () => {
    const { meeting, page, device } = taken(true);
    const advanced = begin(7).bonds[0];
    page.bond = advanced;
    const guest = letIn(meeting, page);
    meeting.run(LIMITS_MS.device + 1000);
    expect([guest.connection, guest.problem]).toEqual(['failed', 'device-silent']);
    expect([page.bond, isConnected(page), isConnected(device)]).toEqual([advanced, true, false]);
  });
});

test('[P-142] who was rung, and hears nonsense there, is as it was', () => {
  const { meeting, bonds } = begin();
  const [host, guest] = open(meeting, bonds);
  const { there } = find(meeting, host, guest)!;
  call(guest, there, 'here');
  guest.handle({ type: 'paired' });
  guest.handle({ type: 'message', bytes: new Uint8Array(40) });
  expect([guest.connection, guest.problem, guest.bond]).toEqual(['waiting', undefined, bonds[1]]);
});

test('[P-142] a side that nobody has pressed at says so, and only that side', () => {
  const { meeting, bonds } = begin();
  const [host, guest] = open(meeting, bonds);
  ring(meeting, host, guest);
  expect(meeting.until(() => isConnected(host, guest), 5000)).toBe(true);
  expect([host.unasked, guest.unasked]).toEqual([false, true]);
});

test('[P-142] where both have the same page open, both say so', () => {
  const { meeting, bonds } = begin();
  const roles = ['sender', 'sender'] as const;
  const [host, guest] = open(meeting, bonds, roles);
  expect(ring(meeting, guest, host, roles)).toBe(true);
  meeting.run(3000);
  expect([host.problem, guest.problem]).toEqual(['device-same-page', 'device-same-page']);
  expect([host.bond, guest.bond]).toEqual(bonds);
});

test('[P-143] after a goodbye the same pages meet again, as often as they like', () => {
  const { meeting, bonds } = begin();
  const [host, guest] = open(meeting, bonds);
  for (let turn = 1; turn <= 3; turn++) {
    expect(ring(meeting, guest, host)).toBe(true);
    expect(meeting.until(() => host.connections === turn && guest.connections === turn, 5000)).toBe(true);
    guest.handle({ type: 'goodbye' });
    host.handle({ type: 'goodbye' });
    meeting.run(500);
    expect([host.connection, guest.connection]).toEqual(['closed', 'closed']);
  }
  expect([host.met, guest.met]).toEqual([3, 3]);
});

test('[P-143] whoever is connected or connecting is not disturbed by a ring', () => {
  const { meeting, bonds } = begin();
  const [host, guest] = open(meeting, bonds);
  const other = begin(2).bonds[1];
  ring(meeting, host, guest);
  meeting.until(() => isConnected(host, guest));
  const before = host.effects.length;
  host.handle({
    type: 'call',
    device: 'another',
    bond: other,
    place: { generation: 'current', window: 7 },
    rung: 'here',
  });
  // Whoever rings hears that it is taken.
  expect(host.effects.slice(before)).toEqual(['turn-away']);
  meeting.cut();
  expect(meeting.until(() => host.connections === 2 && guest.connections === 2, 5000)).toBe(true);
  // A session that is found again is the same one: the secret of the devices stays.
  expect(host.machine.view().device).toBe('d');
  expect(host.effects.filter((effect) => effect === 'keep-bond')).toHaveLength(2);
});

test('[P-135] a page that met a remembered device as guest shows a fresh code of its own room afterwards', () => {
  const { meeting, bonds } = begin();
  const [host, guest] = open(meeting, bonds);
  guest.handle({ type: 'open' });
  meeting.until(() => guest.machine.view().room !== undefined);
  const { link } = guest.machine.view().room!;
  ring(meeting, guest, host);
  expect(meeting.until(() => isConnected(host, guest), 5000)).toBe(true);
  guest.handle({ type: 'goodbye' });
  expect(meeting.until(() => guest.machine.view().room !== undefined, 5000)).toBe(true);
  expect(guest.machine.view().room!.link).toBe(link);
  const visitor = meeting.side('sender');
  meeting.run(100);
  visitor.handle({ type: 'join', text: guest.machine.view().room!.code });
  expect(meeting.until(() => isConnected(visitor, guest), 5000)).toBe(true);
  expect(guest.machine.view().device).toBeUndefined();
});

describe('a copy of the profile', () => {
  test.each(['host', 'guest'] as const)(
    '[P-144] of the %s is noticed, and both forget, whichever of the two comes second',
    (copied) => {
      const { meeting, bonds } = begin();
      const at = copied === 'host' ? 0 : 1;
      // Whichever of the two it is, one meets with the secret and the other comes with it once more.
      const [host, guest] = open(meeting, bonds);
      ring(meeting, host, guest);
      expect(meeting.until(() => isConnected(host, guest), 5000)).toBe(true);
      meeting.run(1000);
      const kept = [host.bond, guest.bond];
      for (const side of [host, guest]) side.vanish();
      meeting.run(1000);
      const again = open(meeting, at === 0 ? [bonds[0], kept[1]] : [kept[0], bonds[1]]);
      expect(ring(meeting, again[at], again[1 - at]!)).toBe(true);
      meeting.run(3000);
      expect(again.map(({ problem }) => problem)).toEqual(['device-copied', 'device-copied']);
      expect(again.map(({ bond }) => bond)).toEqual([undefined, undefined]);
      expect(again.flatMap(({ effects }) => effects)).not.toContain('connected');
    },
  );
});

test('[P-144] a server that rings at both, at the secret that both have retired, makes no one forget', () => {
  const { meeting, bonds } = begin();
  const [host, guest] = open(meeting, bonds);
  ring(meeting, host, guest);
  expect(meeting.until(() => isConnected(host, guest), 5000)).toBe(true);
  meeting.run(500);
  const kept = [host.bond, guest.bond];
  for (const side of [host, guest]) side.vanish();
  meeting.run(500);
  const again = open(meeting, kept);
  expect(again[0].bond!.retired).toEqual(again[1].bond!.retired);
  for (const side of again) call(side, { id: '', generation: 'retired', window: 7 }, 'here');
  meeting.run(LIMITS_MS.device + 1000);
  expect(again.map(({ bond }) => bond)).toEqual(kept);
  expect(again.map(({ problem }) => problem)).toEqual([undefined, undefined]);
});

const step = fc.constantFrom(
  'host rings',
  'guest rings',
  'false ring at the host',
  'false ring at the guest',
  'false ring at the old secret',
  'other bytes',
  'cut',
  'server restarts',
  'host crashes',
  'guest crashes',
  'old copy comes',
  'time',
);

test('[P-144] whatever a hostile server does and an old copy tries, no one but the other device is met', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.array(step, { maxLength: 10 }), (seed, steps) => {
      const { meeting, bonds } = begin(seed);
      let sides = open(meeting, bonds);
      const copies: readonly Bond[] = bonds;
      let copyCame = false;
      const reopen = () => {
        const kept = sides.map(({ bond }) => bond);
        for (const side of sides) if (!side.gone) side.vanish();
        meeting.run(500);
        sides = open(meeting, kept);
      };
      for (const one of steps) {
        const [host, guest] = sides;
        const falsely = (side: Side, generation: BondId['generation']) => {
          const place = side.bond && ownIds(side.bond, 'sender', meeting.now);
          const found = place?.find((id) => id.generation === generation);
          if (found !== undefined) call(side, found, 'here');
        };
        if (one === 'host rings') ring(meeting, host, guest);
        if (one === 'guest rings') ring(meeting, guest, host);
        if (one === 'false ring at the host') falsely(host, 'current');
        if (one === 'false ring at the guest') falsely(guest, 'current');
        if (one === 'false ring at the old secret') for (const side of sides) falsely(side, 'retired');
        if (one === 'other bytes')
          for (const side of sides) side.handle({ type: 'message', bytes: meeting.bytes(40) });
        if (one === 'cut') meeting.cut();
        if (one === 'server restarts') {
          meeting.stopServer();
          meeting.run(200);
          meeting.startServer();
        }
        if (one === 'host crashes' || one === 'guest crashes') {
          sides[one === 'host crashes' ? 0 : 1].effectsLeft = Math.floor(meeting.random() * 9);
          ring(meeting, host, guest);
          meeting.run(1500);
          reopen();
        }
        if (one === 'old copy comes') {
          reopen();
          copyCame = true;
          const copy = meeting.side('sender');
          copy.bond = copies[0];
          meeting.run(100);
          ring(meeting, copy, sides[1]);
          meeting.run(3000);
          if (!copy.gone) copy.vanish();
        }
        meeting.run(one === 'time' ? 20_000 : 400);
      }
      reopen();
      const rung = ring(meeting, sides[0], sides[1]);
      meeting.run(4000);
      const problems = sides.map(({ problem }) => problem);
      if (copyCame && !isConnected(...sides)) {
        // The copy took the place of the other one: that is noticed, or there is no one to be found.
        expect(problems).toEqual(rung ? ['device-copied', 'device-copied'] : [undefined, undefined]);
        expect(sides.some((side) => side.connection === 'connected')).toBe(false);
        return;
      }
      // A server that lies cannot make the two lose each other.
      expect(rung).toBe(true);
      expect(isConnected(...sides)).toBe(true);
      expect(problems).toEqual([undefined, undefined]);
    }),
    { numRuns: LONG ? 1200 : 12 },
  );
}, 600_000);
