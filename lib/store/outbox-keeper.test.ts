import { expect, test } from 'vitest';
import type { SenderSession, SessionOptions, SessionSnapshot, TransferSnapshot } from '../session/model.ts';
import { noFigures } from '../session/no-figures.ts';
import { rememberOrigin } from '../storage/file-origin.ts';
import type { FoundPicture, KeptOutbox } from '../storage/kept-outbox.ts';
import type { ImageTools } from './image-tools.ts';
import { keepOutbox, openAgain, returnOutbox } from './outbox-keeper.ts';
import { createSendStore, type SendStore } from './send-store.ts';

const options: SessionOptions = { server: 'http://localhost', page: 'x', name: 'Ada', relayOnly: false };

const tools: ImageTools = {
  inspect: async (file) => ({
    type: 'image/png',
    extension: 'png',
    showable: true,
    partial: false,
    byteLength: file.size,
    namesPlace: 'none',
    cleanable: false,
    hasMetadata: false,
    looksConverted: false,
  }),
  preview: async () => ({}),
  strip: async () => ({ kind: 'nothing-to-remove', words: false }),
  compress: async (file) => file,
};

class Memory implements KeptOutbox {
  readonly pictures = new Map<string, FoundPicture>();
  async put(pictures: readonly FoundPicture[]): Promise<void> {
    for (const one of pictures) {
      const file = one.file ?? this.pictures.get(one.picture.id)?.file;
      this.pictures.set(one.picture.id, file === undefined ? one : { ...one, file });
    }
  }
  async list(): Promise<FoundPicture[]> {
    return [...this.pictures.values()];
  }
  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.pictures.delete(id);
  }
}

/** One page of the tab: its store, and a session that says what the test wants. */
function page(outbox: KeptOutbox, mayResume = false) {
  const calledOff: string[] = [];
  let snapshot: SessionSnapshot = {
    role: 'sender',
    connection: 'connected',
    serverOnline: true,
    lanes: 0,
    meeting: 1,
    transfers: [],
  };
  let heard = (): void => {};
  const session: SenderSession = {
    snapshot: () => snapshot,
    subscribe: (listener) => {
      heard = listener;
      return () => {};
    },
    openRoom: () => {},
    closeRoom: () => undefined,
    hangUp: () => undefined,
    call: () => undefined,
    remember: () => undefined,
    join: () => {},
    resume: () => mayResume,
    send(images) {
      const added = images.map(({ id, name, type, modified, blob, rests }): TransferSnapshot => ({
        id,
        name,
        type,
        modified,
        byteLength: blob.size,
        state: 'queued',
        paused: rests === true ? 'here' : 'nobody',
        figures: noFigures(blob.size),
      }));
      snapshot = { ...snapshot, transfers: [...snapshot.transfers, ...added] };
      heard();
    },
    cancel: () => {},
    retry: () => {},
    offerHeld: () => {},
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
    callOff: (name) => void calledOff.push(name),
    meet: () => {},
    part: () => {},
    headerBytes: () => undefined,
    chunkMap: () => undefined,
    chunkLog: () => undefined,
    history: () => [],
    continue: () => {},
    leave: () => {},
  };
  let count = 0;
  const store: SendStore = createSendStore({
    makeSession: async () => session,
    tools,
    makeId: () => `p-${++count}`,
  });
  const change = (part: Partial<TransferSnapshot>) => {
    snapshot = { ...snapshot, transfers: snapshot.transfers.map((one) => ({ ...one, ...part })) };
    heard();
  };
  keepOutbox(store, outbox, 'tab', () => {});
  return { store, change, calledOff };
}

const file = (name: string, bytes = 10): File => new File([new Uint8Array(bytes)], name);

const states = (store: SendStore) => store.getState().items.map(({ name, stage }) => [name, stage.at]);

async function sent(names: readonly string[], outbox: KeptOutbox, pasted: readonly string[] = []) {
  const before = page(outbox);
  await before.store.openRoom(options);
  const files = names.map((name) => file(name));
  for (const one of files) if (pasted.includes(one.name)) rememberOrigin(one, { kind: 'memory' });
  before.store.addFiles(files);
  await expect.poll(() => before.store.getState().items.every(({ stage }) => stage.at === 'sent')).toBe(true);
  before.change({ sha256: 'ab'.repeat(32), state: 'sending' });
  await expect
    .poll(async () => (await outbox.list('tab')).filter(({ picture }) => picture.expected).length)
    .toBe(names.length);
  return before;
}

test('a page that is loaded anew has the queue again: pasted files by themselves, picked ones when the same are picked', async () => {
  const outbox = new Memory();
  await sent(['picked.png', 'pasted.png'], outbox, ['pasted.png']);
  const { store } = page(new Memory(), true);
  await store.resume(options);
  await returnOutbox(store, await outbox.list());
  await expect.poll(() => states(store)).toEqual([['pasted.png', 'sent']]);
  expect(store.getState().missing.map(({ name }) => name)).toEqual(['picked.png']);
  expect(store.reopen([file('another.png'), file('picked.png')])).toBe(1);
  await expect.poll(() => states(store)[1]).toEqual(['picked.png', 'sent']);
  expect(store.getState().missing).toEqual([]);
  // What crossed before is compared before anything crosses.
  for (const { expected, meeting } of store.getState().items) {
    expect(expected).toEqual({ sha256: 'ab'.repeat(32), byteLength: 10 });
    expect(meeting).toBe(1);
  }
});

test('files with handles open by themselves where the browser permits it, or else with one press', async () => {
  const outbox = new Memory();
  await sent(['a.png', 'b.png', 'gone.png'], outbox);
  const handle = (name: string, permitted: boolean) =>
    ({
      queryPermission: async () => (permitted ? 'granted' : 'prompt'),
      requestPermission: async () => 'granted',
      getFile: () => (name === 'gone.png' ? Promise.reject(new Error('moved')) : Promise.resolve(file(name))),
    }) as unknown as FileSystemFileHandle;
  const found = (await outbox.list()).map(({ picture }) => ({
    picture: { ...picture, handle: handle(picture.name, picture.name !== 'b.png') },
  }));
  const { store } = page(new Memory(), true);
  await returnOutbox(store, found);
  expect(store.getState().missing.map(({ name }) => name)).toEqual(['b.png', 'gone.png']);
  await openAgain(store);
  expect(store.getState().missing.map(({ name }) => name)).toEqual(['gone.png']);
  expect(store.getState().items.map(({ name }) => name)).toEqual(['a.png', 'b.png']);
});

test('[P-124] what the person paused rests after their page was loaded anew, once and again, until they resume it', async () => {
  const outbox = new Memory();
  const { change } = await sent(['a.png'], outbox, ['a.png']);
  const resting = () => [...outbox.pictures.values()].map(({ picture }) => picture.rests);
  change({ state: 'paused', paused: 'both' });
  await expect.poll(resting).toEqual([['first']]);
  for (const resumed of [false, true]) {
    const { store, change } = page(outbox, true);
    await store.resume(options);
    await returnOutbox(store, await outbox.list());
    await expect.poll(() => states(store)).toEqual([['a.png', 'sent']]);
    expect(store.getState().snapshot?.transfers.map(({ paused }) => paused)).toEqual(['here']);
    if (resumed) change({ state: 'sending', paused: 'nobody' });
    await expect.poll(resting).toEqual([resumed ? undefined : ['first']]);
  }
});

test('missing files that the person gives up are called off at the receiver they were for, and no other', async () => {
  const outbox = new Memory();
  await sent(['picked.png'], outbox);
  for (const back of [true, false]) {
    const { store, calledOff } = page(new Memory(), back);
    await store.resume(options);
    await returnOutbox(store, await outbox.list());
    store.forgetMissing();
    expect([calledOff, store.getState().missing]).toEqual([back ? ['picked.png'] : [], []]);
  }
});

test('two thousand changes of the queue in a moment are looked at a few times, and the last of them is kept', async () => {
  let looks = 0;
  class CountedMemory extends Memory {
    override put(pictures: readonly FoundPicture[]): Promise<void> {
      looks += 1;
      return super.put(pictures);
    }
  }
  const outbox = new CountedMemory();
  const { store, change } = await sent(['a.png'], outbox, ['a.png']);
  for (let at = 0; at < 2000; at++) change({ sha256: String(at).padStart(64, '0') });
  store.setState({});
  const kept = () => [...outbox.pictures.values()].map(({ picture }) => picture.expected?.sha256);
  await expect.poll(kept).toEqual(['1999'.padStart(64, '0')]);
  expect(looks).toBeLessThan(20);
});

test('what is delivered or called off is not kept, and what failed with the connection is', async () => {
  const outbox = new Memory();
  const { change } = await sent(['a.png'], outbox);
  change({ state: 'failed', problem: { code: 'interrupted' } });
  await expect.poll(() => outbox.pictures.size).toBe(1);
  change({ state: 'done' });
  await expect.poll(() => outbox.pictures.size).toBe(0);
});

test('[P-111] without its receiver a queue that returns is held back from the next one', async () => {
  const outbox = new Memory();
  await sent(['a.png'], outbox, ['a.png']);
  const { store } = page(new Memory());
  await returnOutbox(store, await outbox.list());
  // No receiver of a page has this number.
  expect(store.getState().items.map(({ meeting }) => meeting)).toEqual([0]);
});

test('an unprepared file that has another size now is not sent before the person says so', async () => {
  const { store } = page(new Memory());
  const kept = { id: 'x', tab: 'tab', at: 0, kept: 0, name: 'a.png', byteLength: 99 };
  store.takeBack([], [{ ...kept, choice: { kind: 'original' }, addressed: false, held: false }]);
  expect(store.reopen([file('a.png', 98)])).toBe(1);
  expect(store.getState().items[0]?.stage).toEqual({ at: 'failed', problem: 'source-changed' });
});

const missing = {
  id: 'x',
  tab: 'tab',
  at: 0,
  kept: 0,
  name: 'a.png',
  byteLength: 10,
  choice: { kind: 'original' },
};

test('[P-111] what was picked for a receiver is held back from one who came by another code, also when its file is opened again', async () => {
  const outbox = new Memory();
  const { store } = page(outbox);
  await store.openRoom(options);
  store.takeBack([], [{ ...missing, addressed: true, held: false }]);
  expect(store.reopen([file('a.png')])).toBe(1);
  expect(store.getState().items.map(({ meeting }) => meeting)).toEqual([0]);
  // And after another reload.
  await expect.poll(() => outbox.pictures.get('x')?.picture.held).toBe(true);
});

test('what was picked while the page found its way back is sent with it', async () => {
  const { store } = page(new Memory(), true);
  store.addFiles([file('a.png')]);
  await expect.poll(() => states(store)).toEqual([['a.png', 'ready']]);
  await store.resume(options);
  expect(states(store)).toEqual([['a.png', 'sent']]);
});

test('a file that is another one by now is not kept any longer, and a queue that returns twice is there once', async () => {
  const outbox = new Memory();
  const picture = { ...missing, addressed: false, held: false };
  await outbox.put([{ picture, file: file('a.png', 9) }, { picture: { ...picture, id: 'y' } }]);
  const { store } = page(outbox);
  const found = await outbox.list();
  await returnOutbox(store, found);
  await returnOutbox(store, found);
  expect(states(store)).toEqual([['a.png', 'failed']]);
  expect(store.getState().missing.map(({ id }) => id)).toEqual(['y']);
  await expect.poll(() => [...outbox.pictures.keys()]).toEqual(['y']);
});
