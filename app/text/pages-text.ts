/** Every sentence of the pages but the laboratory's, from their catalogue. */
import type { ConnectionState, ProblemCode, TransferState } from '../../lib/session/model.ts';
import type { Theme } from '../../lib/store/settings.ts';
import { type Messages, sayFrom, withFallback } from './catalogue.ts';
import english from './catalogues/en/pages.json' with { type: 'json' };

type Sections = typeof english;

/** A union of the code must have its sentence in the catalogue. */
interface Complete {
  problems: Record<ProblemCode, string>;
  connection: Record<ConnectionState, string>;
  senderStates: Record<TransferState, string>;
  receiverStates: Record<TransferState, string>;
  /** Instead of those above, for what is no picture. */
  fileStates: Partial<Record<TransferState, string>>;
  settings: { themes: Record<Theme, string> };
}

/** A sentence of the page is a string, or a function of its values. */
export type PagesText = ReturnType<typeof pagesText>;

/** @param translation may lack messages: those are English. */
export function pagesText(translation: Messages, language: string) {
  const text: Sections & Complete = withFallback(english, translation);
  const say = sayFrom(english, translation, language);
  const list = new Intl.ListFormat(language);
  return {
    ...text,
    home: { ...text.home, steps: Object.values(text.home.steps) },
    room: {
      ...text.room,
      expires: (when: string) => say('room.expires', { when }),
      qr: (code: string) => say('room.qr', { code }),
      searchUntil: (when: string) => say('room.searchUntil', { when }),
      with: (name: string) => say('room.with', { name }),
      lanes: (count: number) => say('room.lanes', { count }),
    },
    people: {
      ...text.people,
      for: (name: string) => say('people.for', { name }),
      device: (name: string) => say('people.device', { name }),
    },
    join: {
      ...text.join,
      mistyped: (word: string, suggestion: string) => say('join.mistyped', { word, suggestion }),
      unknownWord: (word: string) => say('join.unknownWord', { word }),
      use: (word: string) => say('join.use', { word }),
      waitingForOffer: (name: string) => say('join.waitingForOffer', { name }),
    },
    pick: {
      ...text.pick,
      sharedAsk: (number: string) => say('pick.sharedAsk', { number }),
      tooMany: (left: string, most: string) => say('pick.tooMany', { left, most }),
      goNow: (name: string) => say('pick.goNow', { name }),
    },
    choice: {
      ...text.choice,
      beforeAfter: (before: string, after: string, saved: string) =>
        say('choice.beforeAfter', { before, after, saved }),
    },
    facts: {
      ...text.facts,
      pixels: (width: string, height: string) => say('facts.pixels', { width, height }),
    },
    companion: {
      ...text.companion,
      title: (name: string) => say('companion.title', { name }),
      from: (name: string) => say('companion.from', { name }),
    },
    back: { ...text.back, more: (count: number) => say('back.more', { count }) },
    transfer: {
      ...text.transfer,
      total: (done: string, all: string) => say('transfer.total', { done, all }),
      totalFiles: (done: string, all: string) => say('transfer.totalFiles', { done, all }),
      acceptAll: (name: string) => say('transfer.acceptAll', { name }),
      moreOffers: (count: number) => say('transfer.moreOffers', { count }),
      left: (time: string) => say('transfer.left', { time }),
      notShowable: (type: string) => say('transfer.notShowable', { type }),
      pictureOf: (name: string) => say('transfer.pictureOf', { name }),
    },
    map: {
      ...text.map,
      alt: (received: string, total: string, lost: string, repaired: string) =>
        say('map.alt', { received, total, lost, repaired }),
      perCell: (number: string) => say('map.perCell', { number }),
    },
    plots: {
      ...text.plots,
      values: (last: string, least: string, most: string) => say('plots.values', { last, least, most }),
    },
    demo: {
      ...text.demo,
      chunking: (number: string, size: string, last: string) => say('demo.chunking', { number, size, last }),
    },
    kept: {
      ...text.kept,
      /** Counts of pictures and of pictures of which parts are here. */
      others: (pictures: number, parts: number, bytes: string) => {
        const what = [
          ...(pictures > 0 ? [say('kept.pictures', { count: pictures })] : []),
          ...(parts > 0 ? [say('kept.parts', { count: parts })] : []),
        ];
        return say('kept.others', { what: list.format(what), bytes });
      },
      changed: (when: string) => say('kept.changed', { when }),
      more: (count: number) => say('kept.more', { count }),
    },
    part: {
      ...text.part,
      here: (here: string, all: string, prefix: string) => say('part.here', { here, all, prefix }),
      gaps: (here: string, all: string) => say('part.gaps', { here, all }),
      name: (name: string) => say('part.name', { name }),
      space: (space: string) => say('part.space', { space }),
      memory: (limit: string) => say('part.memory', { limit }),
    },
    tidings: { ...text.tidings, offered: (count: number) => say('tidings.offered', { count }) },
    save: { ...text.save, intoNow: (folder: string) => say('save.intoNow', { folder }) },
    gallery: {
      ...text.gallery,
      position: (at: string, all: string) => say('gallery.position', { at, all }),
    },
    devices: {
      ...text.devices,
      remember: (name: string) => say('devices.remember', { name }),
      waiting: (name: string) => say('devices.waiting', { name }),
      wants: (name: string) => say('devices.wants', { name }),
    },
    about: { ...text.about, version: (version: string) => say('about.version', { version }) },
    announce: { transfer: (name: string, state: string) => say('announce.transfer', { name, state }) },
  };
}

export const en: PagesText = pagesText(english, 'en');
