import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { ReceiverSession, SessionSnapshot, TransferSnapshot } from '../../lib/session/model.ts';
import { noFigures } from '../../lib/session/no-figures.ts';
import { createReceiveStore } from '../../lib/store/receive-store.ts';
import { scriptedStates } from '../states/scripted-states.ts';
import { ReceiverRoom } from '../receive/receiver-room.tsx';
import { SenderRoom } from '../send/sender-room.tsx';
import { en } from '../text/pages-text.ts';
import { Connection } from './room/connection.tsx';
import { EnterForm } from './room/enter-form.tsx';
import { ReceiverTransfer } from './transfer/receiver-transfer.tsx';
import { RoomCard } from './room/room-card.tsx';

const handles = (markup: string) =>
  new Set([...markup.matchAll(/data-testid="([^"]+)"/g)].map(([, id]) => id));

/** Nothing is asked of it while the markup is made. */
const session = {} as ReceiverSession;
const store = createReceiveStore({ makeSession: async () => session });
const state = (name: string): SessionSnapshot => {
  const found = scriptedStates[name];
  if (!found) throw new Error(`no state ${name}`);
  return found;
};
const card = (transfer: TransferSnapshot) =>
  renderToStaticMarkup(
    <ReceiverTransfer
      transfer={transfer}
      snapshot={state('connected')}
      session={session}
      store={store}
      open={() => undefined}
    />,
  );

test('the prerendered pages hold what a person needs first, and no inline styles or handlers', () => {
  for (const [page, wanted] of [
    [
      renderToStaticMarkup(<SenderRoom />),
      ['name-input', 'open-room', 'enter-code', 'file-input', 'connection'],
    ],
    [
      renderToStaticMarkup(<ReceiverRoom />),
      ['name-input', 'code-input', 'join-room', 'show-code', 'connection'],
    ],
  ] as const) {
    for (const id of wanted) expect(handles(page)).toContain(id);
    expect(page).not.toMatch(/ style=| on[a-z]+=/);
  }
});

test('an offer can be accepted or declined, and shows no download', () => {
  const [offer] = state('offered').transfers;
  const markup = card(offer as TransferSnapshot);
  expect(handles(markup)).toContain('accept');
  expect(handles(markup)).toContain('decline');
  expect(handles(markup)).not.toContain('download');
  expect(markup).toContain('data-state="offered"');
  expect(markup).toContain('data-name="evening-at-the-harbour.jpg"');
  expect(markup).toContain('data-stage="thumb"');
});

test('a received picture has its download, its figures, its digest, its report and is called verified', () => {
  const [done] = state('done').transfers;
  const markup = card(done as TransferSnapshot);
  for (const id of [
    'download',
    'preview',
    'chunks-total',
    'chunks-received',
    'chunks-lost',
    'chunks-repaired',
    'loss-percent',
    'success-percent',
    'sha256',
    'report',
    'verified',
  ]) {
    expect(handles(markup)).toContain(id);
  }
  expect(markup).toContain('data-testid="chunks-total">4709<');
  expect(markup).toContain('data-testid="success-percent">100<');
});

test('a transfer that is not done is never called verified', () => {
  for (const name of ['offered', 'moving', 'reconnecting', 'failed']) {
    for (const transfer of state(name).transfers) expect(handles(card(transfer))).not.toContain('verified');
  }
});

test('success is rounded down: one chunk missing of many is not a hundred per cent', () => {
  const [done] = state('done').transfers;
  const almost = { ...(done as TransferSnapshot), state: 'receiving' as const };
  const figures = { ...noFigures(1), successPercent: 99.98 };
  expect(card({ ...almost, figures })).toContain('data-testid="success-percent">99.9<');
});

const roomCard = (snapshot: SessionSnapshot) =>
  renderToStaticMarkup(
    <RoomCard
      goOn={() => undefined}
      side="sender"
      snapshot={snapshot}
      busy={false}
      broken={false}
      fragment={undefined}
      forgetFragment={() => undefined}
      aboutToJoin={() => undefined}
      openRoom={() => undefined}
      closeRoom={() => undefined}
      hangUp={() => undefined}
      join={() => undefined}
      call={() => Promise.resolve()}
      remember={() => undefined}
      Enter={EnterForm}
    />,
  );

test('the sender sees the code and the link exactly, and the browser translates neither', () => {
  const snapshot = state('waiting');
  const markup = roomCard(snapshot);
  expect(markup).toContain('>42-acorn-tulip</output>');
  for (const id of ['room-code', 'room-link'])
    expect(markup).toMatch(new RegExp(`<[^>]*data-testid="${id}"[^>]*translate="no"`));
  expect(markup).toContain(`href="${snapshot.room?.link}"`);
  for (const id of ['new-code', 'enter-code', 'close-room']) expect(handles(markup)).toContain(id);
});

test.each([
  ['http://localhost:3000', true],
  ['http://127.0.0.1:3000', true],
  ['http://[::1]:3000', true],
  ['http://tessera.localhost', true],
  ['http://192.168.1.20:3000', false],
  ['https://localhost.example', false],
])('a link to %s is said to open on this computer only: %s', (origin, here) => {
  const waiting = state('waiting');
  const link = `${origin}/receive#42.q3fXw0Z9pT1yVb7Kd2LmNg`;
  const markup = roomCard({ ...waiting, room: { ...waiting.room!, link } });
  expect(markup.includes(en.room.onlyHere)).toBe(here);
  expect(markup.includes(en.room.qrHint)).toBe(!here);
});

test('each problem is one sentence or two of its own, shown as an alert', () => {
  const sentences = Object.values(en.problems);
  expect(new Set(sentences).size).toBe(sentences.length);
  const markup = renderToStaticMarkup(<Connection snapshot={state('guessed')} idle="" />);
  expect(markup).toContain('data-state="failed"');
  expect(markup).toContain('data-problem="code-guessed"');
  expect(markup).toContain('role="alert"');
});

test('a hostile name is text and nothing else', () => {
  const [offer] = state('offered').transfers;
  const markup = card({ ...(offer as TransferSnapshot), name: '<img src=x onerror=alert(1)>"\u202egpj.exe' });
  expect(markup).not.toContain('<img src=x');
});
