/**
 * Sessions that replay one state of the table: for looking at the pages and for component tests, never for
 * people.
 */
import {
  Cell,
  type CompanionPlace,
  type OutgoingPicture,
  type ReceiverSession,
  type SenderSession,
  type SessionSnapshot,
} from '../../lib/session/model.ts';
import { isMessage } from '../../lib/image/text-message.ts';
import { SAID, scriptedStates } from './scripted-states.ts';

const PLACE: CompanionPlace = {
  party: 'host',
  secret: new Uint8Array(32),
  meeting: 1,
  returned: false,
  beside: 'sender',
};

function wanted(): SessionSnapshot | undefined {
  const name = new URL(window.location.href).searchParams.get('state') ?? 'connected';
  return scriptedStates[name];
}

function shared(initial: SessionSnapshot) {
  let snapshot = initial;
  const listeners = new Set<() => void>();
  const publish = (part: Partial<SessionSnapshot>) => {
    snapshot = { ...snapshot, ...part };
    for (const listener of listeners) listener();
  };
  const find = (id: string) => snapshot.transfers.find((one) => one.id === id);
  return {
    publish,
    snapshot: () => snapshot,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    openRoom: () => publish({}),
    join: () => publish({}),
    closeRoom: () => undefined,
    hangUp: () => publish({ connection: 'closed' }),
    call: () => undefined,
    remember: (wanted: boolean) => publish({ remembered: wanted ? 'here' : 'nobody' }),
    cancel: () => undefined,
    pause: () => undefined,
    chunkMap(id: string) {
      const figures = find(id)?.figures;
      if (!figures) return undefined;
      const cells = new Uint8Array(figures.chunksTotal);
      for (let at = 0; at < figures.chunksReceived; at++) cells[at] = cellAt(at, figures.chunksReceived);
      return { chunksPerCell: 1, cells };
    },
    chunkLog(id: string) {
      const one = find(id);
      if (!one) return undefined;
      const order = Uint32Array.from({ length: one.figures.chunksReceived }, (_, at) => at);
      return { order, chunkLength: 1024, byteLength: one.byteLength };
    },
    history: () =>
      Array.from({ length: 60 }, (_, at) => ({
        seconds: at / 10,
        rate: 5e6 * (1 - Math.exp(-at / 8)) + 3e5 * Math.sin(at),
        lossPercent: 5 + Math.sin(at / 3),
        roundTrip: 102 + 6 * Math.sin(at / 5),
        lanes: Math.min(64, 8 + at * 2),
      })),
    continue: () => undefined,
    meet: () => undefined,
    part: () => undefined,
    leave: () => undefined,
  };
}

/** A spread like that of a lossy link, the same each time. */
function cellAt(chunk: number, received: number): number {
  const roll = (chunk * 2_654_435_761) % 1000;
  if (roll < 46) return chunk > received - 300 ? Cell.lost : Cell.repaired;
  if (roll < 56) return Cell.retransmitted;
  return roll < 60 ? Cell.duplicate : Cell.received;
}

export function scriptedSender(peerName = 'Ben'): SenderSession {
  const state = wanted() ?? scriptedStates['connected'];
  if (!state) throw new Error('no such state');
  const session = shared({ ...state, role: 'sender', peerName, transfers: [] });
  let opened = false;
  return {
    ...session,
    openRoom() {
      opened = true;
      session.openRoom();
    },
    resume: () => false,
    resumeGuests: () => [],
    letIn(visitor) {
      const visitors = session.snapshot().visitors ?? [];
      session.publish({ visitors: visitors.filter((one) => one !== visitor) });
      return { peer: visitor, session: scriptedSender('Cleo') };
    },
    refuse: () => undefined,
    invite: () => undefined,
    askFirst: () => undefined,
    keepEveryone: () => undefined,
    keptEveryone: () => false,
    sendAway: () => undefined,
    send(images: readonly OutgoingPicture[]) {
      const given = images.map((image, at) => {
        const script = state.transfers[at % Math.max(1, state.transfers.length)];
        const { blob: _, ...rest } = image;
        const told = script ?? scriptedStates['offered']?.transfers[0];
        if (!told) throw new Error('no transfer in the table');
        return {
          ...told,
          ...rest,
          preview: new Blob([(image.preview ?? new Uint8Array()) as Uint8Array<ArrayBuffer>]),
          state: told.state === 'receiving' ? ('sending' as const) : told.state,
        };
      });
      session.publish({ transfers: [...session.snapshot().transfers, ...given] });
    },
    retry: () => undefined,
    offerHeld: () => undefined,
    limitRate: () => undefined,
    callOff: () => undefined,
    meetingNow: () => state.meeting,
    sentBack: () => (opened && state.invited === true ? PLACE : undefined),
    headerBytes: () => new TextEncoder().encode('TSR1 evening-at-the-harbour.jpg image/jpeg'),
  };
}

export function scriptedReceiver(): ReceiverSession {
  const state = wanted();
  if (!state) throw new Error('no such state');
  const session = shared({ ...state, role: 'receiver' });
  const picture = async () => new Uint8Array(await (await fetch('/states/picture.jpg')).arrayBuffer());
  return {
    ...session,
    resume: () => false,
    accept: () => undefined,
    decline: () => undefined,
    setAutoAccept: () => undefined,
    sendBack: () => undefined,
    markSaved: () => undefined,
    noteRead: () => undefined,
    roomMade: () => undefined,
    throwAway: () => undefined,
    beginning: async () => new Blob([await picture()]),
    read: async (_, from, to) => (await picture()).slice(from, to),
    async file(id) {
      const one = session.snapshot().transfers.find((transfer) => transfer.id === id);
      if (one && isMessage(one)) return new File([SAID], one.name, { type: one.type });
      if (one && !one.type.startsWith('image/'))
        return new File(['no picture'], one.name, { type: one.type });
      return new File([await picture()], one?.name ?? 'picture.jpg', { type: 'image/jpeg' });
    },
  };
}
