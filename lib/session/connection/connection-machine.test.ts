import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IDLE_SOCKET_MS, PAIR_LIFETIME_MS } from '../../../signaling/wire/limits.ts';
import type { ConnectionState, Role } from '../model.ts';
import { Pairing } from '../pairing/pairing.ts';
import { wordsPassword } from '../pairing/password.ts';
import { LIMITS_MS } from './limits.ts';
import { Meeting, type Side } from './meeting.fixture.ts';

const LONG = process.env['TESSERA_LONG'] === '1';

/** Words that the code does not have. */
const otherWords = (code: string): string => {
  const [slot, first, second] = code.split('-') as [string, string, string];
  return `${slot}-${first}-${second === 'acid' ? 'acorn' : 'acid'}`;
};

function open(meeting: Meeting, sender: Side): { code: string; link: string } {
  sender.handle({ type: 'open' });
  meeting.until(() => sender.machine.view().room !== undefined);
  return sender.machine.view().room!;
}

function connectedPair(seed = 1) {
  const meeting = new Meeting(seed);
  const sender = meeting.side('sender');
  const receiver = meeting.side('receiver');
  meeting.run(100);
  const room = open(meeting, sender);
  receiver.handle({ type: 'join', text: room.code });
  expect(meeting.until(() => sender.connections === 1 && receiver.connections === 1)).toBe(true);
  return { meeting, sender, receiver, room };
}

const isConnected = (...sides: Side[]) => sides.every((side) => side.connection === 'connected');

describe('pairing', () => {
  test('two sides meet by a code, and both show the same words to compare', () => {
    const { sender, receiver } = connectedPair();
    expect(sender.states).toEqual(['waiting', 'connecting', 'connected']);
    expect(receiver.states).toEqual(['waiting', 'connecting', 'connected']);
    expect(sender.machine.view().room).toBeUndefined();
    expect(sender.machine.view().fingerprint).toMatch(/^\w+ \w+ \w+ \w+$/);
    expect(sender.machine.view().fingerprint).toBe(receiver.machine.view().fingerprint);
  });

  test('two sides meet by a link', () => {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    receiver.handle({ type: 'join', text: new URL(open(meeting, sender).link).hash });
    expect(meeting.until(() => isConnected(sender, receiver))).toBe(true);
  });

  test.each(['code', 'link'] as const)(
    '[P-123] a receiver opens the room, a sender joins it by its %s, and they find each other again',
    (by) => {
      const meeting = new Meeting();
      const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
      meeting.run(100);
      const room = open(meeting, receiver);
      sender.handle({ type: 'join', text: by === 'code' ? room.code : new URL(room.link).hash });
      expect(meeting.until(() => isConnected(sender, receiver))).toBe(true);
      expect([sender.kept?.party, receiver.kept?.party]).toEqual(['guest', 'host']);
      expect(sender.machine.view().fingerprint).toBe(receiver.machine.view().fingerprint);
      for (const times of [2, 3]) {
        meeting.cut();
        expect(
          meeting.until(() => [sender, receiver].every((side) => side.connections === times), 5000),
        ).toBe(true);
      }
      // A guest that is loaded anew returns as a guest.
      const rejoin = sender.vanish()!;
      const again = meeting.side('sender');
      again.handle({ type: 'resume', rejoin });
      expect(meeting.until(() => isConnected(again, receiver), 10_000)).toBe(true);
    },
  );

  test.each(['sender', 'receiver'] as const)(
    '[P-123] two that are both a %s say so to both people',
    (role) => {
      const meeting = new Meeting();
      const [host, guest] = [meeting.side(role), meeting.side(role)];
      meeting.run(100);
      guest.handle({ type: 'join', text: open(meeting, host).code });
      meeting.run(1000);
      expect([host.problem, guest.problem]).toEqual(['same-role', 'same-role']);
    },
  );

  test('[P-80] a wrong word fails on both sides, burns the code, and a new code works', () => {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    const { code } = open(meeting, sender);
    receiver.handle({ type: 'join', text: otherWords(code) });
    meeting.run(1000);
    expect([sender.problem, receiver.problem]).toEqual(['code-guessed', 'code-guessed']);
    const fresh = sender.machine.view().room?.code ?? '';
    expect(fresh).not.toBe(code);
    receiver.handle({ type: 'join', text: code });
    meeting.run(1000);
    expect(receiver.problem).toBe('code-unknown');
    receiver.handle({ type: 'join', text: fresh });
    expect(meeting.until(() => isConnected(sender, receiver))).toBe(true);
  });

  test('text that is no code fails before anything is asked of the server', () => {
    const meeting = new Meeting();
    const receiver = meeting.side('receiver');
    receiver.handle({ type: 'join', text: 'good morning' });
    expect(receiver.problem).toBe('code-malformed');
    expect(receiver.asked).toEqual([]);
  });

  test('a transport is prepared while words are compared, and used only with the right ones', () => {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    receiver.handle({ type: 'join', text: otherWords(open(meeting, sender).code) });
    meeting.run(1000);
    expect(sender.effects).toContain('prepare');
    expect(sender.effects).not.toContain('link');
    expect(sender.effects.lastIndexOf('discard-prepared')).toBeGreaterThan(sender.effects.indexOf('prepare'));
  });

  test('a browser without peer connections says so before a code is shown or used up', () => {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver', false)];
    meeting.run(100);
    const { code } = open(meeting, sender);
    receiver.handle({ type: 'join', text: code });
    expect(receiver.problem).toBe('webrtc-missing');
    expect(receiver.asked).toEqual([]);
    const other = meeting.side('receiver');
    meeting.run(100);
    other.handle({ type: 'join', text: code });
    expect(meeting.until(() => isConnected(sender, other))).toBe(true);
    const deaf = meeting.side('sender', false);
    deaf.handle({ type: 'open' });
    expect([deaf.problem, deaf.asked]).toEqual(['webrtc-missing', []]);
  });

  test('an address that cannot be hidden for want of a relay is said before a code is shown', () => {
    const meeting = new Meeting();
    const sender = meeting.side('sender', true, true);
    meeting.run(100);
    sender.handle({ type: 'open' });
    meeting.run(200);
    expect(sender.problem).toBe('relay-missing');
    expect(sender.machine.view().room).toBeUndefined();
    meeting.iceServers = [{ urls: ['turn:t.example'] }];
    sender.handle({ type: 'open' });
    meeting.run(200);
    expect(sender.machine.view().room).toBeDefined();
  });

  test('a room can be taken back after a short absence, with whoever joined meanwhile', () => {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    const { code } = open(meeting, sender);
    sender.goOffline();
    meeting.run(100);
    expect(sender.machine.view().room?.code).toBe(code);
    receiver.handle({ type: 'join', text: code });
    meeting.run(1000);
    sender.goOnline();
    expect(meeting.until(() => isConnected(sender, receiver))).toBe(true);
  });

  test('[P-135] a server that has forgotten the code is asked for a fresh one, and the link stays', () => {
    const meeting = new Meeting();
    const sender = meeting.side('sender');
    meeting.run(100);
    const { code, link } = open(meeting, sender);
    meeting.stopServer();
    meeting.run(1000);
    meeting.startServer();
    expect(meeting.until(() => (sender.machine.view().room?.code ?? code) !== code, 2000)).toBe(true);
    expect(sender.machine.view().room?.link).toBe(link);
    expect([sender.connection, sender.problem]).toEqual(['waiting', undefined]);
    expect(comes(meeting, 'receiver', link).connection).toBe('connected');
  });

  test('the answer to an earlier request changes nothing', () => {
    const meeting = new Meeting();
    const sender = meeting.side('sender');
    meeting.run(100);
    sender.handle({ type: 'open' });
    sender.handle({ type: 'open' });
    const answer = { iceServers: [], slot: '7', token: 'x', expiresAt: meeting.now + 1000 };
    sender.handle({ type: 'answered', request: 1, answer });
    expect(sender.machine.view().room).toBeUndefined();
    sender.handle({ type: 'answered', request: 2, answer });
    expect(sender.machine.view().room?.code).toMatch(/^7-/);
  });

  test.each(['server-busy', 'too-many-attempts'] as const)(
    'a server that takes nobody in for a while (%s) is asked again for the room, whose code stays',
    (why) => {
      const meeting = new Meeting();
      const sender = meeting.side('sender');
      meeting.run(100);
      sender.handle({ type: 'open' });
      meeting.run(100);
      const { code } = sender.machine.view().room ?? {};
      sender.goOffline();
      meeting.refusal = why;
      meeting.run(1000);
      sender.goOnline();
      meeting.run(60_000);
      expect(sender.connection).toBe('waiting');
      meeting.refusal = undefined;
      meeting.run(2000);
      const receiver = meeting.side('receiver');
      meeting.run(100);
      receiver.handle({ type: 'join', text: code ?? '' });
      expect(meeting.until(() => sender.connection === 'connected')).toBe(true);
    },
  );
});

/** Another page enters this, and is let in or not. */
function comes(meeting: Meeting, role: Role, text: string): Side {
  const side = meeting.side(role);
  meeting.run(100);
  side.handle({ type: 'join', text: text.includes('#') ? new URL(text).hash : text });
  meeting.until(() => side.connection === 'connected' || side.connection === 'failed', 5000);
  return side;
}

describe('a room that stays open', () => {
  const opened = (role: Role = 'sender') => {
    const meeting = new Meeting(7);
    const host = meeting.side(role);
    meeting.run(100);
    const guestRole: Role = role === 'sender' ? 'receiver' : 'sender';
    return { meeting, host, guestRole, ...open(meeting, host) };
  };
  const roomOf = (host: Side) => host.machine.view().room;
  /** The guest says goodbye, and both pages hear it. */
  const goes = (meeting: Meeting, host: Side, guest: Side): void => {
    guest.handle({ type: 'leave' });
    host.handle({ type: 'goodbye' });
    guest.gone = true;
    meeting.sides.splice(meeting.sides.indexOf(guest), 1);
    meeting.run(500);
  };

  test.each(['sender', 'receiver'] as const)(
    '[P-135] for an hour a %s is met by five people with one link; a code is fresh after each and every ten minutes',
    (role) => {
      const { meeting, host, guestRole, link } = opened(role);
      const codes: string[] = [];
      const look = () => {
        const code = roomOf(host)?.code;
        if (code !== undefined && code !== codes.at(-1)) codes.push(code);
      };
      const pass = (minutes: number) => {
        for (let second = 0; second < minutes * 60; second += 10) {
          meeting.run(10_000);
          meeting.tick();
          look();
        }
      };
      look();
      for (let person = 0; person < 5; person++) {
        pass(12);
        expect(host.connection).toBe(person === 0 ? 'waiting' : 'closed');
        const before = codes.length;
        const guest = comes(meeting, guestRole, link);
        expect([host.connection, guest.connection]).toEqual(['connected', 'connected']);
        expect(roomOf(host)).toBeUndefined();
        goes(meeting, host, guest);
        look();
        expect(codes.length).toBe(before + 1);
        expect(roomOf(host)?.link).toBe(link);
      }
      // One at the start, one after each person, and one for each ten minutes without.
      expect(codes.length).toBeGreaterThanOrEqual(11);
      expect(new Set(codes).size).toBe(codes.length);
      expect(host.met).toBe(5);
      // The last one works, those before do not.
      expect(comes(meeting, guestRole, codes.at(-2)!).problem).toBe('code-unknown');
      expect(comes(meeting, guestRole, codes.at(-1)!).connection).toBe('connected');
      expect(host.met).toBe(6);
    },
  );

  test('[P-135] whoever comes while somebody is connected hears that, and is let in afterwards', () => {
    const { meeting, host, link } = opened();
    const first = comes(meeting, 'receiver', link);
    const second = comes(meeting, 'receiver', link);
    expect(second.problem).toBe('room-occupied');
    expect([host.connection, first.connection]).toEqual(['connected', 'connected']);
    meeting.cut();
    expect(comes(meeting, 'receiver', link).problem).toBe('room-occupied');
    expect(meeting.until(() => isConnected(host, first), 10_000)).toBe(true);
    goes(meeting, host, first);
    expect(comes(meeting, 'receiver', link).connection).toBe('connected');
  });

  test('[P-135] of two that come at the same moment the second is let in when the first proves wrong', () => {
    const { meeting, host, link } = opened();
    const { hash } = new URL(link);
    const [one, two] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    // A sender at a sender's room.
    one.handle({ type: 'join', text: hash });
    two.handle({ type: 'join', text: hash });
    meeting.run(3000);
    expect([one.problem, two.connection, host.connection]).toEqual(['same-role', 'connected', 'connected']);
  });

  test('[P-135] a host whose connection is gone finds who knocked meanwhile', () => {
    const { meeting, host, link } = opened();
    host.goOffline();
    meeting.run(100);
    const guest = comes(meeting, 'receiver', link);
    expect(guest.connection).toBe('connecting');
    host.goOnline();
    expect(meeting.until(() => isConnected(host, guest), 2000)).toBe(true);
  });

  test('[P-135] a closed room is joined by nobody, and who is connected stays so', () => {
    const { meeting, host, link } = opened();
    const guest = comes(meeting, 'receiver', link);
    host.handle({ type: 'close-room' });
    meeting.run(1000);
    expect([host.connection, guest.connection]).toEqual(['connected', 'connected']);
    expect(comes(meeting, 'receiver', link).problem).toBe('code-unknown');
    goes(meeting, host, guest);
    expect([host.connection, roomOf(host)]).toEqual(['closed', undefined]);
    const another = open(meeting, host);
    expect(another.link).not.toBe(link);
    host.handle({ type: 'close-room' });
    meeting.run(1000);
    expect([host.connection, roomOf(host)]).toEqual(['closed', undefined]);
    for (const text of [another.link, another.code])
      expect(comes(meeting, 'receiver', text).problem).toBe('code-unknown');
  });

  test('[P-135] three wrong codes, and no fresh one is shown until the person asks; the link still works', () => {
    const { meeting, host, link } = opened();
    for (let guess = 0; guess < 3; guess++) {
      expect(roomOf(host)).toBeDefined();
      expect(comes(meeting, 'receiver', otherWords(roomOf(host)!.code)).problem).toBe('code-guessed');
      meeting.run(1000);
    }
    expect([host.problem, roomOf(host)]).toEqual(['code-guessed', undefined]);
    // Nor when the server lets go of the host and takes it back, however often.
    for (let i = 0; i < 3; i++) {
      host.goOffline();
      meeting.run(300);
      host.goOnline();
      meeting.run(1000);
    }
    expect([host.problem, roomOf(host)]).toEqual(['code-guessed', undefined]);
    const guest = comes(meeting, 'receiver', link);
    expect(guest.connection).toBe('connected');
    goes(meeting, host, guest);
    host.handle({ type: 'open' });
    meeting.run(1000);
    expect(comes(meeting, 'receiver', roomOf(host)!.code).connection).toBe('connected');
  });

  test('[P-135] knocks that a server makes up, or repeats, let nobody in', () => {
    const { meeting, host, link } = opened();
    for (let i = 0; i < 20; i++) host.handle({ type: 'knock', id: `made-up-${i}` });
    // Each is gone to, waited at and given up; the room is not lost.
    meeting.run(20 * LIMITS_MS.pairing);
    expect([host.connections, host.connection, host.problem]).toEqual([0, 'waiting', undefined]);
    const guest = comes(meeting, 'receiver', link);
    expect(guest.connection).toBe('connected');
    const asked = host.asked.length;
    for (let i = 0; i < 20; i++) host.handle({ type: 'knock', id: `made-up-${i}` });
    meeting.run(1000);
    expect(host.asked).toHaveLength(asked);
    expect(isConnected(host, guest)).toBe(true);
  });

  test('[P-135] a room whose server was away says no longer that it is, and one that was flooded shows its fresh code', () => {
    const { meeting, host, link } = opened();
    host.goOffline();
    meeting.run(LIMITS_MS.away + 1000);
    expect(host.problem).toBe('server-away');
    host.goOnline();
    meeting.run(1000);
    expect([host.connection, host.problem, roomOf(host)?.link]).toEqual(['waiting', undefined, link]);
    comes(meeting, 'receiver', link);
    host.handle({ type: 'flooded' });
    meeting.run(1000);
    host.handle({ type: 'flooded' });
    expect([host.problem, roomOf(host)?.link]).toEqual(['flooded', link]);
  });

  test('[P-135] a fresh code follows also where the server was away in the middle of a pairing', () => {
    const { meeting, host, link, code } = opened();
    const guest = meeting.side('receiver');
    meeting.run(100);
    guest.handle({ type: 'join', text: code });
    meeting.until(() => host.effects.includes('send'), 5000);
    host.goOffline();
    guest.goOffline();
    meeting.run(LIMITS_MS.resume + 2000);
    expect(host.connection).toBe('failed');
    host.goOnline();
    meeting.run(1000);
    expect([host.connection, host.problem, roomOf(host)?.link]).toEqual(['waiting', undefined, link]);
    expect(roomOf(host)?.code).not.toBe(code);
  });

  test('[P-61] once another person was met, nothing goes on with the one who was lost before', () => {
    const { meeting, host, link } = opened();
    const first = comes(meeting, 'receiver', link);
    first.vanish();
    meeting.until(() => host.problem === 'connection-lost', LIMITS_MS.search + 5000);
    meeting.run(1000);
    expect(host.machine.view().canContinue).toBe(true);
    const second = meeting.side('receiver');
    second.pathless = true;
    meeting.run(100);
    second.handle({ type: 'join', text: roomOf(host)!.code });
    meeting.until(() => host.met === 2, 5000);
    expect(host.machine.view().canContinue).toBe(false);
    meeting.until(() => host.connection === 'failed', 60_000);
    expect(host.machine.view().canContinue).toBe(false);
  });

  test('[P-135] whatever comes to a room, in whatever order, is met with the code or the link, or not at all', () => {
    const steps = fc.array(
      fc.constantFrom(
        'link',
        'link',
        'code',
        'code',
        'wrong',
        'stale',
        'other link',
        'goes',
        'knock',
        'cut',
        'blink',
        'wait',
      ),
      { minLength: 1, maxLength: 12 },
    );
    let met = 0;
    fc.assert(
      fc.property(steps, fc.nat(), (history, seed) => {
        const meeting = new Meeting(seed);
        const host = meeting.side('sender');
        meeting.run(100);
        const { link } = open(meeting, host);
        const shown = new Set<string>();
        let guest: Side | undefined;
        const invited: Side[] = [];
        const others: Side[] = [];
        for (const step of history) {
          const code = roomOf(host)?.code;
          const stale = [...shown].at(-1);
          if (code !== undefined) shown.add(code);
          if (step === 'link') invited.push(comes(meeting, 'receiver', link));
          else if (step === 'code' && code !== undefined) invited.push(comes(meeting, 'receiver', code));
          else if (step === 'wrong' && code !== undefined)
            others.push(comes(meeting, 'receiver', otherWords(code)));
          else if (step === 'stale' && stale !== undefined && stale !== code)
            others.push(comes(meeting, 'receiver', stale));
          else if (step === 'other link')
            others.push(comes(meeting, 'receiver', `https://x/#7.${'A'.repeat(21)}${'AQgw'[seed % 4]}`));
          else if (step === 'goes' && guest !== undefined) goes(meeting, host, guest);
          else if (step === 'knock') host.handle({ type: 'knock', id: `${seed}-${shown.size}` });
          else if (step === 'cut') meeting.cut();
          else if (step === 'blink') {
            host.goOffline();
            meeting.run(300);
            host.goOnline();
          }
          meeting.run(step === 'wait' ? 700_000 : 2000);
          meeting.tick();
          guest = host.connection === 'connected' ? invited.findLast((one) => isConnected(one)) : undefined;
          for (const one of others) expect([one.met, one.connections]).toEqual([0, 0]);
          if (host.connection === 'connected') expect(guest).toBeDefined();
        }
        // A host is confirmed first: its guest may have been cut off.
        expect(host.met).toBeLessThanOrEqual(invited.length);
        met += invited.filter((one) => one.connections > 0).length;
      }),
      { numRuns: LONG ? 1200 : 40 },
    );
    expect(met).toBeGreaterThan(LONG ? 500 : 10);
  }, 600_000);
});

describe('a room whose page is loaded anew', () => {
  const comes = (meeting: Meeting, role: Role, text: string): Side => {
    const guest = meeting.side(role);
    meeting.run(100);
    guest.handle({ type: 'join', text: text.includes('#') ? new URL(text).hash : text });
    meeting.run(500);
    return guest;
  };

  /** As its machine does it: the session goes on, if there was one, and the room is open again. */
  const loadAnew = (meeting: Meeting, before: Side, role: Role): Side => {
    const rejoin = before.vanish();
    const side = meeting.side(role, true, false, role === 'sender');
    side.room = before.room;
    // As a page's request waits for its socket.
    if (rejoin === undefined) meeting.run(50);
    if (rejoin !== undefined) side.handle({ type: 'resume', rejoin });
    if (before.room !== undefined) side.handle({ type: 'reopen', room: before.room });
    return side;
  };

  for (const [role, other] of [
    ['sender', 'receiver'],
    ['receiver', 'sender'],
  ] as const) {
    test(`[P-135] the room of a ${role} has the same link and another code, and who knocked in between gets in at the next try`, () => {
      const meeting = new Meeting();
      const host = meeting.side(role);
      meeting.run(100);
      const { code, link } = open(meeting, host);
      host.handle({ type: 'suspend', forGood: true });
      meeting.run(100);
      const early = comes(meeting, other, link);
      expect(early.problem).toBe('code-unknown');
      const again = loadAnew(meeting, host, role);
      expect(again.connection).toBe('waiting');
      meeting.run(500);
      const { room } = again.machine.view();
      expect([room?.link, room?.code === code]).toEqual([link, false]);
      expect(comes(meeting, other, code).problem).toBe('code-unknown');
      early.handle({ type: 'join', text: new URL(link).hash });
      expect(meeting.until(() => isConnected(early, again), 5000)).toBe(true);
    });

    test(`[P-135] a ${role} that has crashed meets who knocked since, without another try`, () => {
      const meeting = new Meeting();
      const host = meeting.side(role);
      meeting.run(100);
      const { link } = open(meeting, host);
      host.goOffline();
      const guest = comes(meeting, other, link);
      meeting.run(20_000);
      expect(guest.connection).toBe('connecting');
      const again = loadAnew(meeting, host, role);
      expect(meeting.until(() => isConnected(guest, again), 5000)).toBe(true);
    });

    test(`[P-135] the room of a ${role} who is connected is open beside that session, for longer than a door lasts`, () => {
      const meeting = new Meeting();
      const host = meeting.side(role);
      meeting.run(100);
      const { link } = open(meeting, host);
      const guest = comes(meeting, other, link);
      expect(isConnected(host, guest)).toBe(true);
      host.handle({ type: 'suspend', forGood: true });
      const again = loadAnew(meeting, host, role);
      expect(meeting.until(() => isConnected(guest, again), 5000)).toBe(true);
      meeting.run(15 * 60_000);
      const second = comes(meeting, other, link);
      if (role === 'receiver') expect(second.problem).toBe('room-occupied');
      else expect(second.machine.view().waitsAtDoor).toBe(true);
      // Twice in a row.
      again.handle({ type: 'suspend', forGood: true });
      const last = loadAnew(meeting, again, role);
      expect(meeting.until(() => isConnected(guest, last), 5000)).toBe(true);
      guest.handle({ type: 'leave' });
      last.handle({ type: 'goodbye' });
      meeting.run(500);
      expect(last.machine.view().room?.link).toBe(link);
      expect(isConnected(comes(meeting, other, link), last)).toBe(true);
    });
  }

  test('[P-138] whoever knocks is asked about, where one was sent away before', () => {
    const meeting = new Meeting();
    const host = meeting.side('sender', true, false, true);
    meeting.run(100);
    const { link } = open(meeting, host);
    const guest = comes(meeting, 'receiver', link);
    // Another one than this: who is here stays.
    host.handle({ type: 'sent-away' });
    host.handle({ type: 'suspend', forGood: true });
    const again = loadAnew(meeting, host, 'sender');
    expect(meeting.until(() => isConnected(guest, again), 5000)).toBe(true);
    guest.handle({ type: 'leave' });
    again.handle({ type: 'goodbye' });
    meeting.run(500);
    const other = comes(meeting, 'receiver', link);
    expect([other.machine.view().waitsAtDoor, again.machine.view().visitors.length]).toEqual([true, 1]);
  });

  test('[P-135] no fresh code is shown after three wrong ones, until the person asks for one, and the link works', () => {
    const meeting = new Meeting();
    let host = meeting.side('sender');
    meeting.run(100);
    const { link } = open(meeting, host);
    for (let wrong = 1; wrong <= 3; wrong++) {
      comes(meeting, 'receiver', otherWords(host.machine.view().room!.code));
      host.handle({ type: 'suspend', forGood: true });
      host = loadAnew(meeting, host, 'sender');
      meeting.run(500);
      expect(host.machine.view().room === undefined).toBe(wrong === 3);
    }
    expect([host.connection, host.problem]).toEqual(['failed', 'code-guessed']);
    const guest = comes(meeting, 'receiver', link);
    expect(isConnected(guest, host)).toBe(true);
    guest.handle({ type: 'leave' });
    host.handle({ type: 'goodbye' });
    host.handle({ type: 'open' });
    meeting.run(500);
    expect(host.machine.view().room?.link).toBe(link);
  });

  test('[P-135] a room that was closed, left, or given up for another is not kept', () => {
    for (const event of [
      { type: 'close-room' },
      { type: 'leave' },
      { type: 'give-up', problem: { code: 'page-outdated' } },
      { type: 'join', text: '7-acid-acorn' },
    ] as const) {
      const meeting = new Meeting();
      const host = meeting.side('sender');
      meeting.run(100);
      open(meeting, host);
      expect(host.room).toBeDefined();
      host.handle(event);
      expect(host.room).toBeUndefined();
    }
  });

  test('a browser that can connect to nobody opens no room again', () => {
    const meeting = new Meeting();
    const host = meeting.side('sender');
    meeting.run(100);
    open(meeting, host);
    const unable = meeting.side('sender', false);
    unable.handle({ type: 'reopen', room: host.room! });
    meeting.run(500);
    expect([unable.asked, unable.effects]).toEqual([[], []]);
  });
});

describe('several people in a room', () => {
  /** The machines of one page: the first has the door, each other one meets one guest. */
  class Host {
    readonly meeting: Meeting;
    readonly first: Side;
    readonly others: Side[] = [];
    readonly link: string;

    constructor(meeting: Meeting) {
      this.meeting = meeting;
      this.first = meeting.side('sender', true, false, true);
      meeting.run(100);
      this.link = open(meeting, this.first).link;
    }

    get visitors(): readonly string[] {
      return this.first.machine.view().visitors;
    }

    get machines(): Side[] {
      return [this.first, ...this.others];
    }

    /** Who is connected. */
    get guests(): (Side | undefined)[] {
      return this.machines.filter((one) => isConnected(one)).map((one) => one.partner);
    }

    letIn(id = this.visitors[0]): Side | undefined {
      const link = id === undefined ? undefined : this.first.machine.letIn(id);
      if (id === undefined || link === undefined) return undefined;
      const other = this.#other();
      if ('kind' in link) other.handle({ type: 'receive', id, link });
      return other;
    }

    /** A code for one more. */
    invite(): Side | undefined {
      const { link } = this.first.machine;
      if (link === undefined) return undefined;
      const other = this.#other();
      other.handle({ type: 'invite', link });
      return other;
    }

    #other(): Side {
      const other = this.meeting.side('sender');
      this.meeting.run(100);
      this.others.push(other);
      return other;
    }
  }

  const comes = (meeting: Meeting, text: string): Side => {
    const guest = meeting.side('receiver');
    meeting.run(100);
    guest.handle({ type: 'join', text: text.includes('#') ? new URL(text).hash : text });
    meeting.run(500);
    return guest;
  };

  function opened(seed = 1) {
    const meeting = new Meeting(seed);
    const host = new Host(meeting);
    const first = comes(meeting, host.link);
    expect(isConnected(host.first, first)).toBe(true);
    return { meeting, host, first };
  }

  test('[P-138] who knocks while somebody is connected waits, is let in, and has keys of their own', () => {
    const { meeting, host, first } = opened();
    const second = comes(meeting, host.link);
    expect([second.connection, second.machine.view().waitsAtDoor]).toEqual(['connecting', true]);
    expect(host.visitors).toHaveLength(1);
    const other = host.letIn()!;
    meeting.run(1000);
    expect(host.visitors).toEqual([]);
    expect(isConnected(other, second, host.first, first)).toBe(true);
    expect(second.machine.view().waitsAtDoor).toBe(false);
    expect([host.first.partner, other.partner]).toEqual([first, second]);
    const words = (side: Side) => side.machine.view().fingerprint;
    expect(words(other)).toBe(words(second));
    expect(words(other)).not.toBe(words(first));
    // Each way back leads to its own machine.
    meeting.cut();
    expect(meeting.until(() => isConnected(other, second, host.first, first), 10_000)).toBe(true);
    expect([host.first.partner, other.partner]).toEqual([first, second]);
  });

  test('[P-138] eight are let in, and the end of one ends no other', () => {
    const { meeting, host, first } = opened();
    const guests = Array.from({ length: 7 }, () => comes(meeting, host.link));
    expect(host.visitors).toHaveLength(7);
    while (host.letIn() !== undefined);
    meeting.run(2000);
    expect(isConnected(first, ...guests, ...host.machines)).toBe(true);
    expect(new Set(host.guests).size).toBe(8);
    guests[3]!.handle({ type: 'leave' });
    host.others[3]!.handle({ type: 'goodbye' });
    guests[4]!.handle({ type: 'flooded' });
    first.handle({ type: 'leave' });
    host.first.handle({ type: 'goodbye' });
    meeting.run(1000);
    expect(host.others[3]!.connection).toBe('closed');
    for (const at of [0, 1, 2, 5, 6]) expect(isConnected(host.others[at]!, guests[at]!)).toBe(true);
    // The room is open for another one.
    expect(host.first.machine.view().room?.link).toBe(host.link);
  });

  test('[P-138] who is not let in hears so, at once or after three minutes, and so does the ninth that waits', () => {
    const { meeting, host } = opened();
    const one = comes(meeting, host.link);
    host.first.handle({ type: 'refuse', id: host.visitors[0]! });
    meeting.run(200);
    expect([one.connection, one.problem, host.visitors.length]).toEqual(['failed', 'room-occupied', 0]);
    const nine = Array.from({ length: 9 }, () => comes(meeting, host.link));
    expect(nine.map((side) => side.problem === 'room-occupied')).toEqual([...Array(8).fill(false), true]);
    meeting.run(LIMITS_MS.door + 1000);
    expect(host.visitors).toEqual([]);
    expect(new Set(nine.map((side) => side.problem))).toEqual(new Set(['room-occupied']));
  });

  test('[P-138] who waits to be let in can leave, and may knock again', () => {
    const { meeting, host, first } = opened();
    const guest = comes(meeting, host.link);
    expect(guest.machine.view().waitsAtDoor).toBe(true);
    guest.handle({ type: 'dismiss' });
    meeting.run(500);
    const { waitsAtDoor } = guest.machine.view();
    expect([guest.connection, guest.problem, waitsAtDoor]).toEqual(['closed', undefined, false]);
    guest.handle({ type: 'join', text: host.link });
    meeting.run(500);
    expect(guest.machine.view().waitsAtDoor).toBe(true);
    expect(isConnected(host.first, first)).toBe(true);
  });

  test('[P-138] one who waited and has gone costs the room nothing when they are let in', () => {
    const { meeting, host, first } = opened();
    comes(meeting, host.link).vanish();
    meeting.run(1000);
    const other = host.letIn()!;
    meeting.run(LIMITS_MS.pairing + 1000);
    expect([other.connection, other.problem, other.met]).toEqual(['closed', undefined, 0]);
    expect(isConnected(host.first, first)).toBe(true);
  });

  test('[P-138] a code for one more person is good for one guess, and a fresh one follows each ten minutes', () => {
    const { meeting, host, first } = opened();
    const other = host.invite()!;
    meeting.run(500);
    const room = other.machine.view().room!;
    expect(room.link).toBe(host.link);
    for (let minute = 0; minute < 11; minute++) {
      meeting.run(60_000);
      meeting.tick();
    }
    const fresh = other.machine.view().room!;
    expect([fresh.code === room.code, fresh.link]).toEqual([false, host.link]);
    expect(comes(meeting, room.code).problem).toBe('code-unknown');
    const guest = comes(meeting, fresh.code);
    expect(isConnected(guest, other, host.first, first)).toBe(true);
    const wrong = host.invite()!;
    meeting.run(500);
    const { code } = wrong.machine.view().room!;
    expect(comes(meeting, otherWords(code)).problem).toBe('code-guessed');
    expect([wrong.problem, wrong.machine.view().room]).toEqual(['code-guessed', undefined]);
    expect(comes(meeting, code).problem).toBe('code-unknown');
    // The link led to the first machine all the time.
    const visitor = comes(meeting, host.link);
    expect(visitor.machine.view().waitsAtDoor).toBe(true);
  });

  test('[P-135] a page that goes for good closes its room, and is still found by its guest once it is loaded anew', () => {
    const { meeting, host, first } = opened();
    const other = host.invite()!;
    meeting.run(500);
    const { code } = other.machine.view().room!;
    const visitor = comes(meeting, host.link);
    expect(visitor.machine.view().waitsAtDoor).toBe(true);
    for (const one of host.machines) one.handle({ type: 'suspend', forGood: true });
    meeting.run(500);
    expect([visitor.connection, visitor.problem]).toEqual(['failed', 'room-occupied']);
    expect(comes(meeting, host.link).problem).toBe('code-unknown');
    expect(comes(meeting, code).problem).toBe('code-unknown');
    const rejoin = host.first.vanish()!;
    const again = meeting.side('sender');
    again.handle({ type: 'resume', rejoin });
    expect(meeting.until(() => isConnected(again, first), 5000)).toBe(true);
  });

  test('[P-138] while others are there, or after one was sent away, nobody is let in without a question', () => {
    const { meeting, host, first } = opened();
    host.first.handle({ type: 'dismiss' });
    // As its engine hears it.
    first.handle({ type: 'goodbye' });
    meeting.run(500);
    expect([host.first.connection, first.problem]).toEqual(['closed', 'peer-left']);
    expect(host.first.effects).toContain('lost');
    const again = comes(meeting, host.link);
    expect([again.connection, host.visitors.length]).toEqual(['connecting', 1]);
    // A code is an answer to the question.
    expect(isConnected(comes(meeting, host.first.machine.view().room!.code), host.first)).toBe(true);
    const other = opened(2);
    other.host.first.handle({ type: 'ask-first', on: true });
    other.first.handle({ type: 'leave' });
    other.host.first.handle({ type: 'goodbye' });
    other.meeting.run(500);
    expect(comes(other.meeting, other.host.link).machine.view().waitsAtDoor).toBe(true);
    other.host.first.handle({ type: 'ask-first', on: false });
    expect(isConnected(comes(other.meeting, other.host.link), other.host.first)).toBe(true);
  });

  test('[P-138] one who was sent away is asked about, whoever of the others goes, and if they go by themselves', () => {
    const { meeting, host, first } = opened();
    const guest = comes(meeting, host.link);
    const other = host.letIn()!;
    meeting.run(1000);
    expect(isConnected(other, guest)).toBe(true);
    host.first.handle({ type: 'sent-away' });
    other.handle({ type: 'leave' });
    guest.handle({ type: 'goodbye' });
    expect(isConnected(host.first, first)).toBe(true);
    first.handle({ type: 'leave' });
    host.first.handle({ type: 'goodbye' });
    meeting.run(500);
    expect(comes(meeting, host.link).machine.view().waitsAtDoor).toBe(true);
    const quick = opened(2);
    // Their page has heard it, and is gone before the connection is closed here.
    quick.first.handle({ type: 'leave' });
    quick.host.first.handle({ type: 'goodbye' });
    quick.host.first.handle({ type: 'dismiss' });
    quick.meeting.run(500);
    expect(comes(quick.meeting, quick.host.link).machine.view().waitsAtDoor).toBe(true);
  });

  test('[P-138] a closed room turns away who waits, and its guests stay', () => {
    const { meeting, host, first } = opened();
    const [one, two] = [comes(meeting, host.link), comes(meeting, host.link)];
    const other = host.letIn()!;
    meeting.run(1000);
    host.first.handle({ type: 'close-room' });
    meeting.run(500);
    expect([two.problem, host.visitors.length]).toEqual(['room-occupied', 0]);
    expect(isConnected(host.first, first, other, one)).toBe(true);
    expect(comes(meeting, host.link).problem).toBe('code-unknown');
  });

  test('[P-138] whatever comes to a room of several, nobody is in it who was not let in, and each has one machine', () => {
    const steps = fc.array(
      fc.tuple(
        fc.constantFrom(
          'link',
          'link',
          'let in',
          'let in',
          'refuse',
          'code',
          'invite',
          'wrong',
          'other link',
          'goes',
          'dismiss',
          'send guest away',
          'knock',
          'false let in',
          'swap',
          'cut',
          'blink',
          'wait',
        ),
        fc.nat(20),
      ),
      { minLength: 4, maxLength: 14 },
    );
    let several = 0;
    fc.assert(
      fc.property(steps, fc.nat(), (history, seed) => {
        const { meeting, host, first } = opened(seed);
        /** Who has what it takes, and who of them the person has permitted. */
        const permitted = new Set<Side>([first]);
        const uninvited: Side[] = [];
        const waiting: Side[] = [];
        /** The link alone lets no one in any more. */
        let sentAway = false;
        for (const [step, number] of history) {
          const hosting = host.machines.filter((one) => one.machine.view().room !== undefined);
          const code = hosting[number % Math.max(1, hosting.length)]?.machine.view().room?.code;
          const occupied = host.machines.some((one) => isConnected(one));
          if (step === 'link') {
            host.first.handle({ type: 'ask-first', on: host.others.some((one) => isConnected(one)) });
            const guest = comes(meeting, host.link);
            if (guest.machine.view().waitsAtDoor) waiting.push(guest);
            // Nobody else is there: the room is free for whoever has its link.
            else if (!occupied && !sentAway) permitted.add(guest);
          } else if (step === 'let in' && host.visitors.length > 0) {
            const before = host.visitors.length;
            host.letIn(host.visitors[number % before]);
            meeting.run(1000);
            const met = waiting.filter((one) => one.connections > 0);
            expect(met.filter((one) => !permitted.has(one)).length).toBeLessThanOrEqual(1);
            for (const one of met) permitted.add(one);
          } else if (step === 'refuse' && host.visitors.length > 0)
            host.first.handle({ type: 'refuse', id: host.visitors[number % host.visitors.length]! });
          else if (step === 'code' && code !== undefined) permitted.add(comes(meeting, code));
          else if (step === 'invite' && host.others.length < 12) host.invite();
          else if (step === 'wrong' && code !== undefined) uninvited.push(comes(meeting, otherWords(code)));
          else if (step === 'other link')
            uninvited.push(comes(meeting, `https://x/#7.${'A'.repeat(21)}${'AQgw'[number % 4]}`));
          else if (step === 'goes') {
            const one = host.machines[number % host.machines.length]!;
            const guest = isConnected(one) ? one.partner : undefined;
            guest?.handle({ type: 'leave' });
            if (guest !== undefined) one.handle({ type: 'goodbye' });
          } else if (step === 'dismiss') {
            const guest = isConnected(host.first) ? host.first.partner : undefined;
            // Their goodbye may be here before ours is through.
            if (guest !== undefined && number % 2 === 0) host.first.handle({ type: 'goodbye' });
            host.first.handle({ type: 'dismiss' });
            guest?.handle({ type: 'goodbye' });
            sentAway = true;
          } else if (step === 'send guest away') {
            const one = host.others.find((other) => isConnected(other));
            const guest = one?.partner;
            if (one === undefined) continue;
            host.first.handle({ type: 'sent-away' });
            one.handle({ type: 'leave' });
            guest?.handle({ type: 'goodbye' });
            sentAway = true;
          }
          // The server lies.
          else if (step === 'knock') host.first.handle({ type: 'knock', id: `${seed}-${number}` });
          else if (step === 'false let in' && waiting.length > 0)
            waiting[number % waiting.length]!.handle({ type: 'paired' });
          else if (step === 'swap')
            for (const one of host.machines) one.handle({ type: 'message', bytes: meeting.bytes(65) });
          else if (step === 'cut') meeting.cut();
          else if (step === 'blink') {
            const one = host.machines[number % host.machines.length]!;
            one.goOffline();
            meeting.run(300);
            one.goOnline();
          }
          meeting.run(step === 'wait' ? 200_000 : 1000);
          meeting.tick();
          for (const one of uninvited) expect([one.met, one.connections]).toEqual([0, 0]);
          for (const one of waiting)
            if (!permitted.has(one)) expect([one.met, one.connections]).toEqual([0, 0]);
          const guests = host.guests;
          for (const guest of guests) expect(guest !== undefined && permitted.has(guest)).toBe(true);
          expect(new Set(guests).size).toBe(guests.length);
          if (guests.length > 1) several += 1;
        }
      }),
      { numRuns: LONG ? 1200 : 30 },
    );
    // Of a few histories, made anew each time, seldom many have several at a time.
    expect(several).toBeGreaterThan(LONG ? 200 : 0);
  }, 600_000);
});

describe('guesses', () => {
  /** A server that plays the sender: it answers the guest with a share made from words of its own. */
  function playSender(meeting: Meeting, guest: Side, words: readonly [string, string]): void {
    guest.handle({ type: 'join', text: '7-acid-acorn' });
    const join = guest.asked.findLast(({ type }) => type === 'join');
    if (join?.type !== 'join' || join.hello === undefined) return;
    const sender = new Pairing({
      party: 'host',
      role: 'sender',
      passwords: [wordsPassword('7', words)],
      random: (length) => meeting.bytes(length),
    });
    sender.handleMessage(join.hello);
    guest.handle({ type: 'paired' });
    guest.handle({ type: 'message', bytes: sender.pollTransmit()! });
  }

  test('[P-95] a pairing that ends after the proof says that the code may have been guessed, however it ends', () => {
    const ends: ((meeting: Meeting, guest: Side) => void)[] = [
      (meeting) => meeting.run(LIMITS_MS.pairing + 20_000),
      (meeting, guest) => {
        guest.handle({ type: 'peer-left' });
        meeting.run(LIMITS_MS.resume);
      },
      (_, guest) => guest.handle({ type: 'expired', reason: 'time' }),
      (meeting, guest) => {
        guest.handle({ type: 'online', online: false });
        meeting.run(LIMITS_MS.resume);
      },
      (_, guest) => guest.handle({ type: 'message', bytes: Uint8Array.of(9, 9, 9) }),
    ];
    for (const end of ends) {
      const meeting = new Meeting();
      const guest = meeting.side('receiver');
      meeting.run(100);
      playSender(meeting, guest, ['acid', 'acorn']);
      expect(guest.connection).toBe('connecting');
      end(meeting, guest);
      expect(guest.problem).toBe('code-perhaps-guessed');
    }
  });

  test('[P-95] a code is proved once: joining again asks nothing of the server', () => {
    const meeting = new Meeting();
    const guest = meeting.side('receiver');
    meeting.run(100);
    playSender(meeting, guest, ['acid', 'aged']);
    guest.handle({ type: 'peer-left' });
    meeting.run(LIMITS_MS.resume);
    const asked = guest.asked.length;
    guest.handle({ type: 'join', text: '7-acid-acorn' });
    expect(guest.problem).toBe('code-perhaps-guessed');
    expect(guest.asked).toHaveLength(asked);
  });

  test('a pairing that ends before the proof keeps its own reason', () => {
    const meeting = new Meeting();
    const guest = meeting.side('receiver');
    meeting.run(100);
    guest.handle({ type: 'join', text: '7-acid-acorn' });
    guest.handle({ type: 'paired' });
    guest.handle({ type: 'peer-left' });
    meeting.run(LIMITS_MS.resume);
    expect(guest.problem).toBe('peer-left');
  });
});

describe('a server that is lost in the middle of a pairing', () => {
  /** Two sides of whom the guest has just heard that both are there; what happens then, `after` ms later. */
  function losing(after: number, lose: (meeting: Meeting, sender: Side, receiver: Side) => void) {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    const { code } = open(meeting, sender);
    receiver.handle({ type: 'join', text: code });
    // Join and answer cross, and `paired` is right behind.
    meeting.run(50 + after);
    lose(meeting, sender, receiver);
    const from = meeting.now;
    meeting.until(() => isConnected(sender, receiver), 30_000);
    return { meeting, sender, receiver, seconds: (meeting.now - from) / 1000 };
  }
  const returns = (meeting: Meeting, side: Side) => {
    side.goOffline();
    meeting.later(300, () => side.goOnline());
  };
  const LOSSES: Record<string, (meeting: Meeting, sender: Side, receiver: Side) => void> = {
    'the sender': (meeting, sender) => returns(meeting, sender),
    'the receiver': (meeting, _, receiver) => returns(meeting, receiver),
    both: (meeting, sender, receiver) => {
      returns(meeting, sender);
      returns(meeting, receiver);
    },
    "the sender's node dies": (meeting, sender) => {
      meeting.goneAfter = 4500;
      returns(meeting, sender);
    },
    "the receiver's node dies": (meeting, _, receiver) => {
      meeting.goneAfter = 4500;
      returns(meeting, receiver);
    },
    'it restarts and has forgotten all': (meeting) => {
      meeting.stopServer();
      meeting.later(300, () => meeting.startServer());
    },
  };

  test.each(Object.entries(LOSSES))(
    '[P-130] %s: the pairing goes on with the same code, whenever it happens',
    (_, lose) => {
      for (let after = 0; after <= 300; after += LONG ? 5 : 20) {
        const { sender, receiver, seconds } = losing(after, lose);
        const what = [sender.connection, receiver.connection, sender.problem, receiver.problem];
        expect([after, ...what]).toEqual([after, 'connected', 'connected', undefined, undefined]);
        expect(sender.machine.view().fingerprint).toBe(receiver.machine.view().fingerprint);
        const codes = [...sender.asked, ...receiver.asked].filter(
          ({ type }) => type === 'open' || type === 'join',
        );
        expect(codes.map(({ type }) => type)).toEqual(['open', 'join']);
        expect(seconds).toBeLessThan(12);
      }
    },
  );
});

describe('a companion', () => {
  const NONCE = Uint8Array.from({ length: 16 }, (_, at) => at);

  /** A connected pair, and the companions of both, which go to the place of this nonce. */
  function withCompanions(nonces = [NONCE, NONCE] as const) {
    const pair = connectedPair();
    const { meeting, sender, receiver } = pair;
    const [back, taker] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    const go = (companion: Side, main: Side, nonce: Uint8Array): void => {
      const { party, secret } = main.machine.companion(nonce)!;
      companion.handle({ type: 'resume', rejoin: { party, current: secret } });
    };
    go(back, receiver, nonces[0]);
    go(taker, sender, nonces[1]);
    return { ...pair, back, taker, go };
  }

  test('[P-137] meets the other one without a code and with keys of its own, and the session beside it goes on', () => {
    const { meeting, sender, receiver, back, taker } = withCompanions();
    expect(meeting.until(() => isConnected(back, taker), 5000)).toBe(true);
    expect(isConnected(sender, receiver)).toBe(true);
    expect([sender.connections, receiver.connections, back.met, taker.met]).toEqual([1, 1, 0, 0]);
    const words = (side: Side) => side.machine.view().fingerprint;
    expect(words(back)).toBe(words(taker));
    expect(words(back)).not.toBe(words(sender));
    expect([...back.asked, ...taker.asked].map(({ type }) => type)).toEqual(['rejoin', 'rejoin']);
  });

  test('[P-137] there is no place for one before two sides are connected, nor after', () => {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    expect(sender.machine.companion(NONCE)).toBeUndefined();
    const { code } = open(meeting, sender);
    expect(sender.machine.companion(NONCE)).toBeUndefined();
    receiver.handle({ type: 'join', text: code });
    while (!isConnected(sender)) {
      expect(sender.machine.companion(NONCE)).toBeUndefined();
      meeting.run(5);
    }
    expect(sender.machine.companion(NONCE)).toBeDefined();
    sender.handle({ type: 'goodbye' });
    expect(sender.machine.companion(NONCE)).toBeUndefined();
  });

  test('[P-137] who has heard another nonce meets nobody', () => {
    const { meeting, back, taker } = withCompanions([NONCE, NONCE.map((byte) => byte ^ 1)]);
    meeting.run(LIMITS_MS.search + 1000);
    expect([back.connections, taker.connections]).toEqual([0, 0]);
    expect([back.connection, taker.connection]).toEqual(['failed', 'failed']);
  });

  test('[P-137] goes to a new place in the middle of anything, and both are connected there', () => {
    const other = NONCE.map((byte) => byte ^ 7);
    for (let after = 0; after <= 400; after += 20) {
      const { meeting, sender, receiver, back, taker, go } = withCompanions();
      meeting.run(after);
      go(back, receiver, other);
      meeting.run(30);
      go(taker, sender, other);
      const before = [back.connections, taker.connections];
      const again = (): boolean => back.connections > before[0]! && taker.connections > before[1]!;
      expect([after, meeting.until(() => again() && isConnected(back, taker), 10_000)]).toEqual([
        after,
        true,
      ]);
      meeting.run(5000);
      expect(isConnected(sender, receiver, back, taker)).toBe(true);
    }
  });

  test('[P-137] that is lost finds its own way back', () => {
    const { meeting, sender, receiver, back, taker } = withCompanions();
    meeting.until(() => isConnected(back, taker));
    meeting.cut();
    expect(meeting.until(() => isConnected(sender, receiver, back, taker), 20_000)).toBe(true);
    expect([back.connections, taker.connections]).toEqual([2, 2]);
  });

  test('[P-137] that is parted loses what was on its way, gives up its place, and begins again at another', () => {
    const { meeting, sender, receiver, back, taker, go } = withCompanions();
    meeting.until(() => isConnected(back, taker));
    for (const side of [back, taker]) side.handle({ type: 'part' });
    expect(back.effects.slice(-6)).toEqual(expect.arrayContaining(['disconnected', 'leave', 'lost']));
    meeting.run(LIMITS_MS.search + 1000);
    expect([back.connection, taker.connection]).toEqual(['failed', 'failed']);
    expect(back.machine.nextTimeout()).toBe(Infinity);
    const other = NONCE.map((byte) => byte ^ 9);
    go(back, receiver, other);
    go(taker, sender, other);
    expect(meeting.until(() => isConnected(back, taker), 5000)).toBe(true);
    expect(back.problem).toBeUndefined();
  });
});

test('[P-92] the secret of the way back is forgotten once a session has failed for good', () => {
  const { meeting, sender, receiver } = connectedPair();
  receiver.vanish();
  expect(sender.kept).toBeDefined();
  expect(meeting.until(() => sender.connection === 'failed', 200_000)).toBe(true);
  expect(sender.kept).toBeUndefined();
});

describe('the way back', () => {
  test('[P-61] a lost path is found again without a code, twice in a row', () => {
    const { meeting, sender, receiver } = connectedPair();
    for (const times of [2, 3]) {
      meeting.cut();
      expect(meeting.until(() => sender.connections === times && receiver.connections === times, 5000)).toBe(
        true,
      );
      expect(sender.machine.view().fingerprint).toBe(receiver.machine.view().fingerprint);
    }
    expect(sender.states.slice(2)).toEqual([
      'connected',
      'reconnecting',
      'connected',
      'reconnecting',
      'connected',
    ]);
  });

  for (const role of ['receiver', 'sender'] as const) {
    test(`a ${role} that reloads is back before any limit, and again when it reloads at once`, () => {
      const { meeting, ...sides } = connectedPair();
      const stays = role === 'sender' ? sides.receiver : sides.sender;
      let goes = sides[role];
      for (const times of [2, 3]) {
        const rejoin = goes.vanish()!;
        goes = meeting.side(role);
        goes.handle({ type: 'resume', rejoin });
        expect(
          meeting.until(() => isConnected(goes, stays) && stays.connections === times, LIMITS_MS.retry - 1),
        ).toBe(true);
      }
    });

    test(`a ${role} that reloads twice, before the first page is connected`, () => {
      const { meeting, ...sides } = connectedPair();
      const stays = role === 'sender' ? sides.receiver : sides.sender;
      const rejoin = sides[role].vanish()!;
      const hasty = meeting.side(role);
      hasty.handle({ type: 'resume', rejoin });
      meeting.run(60);
      const kept = hasty.vanish() ?? rejoin;
      const last = meeting.side(role);
      last.handle({ type: 'resume', rejoin: kept });
      expect(meeting.until(() => isConnected(last, stays))).toBe(true);
    });
  }

  test('[P-91] a sender that was confirmed when its receiver was not meets it where they met before', () => {
    const { meeting, sender, receiver } = connectedPair();
    const rejoin = receiver.vanish()!;
    const cut = meeting.side('receiver');
    cut.handle({ type: 'resume', rejoin });
    // The sender has moved on: its proof is on its way, and is not received.
    const before = sender.kept;
    expect(meeting.until(() => sender.kept !== before)).toBe(true);
    cut.vanish();
    const again = meeting.side('receiver');
    again.handle({ type: 'resume', rejoin });
    expect(meeting.until(() => isConnected(sender, again))).toBe(true);
  });

  test('a server that restarts before, during or after the loss only delays the way back', () => {
    for (const restart of ['before', 'during', 'after'] as const) {
      const { meeting, sender, receiver } = connectedPair();
      if (restart !== 'after') meeting.stopServer();
      if (restart === 'before') {
        meeting.run(500);
        expect(isConnected(sender, receiver)).toBe(true);
        meeting.startServer();
        meeting.run(500);
      }
      meeting.cut();
      if (restart === 'after') {
        meeting.run(30);
        meeting.stopServer();
      }
      meeting.run(500);
      if (restart !== 'before') meeting.startServer();
      expect(meeting.until(() => sender.connections === 2 && receiver.connections === 2)).toBe(true);
    }
  });

  test('[P-93] a stranger at another meeting place joins nobody', () => {
    const { meeting, sender, receiver } = connectedPair();
    const rejoin = receiver.vanish()!;
    const stranger = meeting.side('receiver');
    stranger.handle({
      type: 'resume',
      rejoin: { ...rejoin, current: rejoin.current.map((byte) => byte ^ 1) },
    });
    const again = meeting.side('receiver');
    again.handle({ type: 'resume', rejoin });
    expect(meeting.until(() => isConnected(sender, again))).toBe(true);
    expect(stranger.connections).toBe(0);
  });

  test('a page that is frozen begins nothing, and searches once it is back', () => {
    const { meeting, sender, receiver } = connectedPair();
    receiver.handle({ type: 'suspend' });
    meeting.run(5000);
    expect(receiver.connection).toBe('reconnecting');
    expect(receiver.asked.filter(({ type }) => type === 'rejoin')).toEqual([]);
    receiver.handle({ type: 'wake' });
    expect(meeting.until(() => isConnected(sender, receiver), 10_000)).toBe(true);
  });

  test('a page that returns from the cache does not wait for its dead socket: an open room is joined, a session found', () => {
    const meeting = new Meeting(3);
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    const { code } = open(meeting, sender);
    const freeze = (): void => {
      sender.handle({ type: 'suspend' });
      meeting.lose(sender);
      meeting.run(2000);
      sender.handle({ type: 'wake' });
    };
    freeze();
    receiver.handle({ type: 'join', text: code });
    expect(meeting.until(() => isConnected(sender, receiver), 5000)).toBe(true);
    freeze();
    expect(meeting.until(() => sender.connections === 2 && isConnected(sender, receiver), 5000)).toBe(true);
  });

  test('[P-61] a session of an hour, whose place and socket the server has ended, is found again when its path is lost', () => {
    const { meeting, sender, receiver } = connectedPair();
    meeting.run(PAIR_LIFETIME_MS + 1000);
    meeting.tick();
    meeting.run(IDLE_SOCKET_MS);
    expect(isConnected(sender, receiver)).toBe(true);
    // Each socket is closed by the server, and opened again after ten seconds.
    for (const side of [sender, receiver]) meeting.disconnect(side);
    expect(isConnected(sender, receiver)).toBe(true);
    expect(sender.problem ?? receiver.problem).toBeUndefined();
    meeting.cut();
    meeting.run(9000);
    expect(sender.connection).toBe('reconnecting');
    for (const side of [sender, receiver]) side.goOnline();
    expect(meeting.until(() => sender.connections === 2 && isConnected(sender, receiver), 5000)).toBe(true);
  });

  test('a goodbye is final: the other side is not searched for, and the way back is forgotten', () => {
    const { meeting, sender } = connectedPair();
    sender.handle({ type: 'goodbye' });
    meeting.run(10_000);
    expect(sender.connection).toBe('closed');
    expect(sender.problem).toBe('peer-left');
    expect(sender.kept).toBeUndefined();
    expect(sender.asked.filter(({ type }) => type === 'rejoin')).toEqual([]);
  });

  test('[P-102] a flood ends the session by name: no one is searched for, and the transfers are lost', () => {
    const { meeting, receiver } = connectedPair();
    receiver.handle({ type: 'flooded' });
    receiver.handle({ type: 'flooded' });
    meeting.run(10_000);
    expect(receiver.connection).toBe('failed');
    expect(receiver.problem).toBe('flooded');
    expect(receiver.kept).toBeUndefined();
    expect(receiver.asked.filter(({ type }) => type === 'rejoin')).toEqual([]);
    expect(receiver.effects.filter((type) => type === 'lost')).toHaveLength(1);
  });

  test('a message that does not open ends an attempt as tampered, and changes nothing once connected', () => {
    const { meeting, sender, receiver } = connectedPair();
    sender.handle({ type: 'message', bytes: new Uint8Array(300) });
    expect(sender.connection).toBe('connected');
    meeting.cut();
    expect(
      meeting.until(
        () => receiver.effects.lastIndexOf('link') > receiver.effects.lastIndexOf('disconnected'),
      ),
    ).toBe(true);
    receiver.handle({ type: 'message', bytes: new Uint8Array(300) });
    expect(receiver.problem).toBe('tampered');
  });
});

describe('a connection that may be dead', () => {
  const silent = (...sides: Side[]): void => {
    for (const side of sides) side.handle({ type: 'silent', silent: true });
  };

  test('[P-120] two sides that hear nothing meet within a second, and neither had to give up first', () => {
    const { meeting, sender, receiver } = connectedPair();
    for (const side of [sender, receiver]) side.effects.splice(0);
    silent(sender, receiver);
    expect(meeting.until(() => sender.connections + receiver.connections === 4, 1000)).toBe(true);
    for (const { states, effects } of [sender, receiver]) {
      expect(states.slice(-3)).toEqual(['connected', 'reconnecting', 'connected']);
      // A lane of the next connection has the number of one that is in use: none is made before.
      expect(effects).not.toContain('prepare');
      expect(effects.indexOf('link')).toBeGreaterThan(effects.indexOf('disconnected'));
    }
  });

  test('[P-120] one that hears nothing keeps its connection until the other side is there too', () => {
    const { meeting, sender, receiver } = connectedPair();
    silent(sender);
    meeting.run(60_000);
    expect(sender.asked.at(-1)?.type).toBe('rejoin');
    expect(sender.effects).not.toContain('disconnected');
    silent(receiver);
    expect(meeting.until(() => receiver.connections === 2 && isConnected(sender, receiver), 1000)).toBe(true);
  });

  test('[P-120] one that hears something again leaves the meeting place', () => {
    const { meeting, sender, receiver } = connectedPair();
    silent(sender);
    meeting.run(500);
    sender.handle({ type: 'silent', silent: false });
    meeting.run(500);
    expect(sender.effects.at(-1)).toBe('leave');
    silent(receiver);
    meeting.run(30_000);
    expect([sender.connections, receiver.connections]).toEqual([1, 1]);
    expect(isConnected(sender, receiver)).toBe(true);
  });

  test('[P-120] who does not know the secret of the session ends no connection', () => {
    const { meeting, sender, receiver } = connectedPair();
    silent(sender, receiver);
    receiver.goOffline();
    for (let round = 0; round < 20; round++) {
      // The server says that somebody is there, and what it likes.
      sender.handle({ type: 'paired' });
      sender.handle({ type: 'message', bytes: meeting.bytes(65) });
      meeting.run(500);
    }
    expect(sender.effects).not.toContain('disconnected');
    expect(isConnected(sender)).toBe(true);
    receiver.goOnline();
    expect(meeting.until(() => sender.connections === 2 && isConnected(sender, receiver), 10_000)).toBe(true);
  });

  test('what has begun at the meeting place goes on when the connection is found to be dead', () => {
    const { meeting, sender, receiver } = connectedPair();
    silent(sender, receiver);
    meeting.run(60);
    meeting.cut();
    const asked = sender.asked.length + receiver.asked.length;
    expect(meeting.until(() => sender.connections + receiver.connections === 4, 1000)).toBe(true);
    expect(sender.asked.length + receiver.asked.length).toBe(asked);
  });

  test('a server that restarts meanwhile only delays it', () => {
    const { meeting, sender, receiver } = connectedPair();
    silent(sender, receiver);
    meeting.run(40);
    meeting.stopServer();
    meeting.run(2000);
    expect(isConnected(sender, receiver)).toBe(true);
    meeting.startServer();
    expect(meeting.until(() => sender.connections + receiver.connections === 4, 10_000)).toBe(true);
  });
});

describe('limits', () => {
  /** Time from now until `side` has failed. */
  function failsAfter(meeting: Meeting, side: Side): number {
    const from = meeting.now;
    expect(meeting.until(() => side.connection === 'failed', 200_000)).toBe(true);
    return meeting.now - from;
  }

  test('[P-83] a guest whose sender is silent is told after LIMITS_MS.guest', () => {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    const { code } = open(meeting, sender);
    sender.vanish();
    receiver.handle({ type: 'join', text: code });
    expect(failsAfter(meeting, receiver)).toBeCloseTo(LIMITS_MS.guest, -2);
    expect(receiver.problem).toBe('peer-left');
  });

  test('a pairing that stops half-way is given up after LIMITS_MS.pairing', () => {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    receiver.handle({ type: 'join', text: open(meeting, sender).code });
    meeting.until(() => sender.effects.includes('send'));
    receiver.gone = true;
    expect(failsAfter(meeting, sender)).toBeCloseTo(LIMITS_MS.pairing, -2);
    expect(sender.problem).toBe('connection-lost');
  });

  test('two sides without a path are told after LIMITS_MS.link', () => {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    sender.pathless = true;
    meeting.run(100);
    receiver.handle({ type: 'join', text: open(meeting, sender).code });
    meeting.until(() => sender.effects.includes('link'));
    expect(failsAfter(meeting, sender)).toBeCloseTo(LIMITS_MS.link, -2);
    meeting.run(200);
    // The server of this meeting names neither STUN nor TURN.
    expect([sender.problem, receiver.problem]).toEqual(['no-helpers', 'no-helpers']);
  });

  test('[P-88] a side that gives up tells the other through the sealed channel, which waits no longer', () => {
    const { meeting, receiver, sender } = connectedPair();
    const kept = receiver.vanish()!;
    const back = meeting.side('receiver', false);
    meeting.run(100);
    back.handle({ type: 'resume', rejoin: kept });
    expect(meeting.until(() => back.problem === 'webrtc-missing')).toBe(true);
    meeting.run(500);
    expect(sender.problem).toBe('webrtc-missing-there');
  });

  test('both pages name the same side whose network lets nothing out, from the addresses that were signaled', () => {
    const meeting = new Meeting();
    meeting.iceServers = [{ urls: ['stun:s.example'] }];
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    sender.pathless = true;
    meeting.run(100);
    receiver.handle({ type: 'join', text: open(meeting, sender).code });
    meeting.until(() => sender.effects.includes('link') && receiver.effects.includes('link'));
    const candidate = (kind: string) => ({
      type: 'candidate',
      candidate: { candidate: `candidate:1 1 udp 1 192.0.2.1 9 typ ${kind}`, sdpMid: '0', sdpMLineIndex: 0 },
    });
    for (const kind of ['host', 'srflx']) sender.handle({ type: 'signal', message: candidate(kind) });
    receiver.handle({ type: 'signal', message: candidate('host') });
    meeting.run(500);
    receiver.handle({ type: 'unlinked' });
    meeting.run(500);
    expect([sender.problem, receiver.problem]).toEqual(['udp-blocked-there', 'udp-blocked-here']);
  });

  test('a search ends after LIMITS_MS.search, with or without the server', () => {
    for (const withServer of [true, false]) {
      const { meeting, sender, receiver } = connectedPair();
      receiver.vanish();
      if (!withServer) meeting.stopServer();
      meeting.until(() => sender.connection === 'reconnecting');
      expect(failsAfter(meeting, sender)).toBeCloseTo(LIMITS_MS.search, -3);
      expect(sender.problem).toBe('connection-lost');
    }
  });

  test('[P-61] a session that was searched for in vain is found again when both people press Continue, and not after another code', () => {
    const { meeting, sender, receiver } = connectedPair();
    meeting.stopServer();
    meeting.cut();
    meeting.until(() => sender.connection === 'failed' && receiver.connection === 'failed');
    expect([sender.problem, receiver.problem]).toEqual(['connection-lost', 'connection-lost']);
    meeting.startServer();
    meeting.until(() => sender.machine.view().serverOnline && receiver.machine.view().serverOnline);
    sender.handle({ type: 'continue' });
    meeting.run(20_000);
    expect(sender.connection).toBe('reconnecting');
    receiver.handle({ type: 'continue' });
    expect(
      meeting.until(() => sender.connection === 'connected' && receiver.connection === 'connected'),
    ).toBe(true);
    // Pressed when there is nothing to go on with it does nothing.
    sender.handle({ type: 'leave' });
    sender.handle({ type: 'continue' });
    expect(sender.connection).toBe('closed');
  });

  test('a code does not lie on the screen for longer than LIMITS_MS.away without the server', () => {
    const meeting = new Meeting();
    const sender = meeting.side('sender');
    meeting.run(100);
    open(meeting, sender);
    sender.goOffline();
    expect(failsAfter(meeting, sender)).toBeCloseTo(LIMITS_MS.away, -2);
    expect(sender.problem).toBe('server-away');
  });

  test('both sides that lose the server while linking meet again with the keys they have', () => {
    const meeting = new Meeting();
    const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
    meeting.run(100);
    receiver.handle({ type: 'join', text: open(meeting, sender).code });
    meeting.until(() => sender.effects.includes('link') && receiver.effects.includes('link'));
    for (const side of [sender, receiver]) {
      side.goOffline();
      side.goOnline();
    }
    const from = meeting.now;
    expect(meeting.until(() => isConnected(sender, receiver))).toBe(true);
    expect(meeting.now - from).toBeLessThan(LIMITS_MS.unpaired + 3 * LIMITS_MS.retry);
  });
});

/** Each step that the page may see; anything else is a fault. */
const STEPS: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  waiting: ['connecting', 'reconnecting', 'failed', 'closed'],
  connecting: ['connected', 'reconnecting', 'waiting', 'failed', 'closed'],
  connected: ['reconnecting', 'closed', 'waiting', 'connecting'],
  reconnecting: ['connected', 'failed', 'closed', 'waiting', 'connecting'],
  failed: ['waiting', 'connecting', 'closed'],
  closed: ['waiting', 'connecting'],
};

type Act = (meeting: Meeting, sender: Side, receiver: Side) => void;
const ACTS: Readonly<Record<string, Act>> = {
  open: (_, sender) => sender.handle({ type: 'open' }),
  join: (_, sender, receiver) =>
    receiver.handle({ type: 'join', text: sender.machine.view().room?.code ?? '1-acid-acorn' }),
  guess: (_, sender, receiver) =>
    receiver.handle({ type: 'join', text: otherWords(sender.machine.view().room?.code ?? '1-acid-acorn') }),
  cut: (meeting) => meeting.cut(),
  'sender offline': (_, sender) => sender.goOffline(),
  'receiver offline': (_, __, receiver) => receiver.goOffline(),
  online: (_, ...sides) => {
    for (const side of sides) if (side.socket === undefined) side.goOnline();
  },
  restart: (meeting) => {
    meeting.stopServer();
    meeting.startServer();
  },
  freeze: (_, __, receiver) => receiver.handle({ type: 'suspend' }),
  wake: (_, __, receiver) => receiver.handle({ type: 'wake' }),
  nonsense: (meeting, sender, receiver) => {
    for (const side of [sender, receiver]) side.handle({ type: 'message', bytes: meeting.bytes(40) });
  },
  'paired again': (_, sender, receiver) => {
    for (const side of [sender, receiver]) side.handle({ type: 'paired' });
  },
  goodbye: (_, sender) => sender.handle({ type: 'goodbye' }),
  'sender silent': (_, sender) => sender.handle({ type: 'silent', silent: true }),
  'receiver silent': (_, __, receiver) => receiver.handle({ type: 'silent', silent: true }),
  heard: (_, ...sides) => {
    for (const side of sides) side.handle({ type: 'silent', silent: false });
  },
};

test('random scripts of people, servers and networks take no other step, and end in rest or connected', () => {
  const script = fc.array(
    fc.tuple(fc.constantFrom(...Object.keys(ACTS)), fc.constantFrom(0, 10, 60, 300, 5000, 45_000)),
    { minLength: 1, maxLength: 25 },
  );
  fc.assert(
    fc.property(script, fc.integer(), (steps, seed) => {
      const { meeting, sender, receiver } = connectedPair(seed);
      for (const [act, pause] of steps) {
        ACTS[act]!(meeting, sender, receiver);
        meeting.run(pause);
      }
      ACTS['wake']!(meeting, sender, receiver);
      ACTS['online']!(meeting, sender, receiver);
      // Longer than the longest search and every limit on its way.
      meeting.run(200_000);
      for (const side of [sender, receiver]) {
        expect(['waiting', 'connected', 'failed', 'closed']).toContain(side.connection);
        for (const [at, state] of side.states.entries()) {
          const before = side.states[at - 1];
          if (before !== undefined) expect(STEPS[before]).toContain(state);
        }
      }
    }),
    { numRuns: LONG ? 600 : 60 },
  );
}, 300_000);

describe('sleep', () => {
  test('[P-61] a search that slept for an hour looks once more before it is given up', () => {
    const { meeting, sender, receiver } = connectedPair();
    receiver.goOffline();
    sender.goOffline();
    meeting.cut();
    meeting.run(1000);
    meeting.now += 3_600_000;
    sender.goOnline();
    receiver.goOnline();
    expect(meeting.until(() => isConnected(sender, receiver), 10_000)).toBe(true);
  });

  test('a search that nobody answers ends a quarter of a minute after the sleep, as one that did not sleep', () => {
    const { meeting, sender, receiver } = connectedPair();
    receiver.goOffline();
    meeting.cut();
    meeting.run(1000);
    meeting.now += 3_600_000;
    expect(meeting.until(() => sender.problem === 'connection-lost', 20_000)).toBe(true);
  });

  test('each limit of waiting is given some seconds more after a sleep, and then ends as it says', () => {
    for (const limit of ['guest', 'pairing'] as const) {
      const meeting = new Meeting();
      const [sender, receiver] = [meeting.side('sender'), meeting.side('receiver')];
      meeting.run(100);
      const { code } = open(meeting, sender);
      if (limit === 'guest') {
        sender.goOffline();
        meeting.run(1000);
      }
      receiver.handle({ type: 'join', text: code });
      meeting.run(limit === 'guest' ? 1000 : 60);
      const waits = limit === 'guest' ? receiver : sender;
      if (limit === 'pairing') receiver.goOffline();
      meeting.now += 600_000;
      waits.timeout();
      expect(waits.connection, limit).toBe('connecting');
      expect(
        meeting.until(() => waits.connection === 'failed', 20_000),
        limit,
      ).toBe(true);
    }
  });

  test('a page that gives up says why, closes its place, and begins nothing more', () => {
    const { sender } = connectedPair();
    sender.handle({ type: 'give-up', problem: { code: 'page-outdated' } });
    expect(sender.problem).toBe('page-outdated');
    expect(sender.effects.slice(-3)).toEqual(['lost', 'forget', 'close-signaling']);
    sender.handle({ type: 'open' });
    sender.handle({ type: 'online', online: false });
    expect(sender.problem).toBe('page-outdated');
    expect(sender.connection).toBe('failed');
  });

  test('a page whose other side said goodbye lets go of the server when it leaves', () => {
    const { sender } = connectedPair();
    sender.handle({ type: 'close-room' });
    sender.handle({ type: 'goodbye' });
    expect(sender.connection).toBe('closed');
    sender.handle({ type: 'leave' });
    expect(sender.effects.at(-1)).toBe('close-signaling');
  });

  test('a page that gives up offers no way back to a session that was lost before', () => {
    const { meeting, sender } = connectedPair();
    meeting.stopServer();
    meeting.cut();
    meeting.until(() => sender.connection === 'failed');
    expect(sender.machine.view().canContinue).toBe(true);
    sender.handle({ type: 'give-up', problem: { code: 'page-outdated' } });
    expect(sender.machine.view().canContinue).toBe(false);
  });
});
