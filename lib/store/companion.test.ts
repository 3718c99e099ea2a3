import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type {
  CompanionPlace,
  ConnectionState,
  ReceiverSession,
  SenderSession,
  SessionSnapshot,
  TransferState,
} from '../session/model.ts';
import { endedReturns, type Returned, sendBackBeside, takeBackBeside } from './companion.ts';
import type { ReceiveState } from './receive-store.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** A session whose connection the test decides; it says what was asked of it. */
function fake(role: 'sender' | 'receiver') {
  let snapshot: SessionSnapshot = {
    role,
    connection: 'waiting',
    serverOnline: true,
    lanes: 0,
    transfers: [],
  };
  let place: CompanionPlace | undefined;
  const asked: CompanionPlace[] = [];
  const met: CompanionPlace[] = [];
  let parted = 0;
  const listeners = new Set<() => void>();
  const shared = {
    snapshot: () => snapshot,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    meet: (at: CompanionPlace) => void met.push(at),
    part: () => void (parted += 1),
  };
  const publish = (part: Partial<SessionSnapshot>): void => {
    snapshot = { ...snapshot, ...part };
    for (const listener of listeners) listener();
  };
  return {
    receiver: {
      ...shared,
      sendBack: () => {
        asked.push(placeOf(asked.length));
        return asked.at(-1);
      },
    } as unknown as ReceiverSession,
    sender: { ...shared, sentBack: () => place } as unknown as SenderSession,
    asked,
    met,
    parted: () => parted,
    is: (connection: ConnectionState, meeting = 1) => {
      const { meeting: _, ...rest } = snapshot;
      const there = connection === 'connected' || connection === 'reconnecting';
      snapshot = there ? { ...rest, meeting } : rest;
      publish({ connection });
    },
    listeners: () => listeners.size,
    invites: () => publish({ invited: true }),
    says: (at: CompanionPlace) => {
      place = at;
      publish({});
    },
  };
}

const placeOf = (at: number, meeting = 1): CompanionPlace => ({
  party: 'host',
  secret: Uint8Array.of(at),
  meeting,
  returned: false,
  beside: 'sender',
});

describe('[P-136] the side that sends back', () => {
  function begin() {
    const main = fake('receiver');
    const companion = fake('sender');
    let waits = false;
    const sending = sendBackBeside(main.receiver, companion.sender, () => waits);
    const pick = (some = true): void => {
      waits = some;
      sending.again();
    };
    return { main, companion, sending, pick };
  }

  test('asks once something was picked and the other page has invited it, not before', () => {
    const { main, pick } = begin();
    main.is('connected');
    pick();
    expect(main.asked).toHaveLength(0);
    main.invites();
    expect(main.asked).toHaveLength(1);
  });

  test('asks nothing while there is nothing to send, and nothing more while it is connected', () => {
    const { main, companion, pick } = begin();
    main.is('connected');
    main.invites();
    expect(main.asked).toHaveLength(0);
    pick();
    companion.is('reconnecting');
    companion.is('connected');
    pick();
    main.is('reconnecting');
    main.is('connected');
    vi.advanceTimersByTime(600_000);
    expect(main.asked).toHaveLength(1);
    expect(companion.met).toEqual(main.asked);
  });

  test('asks anew when the session beside it was found again and the companion was not', () => {
    const { main, companion, pick } = begin();
    main.is('connected');
    main.invites();
    pick();
    companion.is('connected');
    main.is('reconnecting');
    companion.is('reconnecting');
    expect(main.asked).toHaveLength(1);
    main.is('connected');
    expect(main.asked).toHaveLength(2);
    expect(companion.parted()).toBe(0);
  });

  test('a place to which no one comes is given up for another, three in all; then the person decides', () => {
    const { main, companion, pick } = begin();
    main.is('connected');
    main.invites();
    pick();
    companion.is('reconnecting');
    vi.advanceTimersByTime(24_000);
    expect(main.asked).toHaveLength(1);
    vi.advanceTimersByTime(600_000);
    expect(main.asked).toHaveLength(3);
    companion.is('failed');
    vi.advanceTimersByTime(600_000);
    expect(main.asked).toHaveLength(3);
    pick();
    expect(main.asked).toHaveLength(4);
  });

  test.each(['closed', 'failed', 'waiting', 'connecting'] as const)(
    'is parted once when the session beside it is %s, and begins anew with the next person',
    (end) => {
      const { main, companion, pick } = begin();
      main.is('connected');
      main.invites();
      pick();
      companion.is('connected');
      main.is(end);
      main.is(end);
      companion.is('failed');
      expect(companion.parted()).toBe(1);
      vi.advanceTimersByTime(600_000);
      expect(main.asked).toHaveLength(1);
      main.is('connected');
      expect(main.asked).toHaveLength(2);
    },
  );
});

describe('[P-136] the side that takes it', () => {
  test('goes where it is asked to, each time, and is parted once when the session beside it ends', () => {
    const main = fake('sender');
    const companion = fake('receiver');
    main.is('connected');
    main.says(placeOf(1));
    takeBackBeside(main.sender, companion.receiver);
    main.is('connected');
    expect(companion.met).toEqual([placeOf(1)]);
    main.is('reconnecting');
    main.is('connected');
    expect(companion.parted()).toBe(0);
    main.says(placeOf(2));
    expect(companion.met).toEqual([placeOf(1), placeOf(2)]);
    main.is('closed');
    main.is('waiting');
    expect(companion.parted()).toBe(1);
    // The place of before is over with it.
    main.is('connected');
    expect(companion.met).toHaveLength(2);
    main.says(placeOf(3));
    expect(companion.met).toHaveLength(3);
  });

  test('[P-137] does not go where a person who has left had asked it to, while another one is there', () => {
    const main = fake('sender');
    const companion = fake('receiver');
    main.is('connected');
    main.says(placeOf(1));
    // Before what takes it was loaded, another person is there.
    main.is('closed');
    main.is('connected', 2);
    takeBackBeside(main.sender, companion.receiver);
    main.is('connected', 2);
    expect(companion.met).toHaveLength(0);
    main.says(placeOf(2, 2));
    expect(companion.met).toEqual([placeOf(2, 2)]);
    // Nothing was published in between.
    main.is('connected', 3);
    expect(companion.parted()).toBe(1);
  });

  test('follows no more once that is ended', () => {
    const main = fake('sender');
    const companion = fake('receiver');
    main.is('connected');
    const end = takeBackBeside(main.sender, companion.receiver);
    end();
    main.says(placeOf(1));
    expect(companion.met).toHaveLength(0);
    expect(main.listeners()).toBe(0);
  });
});

describe('what came with those who have gone', () => {
  const returned = (over: boolean, states: readonly TransferState[], saved = false): Returned => {
    const transfers = states.map((state, at) => ({ id: `${at}`, state }));
    const ids = saved ? transfers.map(({ id }) => id) : [];
    const state = { snapshot: { transfers }, saved: new Set(ids) } as unknown as ReceiveState;
    return { over, store: { getState: () => state } };
  };

  test('a companion ends with its session where nothing was received, whatever was offered', () => {
    const there = returned(false, []);
    const full = returned(true, ['done', 'declined']);
    const ended = [returned(true, []), returned(true, ['offered', 'failed', 'cancelled'])];
    expect(endedReturns([there, full, ...ended])).toEqual(ended);
  });

  test('of those that brought something the latest eight stay, and what is not saved, however old', () => {
    const unsaved = returned(true, ['done']);
    const saved = Array.from({ length: 10 }, () => returned(true, ['done'], true));
    expect(endedReturns([unsaved, ...saved])).toEqual(saved.slice(0, 2));
    expect(endedReturns(saved.slice(2))).toEqual([]);
  });
});
