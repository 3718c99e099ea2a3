import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type {
  CompanionPlace,
  ReceiverSession,
  SenderSession,
  SessionOptions,
  SessionSnapshot,
} from '../../lib/session/model.ts';
import type { Person } from '../../lib/store/send-store.ts';
import { takeReturns } from './returns-store.ts';
import { returns, senderStore } from './sender-store.ts';

const made = vi.hoisted(() => ({ sessions: [] as ReceiverSession[] }));
vi.mock('../make-session.ts', () => ({
  makeReceiverSession: async () => made.sessions.at(-1),
  makeSenderSession: () => Promise.reject(new Error('not here')),
  canResumeSending: () => Promise.resolve(false),
}));

beforeEach(() =>
  vi.stubGlobal('window', { addEventListener: () => undefined, removeEventListener: () => undefined }),
);
afterEach(() => vi.unstubAllGlobals());

const OPTIONS: SessionOptions = { server: '', page: '', name: '', relayOnly: false };

const snapshotOf = (part: Partial<SessionSnapshot>): SessionSnapshot => ({
  role: 'sender',
  connection: 'connected',
  meeting: 1,
  serverOnline: true,
  lanes: 0,
  transfers: [],
  ...part,
});

/** A guest who sends something back, and what is heard of their session and of the companion. */
function guest(peer: string, received: SessionSnapshot['transfers'] = []) {
  const heard = { listeners: 0, left: 0 };
  const subscribe = () => {
    heard.listeners += 1;
    return () => void (heard.listeners -= 1);
  };
  const leave = () => void (heard.left += 1);
  const place: CompanionPlace = {
    party: 'host',
    secret: new Uint8Array(32),
    meeting: 1,
    returned: false,
    beside: `sender.${peer}`,
  };
  const session = {
    snapshot: () => snapshotOf({}),
    meetingNow: () => undefined,
    subscribe,
    sentBack: () => place,
  } as unknown as SenderSession;
  made.sessions.push({
    snapshot: () => snapshotOf({ role: 'receiver', transfers: received }),
    subscribe,
    meet: () => undefined,
    part: () => undefined,
    leave,
  } as unknown as ReceiverSession);
  const person = (connection: SessionSnapshot['connection'] = 'connected'): Person => ({
    peer,
    session,
    snapshot: snapshotOf({ connection }),
    gets: true,
  });
  return { heard, session, person };
}

test('[P-137] a guest’s companion ends with the guest: nothing of it is left, unless something was received', async () => {
  const store = senderStore();
  const one = guest('one');
  store.setState({ people: [one.person()] });
  await takeReturns(one.session, OPTIONS, 'one');
  const brought = { id: '0.1', name: 'a.jpg', state: 'done' } as SessionSnapshot['transfers'][number];
  const two = guest('two', [brought]);
  store.setState({ people: [one.person(), two.person()] });
  await takeReturns(two.session, OPTIONS, 'two');
  expect(returns.getState().map(({ peer }) => peer)).toEqual(['one', 'two']);
  store.setState({ people: [one.person('closed'), two.person('reconnecting')] });
  expect(returns.getState().map(({ peer }) => peer)).toEqual(['two']);
  expect(one.heard).toEqual({ listeners: 0, left: 1 });
  store.setState({ people: [] });
  expect(returns.getState().map(({ peer }) => peer)).toEqual(['two']);
  expect(two.heard.left).toBe(0);
});
