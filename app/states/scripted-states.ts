/** The table that scripted sessions replay: each state of the pages that is worth a look, by name. */
import { MESSAGE_TYPE } from '../../lib/image/text-message.ts';
import { noFigures } from '../../lib/session/no-figures.ts';
import type { Figures, SessionSnapshot, TransferSnapshot } from '../../lib/session/model.ts';

const BYTES = 4_821_337;
const CHUNKS = Math.ceil(BYTES / 1024);
const SHA = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
/** What the text says that is on its way. */
export const SAID = 'We meet at nine at the harbour.\nThe ferry: https://example.org/timetable?from=Skagen';
/** ThumbHash of a sunset, from its author's examples. */
const THUMB = Uint8Array.from(atob('1QcSHQRnh493V4dIh4eXh1h4kJUI'), (letter) => letter.codePointAt(0) ?? 0);

export function figuresAt(share: number, loss = 5): Figures {
  const received = Math.floor(CHUNKS * share);
  const sent = Math.ceil((received / (1 - loss / 100)) * 1.02);
  const lost = Math.round((sent * loss) / 100);
  return {
    ...noFigures(BYTES),
    chunksReceived: received,
    chunksLost: Math.min(received, lost),
    chunksRepaired: Math.max(0, Math.min(received, lost) - (share < 1 ? 9 : 0)),
    packetsSent: sent,
    packetsReceived: sent - lost,
    packetsLost: lost,
    retransmitted: lost + Math.round(sent * 0.02),
    duplicates: Math.round(sent * 0.01),
    lossPercent: sent === 0 ? 0 : (100 * lost) / sent,
    successPercent: share * 100,
    bytesReceived: Math.floor(BYTES * share),
    prefixBytes: Math.floor(BYTES * share * 0.9),
    rate: share < 1 ? 5_310_000 : 0,
    averageRate: 5_120_000,
    seconds: share * 0.98,
    ...(share < 1 ? { secondsLeft: (1 - share) * 4 } : {}),
    roundTrip: 102,
    lanes: 64,
  };
}

function transfer(part: Partial<TransferSnapshot>): TransferSnapshot {
  return {
    id: 'one',
    name: 'evening-at-the-harbour.jpg',
    type: 'image/jpeg',
    byteLength: BYTES,
    width: 4032,
    height: 3024,
    modified: Date.UTC(2026, 7, 14, 18, 42),
    state: 'offered',
    figures: noFigures(BYTES),
    thumb: THUMB,
    sha256: SHA,
    ...part,
  };
}

/** What is no picture, or in a folder: no sides, no blur. */
function file(part: Partial<TransferSnapshot>): TransferSnapshot {
  const { width: _width, height: _height, thumb: _thumb, ...rest } = transfer({});
  return { ...rest, ...part };
}

const base: SessionSnapshot = {
  role: 'receiver',
  connection: 'connected',
  serverOnline: true,
  peerName: 'Ada',
  path: 'direct',
  fingerprint: 'acorn · blend · tulip · zoom',
  lanes: 64,
  transfers: [],
};

const moving = transfer({ state: 'receiving', figures: figuresAt(0.43) });
const done = transfer({ state: 'done', figures: figuresAt(1) });

export const scriptedStates: Record<string, SessionSnapshot> = {
  waiting: {
    role: 'receiver',
    connection: 'waiting',
    serverOnline: true,
    lanes: 0,
    transfers: [],
    room: {
      code: '42-acorn-tulip',
      link: 'https://tessera.example/receive#42.q3fXw0Z9pT1yVb7Kd2LmNg',
      expiresAt: Date.UTC(2026, 10, 23, 15, 30),
    },
  },
  connecting: { role: 'receiver', connection: 'connecting', serverOnline: true, lanes: 0, transfers: [] },
  'at-door': {
    role: 'receiver',
    connection: 'connecting',
    waitsAtDoor: true,
    serverOnline: true,
    lanes: 0,
    transfers: [],
  },
  connected: base,
  /** Two more are at the door. */
  several: {
    ...base,
    meeting: 1,
    canInvite: true,
    visitors: ['one', 'two'],
    // Where this browser remembers one of that name.
    callers: { one: '0'.repeat(16) },
    transfers: [moving],
  },
  offered: { ...base, transfers: [transfer({})] },
  moving: { ...base, transfers: [moving] },
  done: { ...base, transfers: [done] },
  /** Pictures of one way are there; on the page of that way's sender others are sent back. */
  both: {
    ...base,
    meeting: 1,
    invited: true,
    transfers: [done, transfer({ id: 'two', name: 'second.png' })],
  },
  remember: { ...base, transfers: [done], remembered: 'there' },
  held: { ...base, transfers: [transfer({ state: 'held' })] },
  files: {
    ...base,
    transfers: [
      transfer({ state: 'done', figures: figuresAt(1), name: 'walk-by-the-sea.mp4', type: 'video/mp4' }),
      file({
        id: 'two',
        state: 'done',
        figures: {
          ...noFigures(SAID.length),
          chunksReceived: 1,
          bytesReceived: SAID.length,
          successPercent: 100,
        },
        name: 'text-1.txt',
        type: MESSAGE_TYPE,
        byteLength: SAID.length,
      }),
      file({ id: 'three', name: 'Trip/Day 1/tickets.pdf', type: 'application/pdf', byteLength: 183_204 }),
      transfer({ id: 'four', name: 'Trip/Day 1/IMG_4001.jpg' }),
      file({
        id: 'five',
        state: 'receiving',
        figures: figuresAt(0.43),
        name: 'notes.zip',
        type: 'application/zip',
      }),
      file({ id: 'six', name: 'no-ending', type: 'application/octet-stream', byteLength: 12 }),
    ],
  },
  parts: {
    ...base,
    connection: 'failed',
    lanes: 0,
    canContinue: true,
    problem: { code: 'connection-lost' },
    memoryLimit: 512 * 1024 * 1024,
    transfers: [
      transfer({
        state: 'failed',
        problem: { code: 'interrupted' },
        figures: figuresAt(0.43),
        part: { hereBytes: 2_073_000, prefixBytes: 1_866_000 },
      }),
      file({
        id: 'two',
        state: 'failed',
        problem: { code: 'peer-left' },
        figures: figuresAt(0.02),
        name: 'notes.zip',
        type: 'application/zip',
        part: { hereBytes: 98_304, prefixBytes: 0 },
      }),
      file({
        id: 'three',
        name: 'walk-by-the-sea.mp4',
        type: 'video/mp4',
        byteLength: 1_310_000_000,
        space: 402_000_000,
      }),
    ],
  },
  reconnecting: {
    ...base,
    connection: 'reconnecting',
    serverOnline: false,
    transfers: [transfer({ state: 'paused', figures: { ...figuresAt(0.43), rate: 0 } })],
  },
  failed: {
    ...base,
    connection: 'failed',
    lanes: 0,
    problem: { code: 'connection-lost' },
    transfers: [
      transfer({ state: 'failed', problem: { code: 'interrupted' }, figures: figuresAt(0.43) }),
      transfer({ id: 'two', name: 'second.png', state: 'declined' }),
      transfer({ id: 'three', name: 'third.webp', state: 'cancelled', problem: { code: 'cancelled-there' } }),
    ],
  },
  guessed: {
    role: 'receiver',
    connection: 'failed',
    serverOnline: true,
    lanes: 0,
    transfers: [],
    problem: { code: 'code-guessed' },
  },
  names: {
    ...base,
    peerName: 'عائشة بنت سعيد',
    transfers: [
      transfer({
        state: 'done',
        figures: figuresAt(1),
        name: 'a-very-long-name-that-never-seems-to-end-because-a-camera-app-put-everything-into-it-2026-08-14T18-42-07.123Z-final-final-2.jpg',
      }),
      transfer({
        id: 'two',
        state: 'done',
        figures: figuresAt(1),
        name: 'صورة من البحر في المساء.jpg',
        width: 900,
        height: 2400,
      }),
      transfer({ id: 'three', name: '夕方の港.webp', width: 6000, height: 1200 }),
    ],
  },
  album: {
    ...base,
    transfers: Array.from({ length: 200 }, (_, at) =>
      transfer({
        id: `album-${at}`,
        name: `IMG_${4000 + at}.jpg`,
        state: at < 60 ? 'done' : at === 60 ? 'receiving' : 'queued',
        figures: at < 60 ? figuresAt(1) : at === 60 ? figuresAt(0.43) : noFigures(BYTES),
      }),
    ),
  },
};
