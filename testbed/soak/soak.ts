/**
 * Both engines of a session, with their storage, over a link and two pages to which everything happens: each
 * run is one seed, on a virtual clock, and can be replayed. Real parts are the engines, the protocol core and
 * the stores; the pages' decisions (what is accepted again, what is sent again) are as in `lib/session/page`.
 */
import { createHash } from 'node:crypto';
import type { FromEngine, LinkMessage } from '../../lib/session/bridge/engine-messages.ts';
import type { ExpectedBytes, PartHere } from '../../lib/session/model.ts';
import { FINAL_STATES } from '../../lib/session/transfer-state.ts';
import { ReceiverEngine } from '../../lib/session/worker/receiver-engine.ts';
import { SenderEngine } from '../../lib/session/worker/sender-engine.ts';
import type { KnownSendersRecord } from '../../lib/session/worker/known-senders.ts';
import { seededRandom, type Random } from '../../lib/simulation/random.ts';
import { SoakSide } from './soak-side.ts';
import { SoakStore } from './soak-store.ts';
import { VirtualClock } from './virtual-clock.ts';

const LANES = [1, 2, 3, 4];
/** The browsers end a connection whose path is silent for this long (P-60). */
const ICE_GIVES_UP_MS = 10_000;
/** The two sides look for each other for this long (P-61). */
const SEARCH_MS = 60_000;
/** After its last chance every picture has ended within this, with a name and what had arrived of it. */
const LAST_CHANCE_MS = 30_000;
/** A digest on a busy machine, real. */
const READING_MS = 5000;
/** Virtual, for the good time after the last trouble: the slowest link needs most of it. */
const MAX_GOOD_MS = 600_000;

/** What may happen; the report counts each. */
export const TROUBLES = [
  'cut',
  'long cut',
  'lane death',
  'sender reload',
  'receiver reload',
  'sender frozen',
  'receiver frozen',
  'blackout',
  'clock jump',
  'full disk',
  'changed byte',
  'pause',
] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface SoakRun {
  readonly seed: number;
  readonly troubles: readonly Trouble[];
  readonly pictures: number;
  /** Pictures that ended with a name on the way, and were sent again by the person. */
  readonly sentAgain: number;
  /** Virtual seconds. */
  readonly seconds: number;
  /** DATA that crossed, as a multiple of the pictures. */
  readonly cost: number;
  /** How the session ended before it went on once more. */
  readonly end: End;
  /** Parts that were kept then, each held against the picture. */
  readonly parts: number;
  /** What should not have been; empty: all is well. */
  readonly faults: readonly string[];
}

/** The ways in which a session has its last chance; `none`: the network is good again before that. */
export const ENDS = ['none', 'lost, continued', 'lost, discarded', 'sender left'] as const;
export type End = (typeof ENDS)[number];

interface Picture {
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
}

class Session {
  readonly clock = new VirtualClock();
  /** Of the troubles alone: what packets meet does not change which are next. */
  readonly #random: Random;
  readonly #chance: Random;
  readonly #store = new SoakStore();
  readonly #pictures: Picture[];
  readonly #seed: number;
  readonly #loss: number;
  readonly #delay: number;
  readonly sender: SoakSide<SenderEngine>;
  readonly receiver: SoakSide<ReceiverEngine>;
  #instance = 1;
  /** Counts the connections; packets of an earlier one are gone. */
  #connection = 0;
  #connected = false;
  #dark = false;
  #deadLanes = new Set<number>();
  /** The sender's page: how each picture stands there. */
  readonly sent = new Map<string, { state: string; problem: string | undefined }>();
  readonly #expected = new Map<string, ExpectedBytes>();
  /** The receiver's pages: digests that the person has accepted, and the sender's names. */
  readonly #accepted = new Set<string>();
  #senders: KnownSendersRecord = { known: [] };
  /** By the receiver's id: what it is of. */
  readonly #offers = new Map<string, string>();
  readonly received = new Map<string, string>();
  /** By the receiver's id: how it stands on the receiver's page. */
  readonly #arriving = new Map<string, { state?: string; problem?: string; part?: PartHere }>();
  readonly #beginnings = new Map<number, (blob: Blob | undefined) => void>();
  readonly #paused = new Set<string>();
  readonly faults: string[] = [];
  readonly troubles: Trouble[] = [];
  sentAgain = 0;
  parts = 0;
  dataBytes = 0;

  constructor(seed: number) {
    const random = seededRandom(seed);
    this.#seed = seed;
    this.#random = random;
    this.#chance = seededRandom(seed, 50);
    this.#loss = [0, 0.01, 0.05, 0.2][this.#below(4)] as number;
    this.#delay = [2, 20, 60][this.#below(3)] as number;
    this.#pictures = Array.from({ length: 1 + this.#below(4) }, (_, at) =>
      this.#draw(at, [0, 1, 1025, 30_000, 150_000, 500_000][this.#below(6)] as number),
    );
    this.sender = new SoakSide(
      this.clock,
      (host) => new SenderEngine(host, this.#nextInstance()),
      (message) => this.#onSender(message),
    );
    this.receiver = new SoakSide(
      this.clock,
      (host) => new ReceiverEngine(host, this.#nextInstance(), this.#store),
      (message) => this.#onReceiver(message),
    );
    this.sender.transmit = (lane, bytes) => this.#carry(this.receiver, lane, bytes);
    this.receiver.transmit = (lane, bytes) => this.#carry(this.sender, lane, bytes);
    this.receiver.engine.handle({ type: 'senders', record: this.#senders, meeting: 1 });
  }

  #draw(at: number, length: number): Picture {
    const fill = seededRandom(this.#seed, at + 1);
    const bytes = Uint8Array.from({ length }, () => fill() * 256);
    return { id: `p${at}`, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  #below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  #between(from: number, to: number): number {
    return from + this.#random() * (to - from);
  }

  #nextInstance(): Uint8Array {
    return Uint8Array.from({ length: 8 }, (_, at) => (at === 0 ? this.#instance++ : 7));
  }

  // ---- the link

  #carry(to: SoakSide<SenderEngine> | SoakSide<ReceiverEngine>, lane: number, bytes: Uint8Array): void {
    const connection = this.#connection;
    const control = lane === 0;
    if (!this.#connected || this.#deadLanes.has(lane)) return;
    if (bytes[0] === 0x01 && !control) this.dataBytes += bytes.length;
    // The control channel repeats by itself what is lost; in the dark it waits.
    if (!control && (this.#dark || this.#chance() < this.#loss)) return;
    const arrive = (): void => {
      if (connection !== this.#connection || !this.#connected) return;
      if (control && this.#dark) this.clock.schedule(200, arrive);
      else to.packet(lane, bytes);
    };
    this.clock.schedule(this.#delay + (control ? 0 : this.#chance() * 3), arrive);
  }

  #both(message: LinkMessage): void {
    this.sender.awake(() => this.sender.engine.handle(message));
    this.receiver.awake(() => this.receiver.engine.handle(message));
  }

  connect(): void {
    if (this.#connected) return;
    this.#connection += 1;
    this.#connected = true;
    this.#deadLanes.clear();
    for (const lane of LANES) this.#both({ type: 'lane-open', lane });
    this.#both({ type: 'connected', name: 'x', meeting: 1 });
  }

  disconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#both({ type: 'disconnected' });
  }

  // ---- the pages

  sendAll(): void {
    for (const picture of this.#pictures) this.#send(picture);
  }

  #send({ id, bytes }: Picture): void {
    const expected = this.#expected.get(id);
    this.sender.awake(() =>
      this.sender.engine.handle({
        type: 'send',
        picture: {
          id,
          blob: new Blob([bytes]),
          name: id,
          type: 'image/png',
          modified: 0,
          ...(expected === undefined ? {} : { expected }),
        },
      }),
    );
  }

  #onSender(message: FromEngine): void {
    if (message.type !== 'update') return;
    const { id, state, problem, sha256 } = message.update;
    const byteLength = this.#pictures.find((one) => one.id === id)?.bytes.length ?? 0;
    if (sha256 !== undefined) this.#expected.set(id, { sha256, byteLength });
    if (state === undefined) return;
    this.sent.set(id, { state, problem: problem?.code });
    if (state === 'done' && this.received.get(id) !== 'right')
      this.faults.push(`${id} is called done, and is ${this.received.get(id) ?? 'not there'}`);
  }

  #onReceiver(message: FromEngine): void {
    if (message.type === 'senders') this.#senders = message.record;
    else if (message.type === 'offered') {
      const { id, sha256, name } = message;
      this.#offers.set(id, name);
      // In the place of the card that waited for it.
      for (const [other, { state }] of this.#arriving)
        if (this.#offers.get(other) === name && state !== 'done') this.#arriving.delete(other);
      this.#arriving.set(id, { state: 'offered' });
      // The first time a person thinks about it; what was accepted goes on by itself.
      const wait = this.#accepted.has(sha256) ? 0 : 10 + this.#chance() * 490;
      this.#accepted.add(sha256);
      this.clock.schedule(wait, () =>
        this.receiver.awake(() => this.receiver.engine.handle({ type: 'accept', id })),
      );
    } else if (message.type === 'file') void this.#onFile(message.id, message.blob);
    else if (message.type === 'beginning') this.#beginnings.get(message.request)?.(message.blob);
    else if (message.type === 'update') {
      const { id, state, problem, part } = message.update;
      this.#arriving.set(id, {
        ...this.#arriving.get(id),
        ...(state === undefined ? {} : { state }),
        ...(problem === undefined ? {} : { problem: problem.code }),
        ...(part === undefined ? {} : { part }),
      });
    }
  }

  async #onFile(id: string, blob: Blob): Promise<void> {
    const name = this.#offers.get(id) ?? '';
    const picture = this.#pictures.find((one) => one.id === name);
    this.received.set(name, 'right');
    const found = createHash('sha256')
      .update(new Uint8Array(await blob.arrayBuffer()))
      .digest('hex');
    if (found === picture?.sha256) return;
    this.received.set(name, 'wrong');
    this.faults.push(`${name} was handed over with other bytes`);
  }

  // ---- what happens

  /** @returns ms until it is over */
  trouble(): number {
    const kind = TROUBLES[this.#below(TROUBLES.length)] as Trouble;
    this.troubles.push(kind);
    switch (kind) {
      case 'cut':
        return this.#cut(this.#between(200, 10_000));
      case 'long cut':
        return this.#longCut();
      case 'lane death':
        return this.#killLanes();
      case 'sender reload':
        return this.#reloadSender();
      case 'receiver reload':
        return this.#reloadReceiver();
      case 'sender frozen':
      case 'receiver frozen': {
        const ms = this.#between(5000, 90_000);
        (kind === 'sender frozen' ? this.sender : this.receiver).freeze(ms);
        // The other side's browser gives the connection up meanwhile.
        if (ms > ICE_GIVES_UP_MS) this.clock.schedule(ICE_GIVES_UP_MS, () => this.disconnect());
        this.clock.schedule(ms + 500, () => this.connect());
        return ms + 1000;
      }
      case 'blackout':
        return this.#blackout([2000, 10_000, 60_000][this.#below(3)] as number);
      case 'clock jump':
        (this.#below(2) === 0 ? this.sender : this.receiver).jump(this.#between(1000, 3_600_000));
        return 0;
      case 'full disk':
        this.#store.full = true;
        this.clock.schedule(this.#between(100, 3000), () => (this.#store.full = false));
        return 3000;
      case 'changed byte':
        this.#store.decays += 1;
        return 0;
      case 'pause':
        return this.#pause();
    }
  }

  #cut(ms: number): number {
    this.disconnect();
    this.clock.schedule(ms, () => this.connect());
    return ms;
  }

  /** Beyond the search: both give up, and a person presses Continue, or joins by another code. */
  #longCut(): number {
    this.disconnect();
    // Unless they have found each other meanwhile.
    const connection = this.#connection;
    this.clock.schedule(SEARCH_MS, () => {
      if (!this.#connected && connection === this.#connection) this.#both({ type: 'lost' });
    });
    const ms = SEARCH_MS + this.#between(500, 5000);
    this.clock.schedule(ms, () => this.connect());
    return ms;
  }

  #killLanes(): number {
    const dying = LANES.filter(() => this.#random() < 0.7);
    for (const lane of dying) {
      this.#deadLanes.add(lane);
      this.#both({ type: 'lane-closed', lane });
    }
    const connection = this.#connection;
    const ms = this.#between(200, 4000);
    this.clock.schedule(ms, () => {
      if (connection !== this.#connection || !this.#connected) return;
      for (const lane of dying) {
        this.#deadLanes.delete(lane);
        this.#both({ type: 'lane-open', lane });
      }
    });
    return ms;
  }

  #reloadSender(): number {
    this.disconnect();
    const left = this.#pictures.filter(({ id }) => !isOver(this.sent.get(id)));
    this.sender.reload((host) => new SenderEngine(host, this.#nextInstance()));
    const ms = this.#between(500, 5000);
    this.clock.schedule(ms / 2, () => {
      for (const picture of left) this.#send(picture);
    });
    this.clock.schedule(ms, () => this.connect());
    return ms;
  }

  #reloadReceiver(): number {
    this.disconnect();
    this.#store.closeAll();
    this.receiver.reload((host) => new ReceiverEngine(host, this.#nextInstance(), this.#store));
    this.receiver.engine.handle({ type: 'senders', record: this.#senders, meeting: 1 });
    // Its cards are gone with the page.
    this.#arriving.clear();
    const ms = this.#between(500, 5000);
    this.clock.schedule(ms, () => this.connect());
    return ms;
  }

  #blackout(ms: number): number {
    this.#dark = true;
    if (ms > ICE_GIVES_UP_MS) this.clock.schedule(ICE_GIVES_UP_MS, () => this.disconnect());
    this.clock.schedule(ms, () => (this.#dark = false));
    this.clock.schedule(ms + 500, () => this.connect());
    return ms + 500;
  }

  #pause(): number {
    const { id } = this.#pictures[this.#below(this.#pictures.length)] as Picture;
    this.sender.awake(() => this.sender.engine.handle({ type: 'pause', id, paused: true }));
    const ms = this.#between(100, 60_000);
    this.#paused.add(id);
    this.clock.schedule(ms, () => this.#resume(id));
    return 100;
  }

  #resume(id: string): void {
    this.#paused.delete(id);
    this.sender.awake(() => this.sender.engine.handle({ type: 'pause', id, paused: false }));
  }

  // ---- the end

  /**
   * The last chance is over: within half a minute nothing is left open on either page, and each ending has a
   * name; what is stored of a picture is offered to the person, and is its beginning.
   */
  async end(end: End): Promise<void> {
    if (end === 'none') return;
    // One more, so that something is on its way.
    const last = this.#draw(this.#pictures.length, 500_000);
    this.#pictures.push(last);
    this.#send(last);
    const crossed = this.dataBytes + last.bytes.length * this.#random();
    await this.clock.run(() => this.dataBytes > crossed, MAX_GOOD_MS, READING_MS);
    if (end === 'sender left') {
      this.sender.engine.handle({ type: 'bye' });
      await this.clock.run(() => false, 1000);
      this.disconnect();
    } else {
      this.disconnect();
      await this.clock.run(() => false, SEARCH_MS);
      this.#both({ type: 'lost' });
    }
    await this.clock.run(() => this.#open(end).length === 0, LAST_CHANCE_MS, READING_MS);
    for (const one of this.#open(end)) this.faults.push(`${one} half a minute after the last chance`);
    const parts = [...this.#arriving].filter(([, { state }]) => state === 'failed');
    for (const [id, { part }] of parts) if (part !== undefined) await this.#checkPart(id, part);
    if (end === 'lost, discarded') await this.#discardParts();
    if (end === 'sender left') await this.clock.run(() => false, this.#reloadSender());
  }

  /** What has not ended with a name; what waits for its turn on the sender's page has lost nothing. */
  #open(end: End): string[] {
    const sent = end === 'sender left' ? [] : [...this.sent];
    return [
      ...sent
        .filter(([, { state, problem }]) => state !== 'queued' && !isNamed(state, problem))
        .map(([id, { state }]) => `the sender's ${id} is ${state}`),
      ...[...this.#arriving]
        .filter(([, { state, problem }]) => !isNamed(state, problem))
        .map(([id, { state }]) => `the receiver's ${id} is ${state ?? 'offered'}`),
    ];
  }

  async #checkPart(id: string, part: PartHere): Promise<void> {
    const bytes = this.#pictures.find((one) => one.id === this.#offers.get(id))?.bytes;
    const request = this.#beginnings.size + 1;
    const answer = new Promise<Blob | undefined>((resolve) => this.#beginnings.set(request, resolve));
    this.receiver.engine.handle({ type: 'read-beginning', request, id });
    const blob = await answer;
    // It has gone on since, under another offer.
    if (blob === undefined && this.received.get(this.#offers.get(id) ?? '') === 'right') return;
    this.parts += 1;
    const found = blob && new Uint8Array(await blob.arrayBuffer());
    const right = bytes?.subarray(0, part.prefixBytes);
    if (found === undefined || right === undefined || !Buffer.from(found).equals(right))
      this.faults.push(`the part of ${id} is not the beginning of its picture`);
  }

  async #discardParts(): Promise<void> {
    const discarded = new Set<string>();
    for (const [id, { state, part }] of this.#arriving) {
      if (state !== 'failed' || part === undefined) continue;
      this.receiver.engine.handle({ type: 'throw-away', id, readFor: 0 });
      const name = this.#offers.get(id) ?? '';
      if (this.received.get(name) !== 'right') discarded.add(name);
    }
    await this.clock.run(() => false, 1000);
    const stored = (await this.#store.list()).map(({ id }) => id);
    for (const { id, sha256 } of this.#pictures)
      if (discarded.has(id) && stored.some((entry) => entry.includes(sha256.slice(0, 32))))
        this.faults.push(`${id} is stored though it was discarded`);
  }

  /** The network is good again, and a person sends once more what has ended with a name. */
  async settle(): Promise<void> {
    this.#dark = false;
    this.#store.full = false;
    this.#store.decays = 0;
    for (const id of this.#paused) this.#resume(id);
    const all = (): boolean => this.#pictures.every(({ id }) => isOver(this.sent.get(id)));
    for (let again = 0; again < 4; again++) {
      this.connect();
      if (!(await this.clock.run(all, MAX_GOOD_MS, READING_MS))) {
        const open = this.#pictures.filter(({ id }) => !isOver(this.sent.get(id)));
        for (const { id } of open) this.faults.push(`${id} is ${this.sent.get(id)?.state ?? 'not known'}`);
        return;
      }
      const failed = this.#pictures.filter(({ id }) => this.sent.get(id)?.state !== 'done');
      for (const { id } of failed)
        if (this.sent.get(id)?.problem === undefined) this.faults.push(`${id} ended without a name`);
      if (failed.length === 0) break;
      this.sentAgain += failed.length;
      for (const picture of failed) this.#send(picture);
      await this.clock.run(() => false, 100);
    }
    for (const { id } of this.#pictures)
      if (this.sent.get(id)?.state !== 'done')
        this.faults.push(`${id} is ${this.sent.get(id)?.state}: ${this.sent.get(id)?.problem}`);
    await this.clock.run(() => false, LAST_CHANCE_MS);
  }

  get pictures(): number {
    return this.#pictures.length;
  }

  /** Bytes of all pictures. */
  get byteLength(): number {
    return this.#pictures.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}

/** Done, or ended with a name. */
const isNamed = (state: string | undefined, problem: string | undefined): boolean =>
  state === 'done' || (FINAL_STATES.some((one) => one === state) && problem !== undefined);

/** Done, or ended with a name that needs a person. One that was interrupted goes on by itself. */
function isOver(picture: { state: string; problem: string | undefined } | undefined): boolean {
  if (picture === undefined || picture.problem === 'interrupted') return false;
  return FINAL_STATES.some((one) => one === picture.state);
}

/** One session of some pictures, with `troubles` of a seed's choice, and a good end. */
export async function soakRun(seed: number, troubles: number): Promise<SoakRun> {
  const session = new Session(seed);
  const { clock } = session;
  const random = seededRandom(seed, 99);
  session.connect();
  session.sendAll();
  for (let n = 0; n < troubles; n++) {
    await clock.run(() => false, random() * 1500);
    // The next may begin before this one is over.
    const over = session.trouble();
    if (random() < 0.8) await clock.run(() => false, over + random() * 1000);
  }
  // Whatever still happens of what was begun.
  await clock.run(() => false, 100_000);
  const end = ENDS[seed % ENDS.length] as End;
  await session.end(end);
  await session.settle();
  return {
    seed,
    troubles: session.troubles,
    pictures: session.pictures,
    sentAgain: session.sentAgain,
    seconds: clock.now / 1000,
    cost: session.dataBytes / Math.max(1, session.byteLength),
    end,
    parts: session.parts,
    faults: session.faults,
  };
}
