import { expect, test } from 'vitest';
import type {
  OutgoingPicture,
  SenderSession,
  SessionOptions,
  SessionSnapshot,
  TransferState,
} from '../session/model.ts';
import type { ImageFacts, ImageTools, StripResult } from './image-tools.ts';
import { noFigures } from '../session/no-figures.ts';
import { SMALLER, transferId } from './outbox.ts';
import {
  createSendStore,
  FORMER,
  mayChoose,
  type Person,
  PREPARING_AT_ONCE,
  transferOf,
} from './send-store.ts';

const options: SessionOptions = {
  server: 'http://localhost',
  page: 'http://localhost/receive/',
  name: 'Ada',
  relayOnly: false,
};

/** A session that keeps what it is given, in the order in which it was given. */
function makeSession() {
  const sent: OutgoingPicture[] = [];
  const cancelled: string[] = [];
  const retried: string[] = [];
  const offeredAnyway: string[] = [];
  const joined: string[] = [];
  let rooms = 0;
  let snapshot: SessionSnapshot = {
    role: 'sender',
    connection: 'waiting',
    serverOnline: true,
    lanes: 0,
    transfers: [],
  };
  const listeners = new Set<() => void>();
  const session: SenderSession = {
    snapshot: () => snapshot,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    openRoom: () => {
      rooms += 1;
    },
    closeRoom: () => undefined,
    hangUp: () => undefined,
    call: () => undefined,
    remember: () => undefined,
    join: (code) => void joined.push(code),
    resume: () => false,
    send: (images) => sent.push(...images),
    cancel: (id) => cancelled.push(id),
    retry: (id) => retried.push(id),
    offerHeld: (id) => offeredAnyway.push(id),
    resumeGuests: () => [],
    letIn: () => undefined,
    refuse: () => {},
    invite: () => undefined,
    askFirst: () => {},
    keepEveryone: () => {},
    keptEveryone: () => false,
    sendAway: () => {},
    pause: () => {},
    limitRate: () => {},
    meetingNow: () => snapshot.meeting,
    sentBack: () => undefined,
    callOff: () => {},
    meet: () => {},
    part: () => {},
    headerBytes: () => undefined,
    chunkMap: () => undefined,
    chunkLog: () => undefined,
    history: () => [],
    continue: () => {},
    leave: () => undefined,
  };
  const publish = (next: Partial<SessionSnapshot>) => {
    const { meeting: _, ...rest } = snapshot;
    snapshot = { ...rest, ...next };
    for (const listener of listeners) listener();
  };
  return { session, sent, cancelled, retried, offeredAnyway, publish, joined, rooms: () => rooms };
}

const facts = (file: Blob): ImageFacts => ({
  type: 'image/jpeg',
  extension: 'jpg',
  showable: true,
  partial: true,
  byteLength: file.size,
  width: 40,
  height: 30,
  namesPlace: 'none',
  cleanable: true,
  hasMetadata: true,
  looksConverted: false,
});

/** Decoding and encoding need a browser; here each tool waits until the test lets it go. */
function makeTools(part: Partial<ImageTools> = {}) {
  const waiting = new Map<string, () => void>();
  let running = 0;
  let most = 0;
  const tools: ImageTools = {
    async inspect(file) {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => waiting.set(file.name, resolve));
      running -= 1;
      return facts(file);
    },
    preview: async () => ({ thumb: Uint8Array.of(1, 2, 3, 4, 5), preview: Uint8Array.of(6) }),
    strip: async (blob): Promise<StripResult> => ({
      kind: 'stripped',
      blob: blob.slice(0, 2),
      removed: ['GPS'],
      words: false,
    }),
    compress: async (file) => new File(['x'], file.name, { type: file.type }),
    ...part,
  };
  const letGo = async (name: string) => {
    waiting.get(name)?.();
    waiting.delete(name);
    await settle();
  };
  return { tools, letGo, most: () => most };
}

async function settle(): Promise<void> {
  for (let at = 0; at < 20; at++) await Promise.resolve();
}

function setUp(part: Partial<ImageTools> = {}) {
  const fake = makeSession();
  const slow = makeTools(part);
  let count = 0;
  const store = createSendStore({
    makeSession: async () => fake.session,
    tools: slow.tools,
    makeId: () => `i${++count}`,
  });
  return { ...fake, ...slow, store };
}

const file = (name: string, content = 'picture') => new File([content], name, { type: 'image/jpeg' });
const instant: Partial<ImageTools> = { inspect: async (one) => facts(one) };

test('pictures go to the session in the order in which they were picked, whichever is prepared first', async () => {
  const { store, sent, letGo } = setUp();
  await store.openRoom(options);
  store.addFiles([file('a.jpg'), file('b.jpg'), file('c.jpg')]);
  await letGo('b.jpg');
  expect(sent).toEqual([]);
  await letGo('a.jpg');
  expect(sent.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg']);
  await letGo('c.jpg');
  expect(sent.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
});

test('never more pictures are prepared at once than the bound allows', async () => {
  const { store, letGo, most } = setUp();
  const names = Array.from({ length: 9 }, (_, at) => `${at}.jpg`);
  store.addFiles(names.map((name) => file(name)));
  for (const name of names) await letGo(name);
  expect(most()).toBe(PREPARING_AT_ONCE);
  expect(store.getState().items.every(({ stage }) => stage.at === 'ready')).toBe(true);
});

test('pictures chosen before the room is opened are handed over once it is', async () => {
  const { store, sent, rooms } = setUp(instant);
  store.addFiles([file('a.jpg')]);
  await settle();
  expect(sent).toEqual([]);
  await store.openRoom(options);
  expect(rooms()).toBe(1);
  expect(sent.map(({ name }) => name)).toEqual(['a.jpg']);
  expect(sent[0]?.thumb).toHaveLength(5);
});

test('another choice withdraws the offer and sends the new version under a new id', async () => {
  const { store, sent, cancelled } = setUp(instant);
  await store.openRoom(options);
  store.addFiles([file('a.jpg')]);
  await settle();
  store.chooseFor('i1', { kind: 'without-location' });
  await settle();
  expect(cancelled).toEqual([sent[0]?.id]);
  expect(sent).toHaveLength(2);
  expect(sent[1]?.id).not.toBe(sent[0]?.id);
  expect(sent[1]?.blob.size).toBe(2);
  expect(store.getState().items[0]?.outcome).toEqual({
    kind: 'location-removed',
    removed: ['GPS'],
    words: false,
  });
});

test('a preparation that was overtaken by another choice is thrown away', async () => {
  const { store, sent, letGo } = setUp();
  await store.openRoom(options);
  store.addFiles([file('a.jpg')]);
  store.chooseFor('i1', SMALLER);
  await letGo('a.jpg');
  await letGo('a.jpg');
  await settle();
  expect(sent).toHaveLength(1);
  expect(store.getState().items[0]?.outcome?.kind).toBe('smaller');
});

test('a location that cannot be removed holds the picture back, and not those behind it', async () => {
  const { store, sent } = setUp({
    ...instant,
    strip: async () => ({ kind: 'impossible', reason: 'format' }),
  });
  await store.openRoom(options);
  store.setChoice({ kind: 'without-location' });
  store.addFiles([file('a.heic')]);
  store.setChoice({ kind: 'original' });
  store.addFiles([file('b.jpg')]);
  await settle();
  expect(sent.map(({ name }) => name)).toEqual(['b.jpg']);
  expect(store.getState().items[0]?.stage).toEqual({ at: 'held' });
});

test('compression that would not make it smaller sends the original and says so', async () => {
  const { store, sent } = setUp({
    ...instant,
    compress: async () => Promise.reject(Object.assign(new Error('no'), { code: 'not-smaller' })),
  });
  await store.openRoom(options);
  store.setChoice(SMALLER);
  const original = file('a.jpg');
  store.addFiles([original]);
  await settle();
  expect(sent[0]?.blob).toBe(original);
  expect(store.getState().items[0]?.outcome).toEqual({ kind: 'not-smaller', before: original.size });
});

test('an animation that is to be smaller is sent as it is, and says so', async () => {
  const { store, sent } = setUp({
    ...instant,
    compress: async () => Promise.reject(Object.assign(new Error('no'), { code: 'moves' })),
  });
  await store.openRoom(options);
  store.setChoice(SMALLER);
  const original = file('a.gif');
  store.addFiles([original]);
  await settle();
  expect(sent[0]?.blob).toBe(original);
  expect(store.getState().items[0]?.outcome).toEqual({ kind: 'moves' });
});

test('a file that cannot be read fails by itself and can be tried again', async () => {
  let readable = false;
  const { store, sent } = setUp({
    inspect: async (one) => ({ ...facts(one), ...(readable ? {} : { problem: 'unreadable' as const }) }),
  });
  await store.openRoom(options);
  store.addFiles([file('a.jpg')]);
  await settle();
  expect(store.getState().items[0]?.stage).toEqual({ at: 'failed', problem: 'source-unreadable' });
  readable = true;
  store.retry('i1');
  await settle();
  expect(sent).toHaveLength(1);
});

test('a preview that cannot be made costs only the preview', async () => {
  const { store, sent } = setUp({ ...instant, preview: async () => Promise.reject(new Error('decoder')) });
  await store.openRoom(options);
  store.addFiles([file('a.jpg')]);
  await settle();
  expect(sent[0]?.name).toBe('a.jpg');
  expect(sent[0]?.thumb).toBeUndefined();
});

test('once the other side has accepted, the choice is fixed', async () => {
  const { store, sent, cancelled, publish } = setUp(instant);
  await store.openRoom(options);
  store.addFiles([file('a.jpg')]);
  await settle();
  publish({
    transfers: [
      {
        id: sent[0]?.id ?? '',
        name: 'a.jpg',
        type: 'image/jpeg',
        byteLength: 7,
        modified: 0,
        state: 'sending',
        figures: noFigures(7),
      },
    ],
  });
  const [item] = store.getState().items;
  const { snapshot } = store.getState();
  expect(item && mayChoose(item, snapshot, [])).toBe(false);
  expect(item && transferOf(item, snapshot)?.state).toBe('sending');
  store.chooseFor('i1', SMALLER);
  expect(cancelled).toEqual([]);
});

test('[P-138] the way of a picture that one of several has accepted is not changed for all of them', async () => {
  const { store, cancelled, publish } = setUp(instant);
  await store.openRoom(options);
  publish({ meeting: 1 });
  store.addFiles([file('a.jpg')]);
  await settle();
  const [item] = store.getState().items;
  if (item === undefined) throw new Error('it was not added');
  const guest = (state: TransferState): Person => ({
    peer: 'guest',
    session: store.session()!,
    gets: true,
    snapshot: {
      role: 'sender',
      connection: 'connected',
      serverOnline: true,
      lanes: 0,
      transfers: [{ ...FACTS, id: transferId(item), state }],
    },
  });
  for (const [state, may] of [
    ['offered', true],
    ['declined', true],
    ['sending', false],
    ['done', false],
  ] as const) {
    const people = [guest(state)];
    store.setState({ people });
    const { revision } = store.getState().items[0]!;
    expect(mayChoose(item, store.getState().snapshot, people), state).toBe(may);
    if (!may) store.chooseFor(item.id, SMALLER);
    expect(store.getState().items[0]!.revision).toBe(revision);
  }
  expect(cancelled).toEqual([]);
});

const FACTS = {
  name: 'a.jpg',
  type: 'image/jpeg',
  byteLength: 7,
  modified: 0,
  figures: noFigures(7),
};

test('[P-111] a picture goes with the receiver it was picked for, however late it is prepared', async () => {
  const { store, sent, offeredAnyway, letGo, publish } = setUp();
  await store.openRoom(options);
  store.addFiles([file('before.jpg')]);
  publish({ connection: 'connected', meeting: 1 });
  store.addFiles([file('during.jpg')]);
  publish({ connection: 'failed' });
  store.addFiles([file('after.jpg')]);
  publish({ connection: 'connected', meeting: 2 });
  for (const name of ['before.jpg', 'during.jpg', 'after.jpg']) await letGo(name);
  expect(sent.map(({ name, meeting }) => [name, meeting])).toEqual([
    ['before.jpg', 1],
    ['during.jpg', 1],
    ['after.jpg', 2],
  ]);

  const held = {
    ...sent[0]!,
    byteLength: 1,
    state: 'held' as const,
    figures: noFigures(1),
    preview: new Blob(),
  };
  publish({ meeting: 2, transfers: [held] });
  // Another choice is not yet an offer.
  store.chooseFor('i1', { kind: 'without-location' });
  await settle();
  expect(sent.at(-1)).toMatchObject({ name: 'before.jpg', meeting: 1 });
  publish({ meeting: 2, transfers: [{ ...held, id: sent.at(-1)!.id }] });
  store.offerAllHeld();
  expect(offeredAnyway).toEqual([sent.at(-1)!.id]);
  expect(store.getState().items.map(({ meeting }) => meeting)).toEqual([2, 1, 2]);
  store.retry('i2');
  expect(store.getState().items.map(({ meeting }) => meeting)).toEqual([2, 2, 2]);
});

test('[P-145] what was picked before is held for a remembered device that has rung alone; what is picked then goes', async () => {
  const { store, sent, letGo, publish } = setUp();
  store.addFiles([file('early.jpg'), file('slow.jpg')]);
  await letGo('early.jpg');
  const ring = { device: 'd', generation: 'current', window: 1, rung: 'here' } as const;
  await store.call(ring, options);
  publish({ connection: 'connected', meeting: 1, unasked: true });
  store.addFiles([file('now.jpg')]);
  for (const name of ['slow.jpg', 'now.jpg']) await letGo(name);
  // The first was handed over before anyone was met: its engine holds it.
  expect(sent.map(({ name, meeting }) => [name, meeting])).toEqual([
    ['early.jpg', undefined],
    ['slow.jpg', FORMER],
    ['now.jpg', 1],
  ]);
  expect(store.getState().items.map(({ meeting }) => meeting)).toEqual([FORMER, FORMER, 1]);
});

test('a session that cannot be made is said, and the button works again', async () => {
  let broken = true;
  const { session } = makeSession();
  const store = createSendStore({
    makeSession: async () => (broken ? Promise.reject(new Error('no network')) : session),
    tools: makeTools().tools,
    makeId: () => 'i',
  });
  await store.openRoom(options);
  expect(store.getState()).toMatchObject({ broken: true, opening: false });
  broken = false;
  await store.openRoom(options);
  expect(store.getState()).toMatchObject({ broken: false, opening: false });
  expect(store.session()).toBe(session);
});
