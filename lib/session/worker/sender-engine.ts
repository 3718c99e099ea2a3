/**
 * The sender in its worker: commands of the page, events of the core, and what the page is shown of both.
 */
import { CancelReason } from '../../protocol/wire/control-message.ts';
import { encodeHeader, type FileHeader } from '../../protocol/wire/file-header.ts';
import { ORIGINAL } from '../../protocol/wire/stream-id.ts';
import { MAX_REMEMBERED, MAX_WAITING_OFFERS } from '../../protocol/limits.ts';
import type { OutgoingObject } from '../../protocol/sending/outgoing-object.ts';
import { Sender } from '../../protocol/sending/sender.ts';
import type { SenderEvent } from '../../protocol/sending/sender-event.ts';
import type { ExpectedBytes, OutgoingPicture, PausedBy, ProblemCode } from '../model.ts';
import { pausedBy } from './paused-by.ts';
import { fromHex, toHex } from '../../checksum/hex.ts';
import { problemOf } from '../bridge/cancel-reasons.ts';
import { EndpointLoop, type EngineHost } from './endpoint-loop.ts';
import type { LinkMessage, ToSenderEngine } from '../bridge/engine-messages.ts';
import { shownState } from '../transfer-state.ts';
import { Publisher } from './publisher.ts';
import {
  isOpen,
  outgoingEntry,
  stateOf,
  transferOf,
  transmissionOf,
  type OutgoingEnd,
  type OutgoingEntry,
  type OutgoingPhase,
} from './outgoing-entry.ts';
import { SilenceWatch } from './silence-watch.ts';
import { Transmission } from './transmission.ts';
import { UplinkEnd } from './uplink-end.ts';

const headerOf = (picture: OutgoingPicture, digest: Uint8Array): FileHeader => ({
  name: picture.name,
  type: picture.type,
  byteLength: picture.blob.size,
  modified: picture.modified,
  ...(picture.width !== undefined && picture.height !== undefined
    ? { width: picture.width, height: picture.height }
    : {}),
  digest,
  previewBytes: picture.preview?.length ?? 0,
  ...(picture.thumb === undefined ? {} : { thumb: picture.thumb }),
});

/**
 * The offer of before, so that the receiver's picture ends with this reason, too. Nothing is in it of the
 * other file, which the person did not mean to send: no blur, no sides, no date.
 */
const headerOfBefore = (
  { name, type }: Pick<OutgoingPicture, 'name' | 'type'>,
  expected: ExpectedBytes,
): FileHeader => ({
  name,
  type,
  byteLength: expected.byteLength,
  modified: 0,
  digest: fromHex(expected.sha256),
  previewBytes: 0,
});

/** The meeting of what waits until its person offers it. */
const NOBODY = -1;

/** The sending half of a session's heavy work. */
export class SenderEngine {
  readonly #host: EngineHost;
  readonly #sender = new Sender();
  readonly #loop: EndpointLoop<SenderEvent>;
  readonly #entries = new Map<string, OutgoingEntry>();
  readonly #byTransfer = new Map<number, OutgoingEntry>();
  readonly #instance: Uint8Array;
  #otherInstance: string | undefined;
  /** Somebody has said hello and was not given up since. */
  #met = false;
  /** Counts the codes by which this side met others. */
  #meeting: number | undefined;
  #preparing = false;
  /** The control channel is open. */
  #connected = false;
  /** The page knows that the receiver floods this connection. */
  #flooded = false;
  readonly #publisher: Publisher;
  readonly #silence: SilenceWatch;
  readonly #uplink: UplinkEnd;
  /** Transfers that are offered or being sent. */
  #going = 0;
  /** Done, and their last figures may still arrive: oldest first. */
  readonly #finished: number[] = [];
  /** Pictures that were offered once more, since the receiver did not get or could not keep what was sent. */
  readonly #sentAgain = new Set<string>();

  constructor(host: EngineHost, instance: Uint8Array) {
    this.#host = host;
    this.#instance = instance;
    this.#publisher = new Publisher(host, () => this.#publishAll());
    this.#silence = new SilenceWatch((silent) => host.post({ type: 'silent', silent }));
    this.#loop = new EndpointLoop(this.#sender, host, (event) => this.#onEvent(event));
    this.#uplink = new UplinkEnd({
      now: () => this.#loop.now(),
      join: () => this.#sender.joinUplink(),
      order: (order) => {
        this.#sender.shareUplink(order, this.#loop.now());
        this.#loop.pump();
      },
    });
  }

  handle(message: ToSenderEngine): void {
    if (message.type === 'send') {
      this.#add(message.picture);
    } else if (message.type === 'limit-rate') {
      const { megabits } = message;
      this.#sender.limitRate(megabits > 0 ? (megabits * 1e6) / 8 : undefined, this.#loop.now());
      this.#loop.pump();
    } else if (message.type === 'call-off') {
      this.#callOff(message.name, message.expected);
    } else if (message.type === 'sharer') {
      this.#uplink.share(message.peer, message.port);
    } else if (message.type === 'sharer-gone') {
      this.#uplink.drop(message.peer);
    } else if (message.type === 'uplink') {
      this.#uplink.follow(message.port);
    } else if (message.type === 'offer-held') {
      this.#offerHeld(this.#entries.get(message.id));
    } else {
      this.#loop.handle(message);
      this.#onLink(message);
    }
  }

  #onLink(message: LinkMessage): void {
    switch (message.type) {
      case 'connected':
        if (message.meeting !== this.#meeting) this.#startMeeting(message.meeting, message.unasked);
        this.#setConnected(true);
        this.#flooded = false;
        this.#loop.expect();
        this.#sender.hello(this.#instance, message.name);
        if (message.companion !== true) this.#sender.invite();
        this.#loop.pump();
        this.#loop.introduced();
        break;
      case 'cancel': {
        const entry = this.#entries.get(message.id);
        if (entry === undefined) break;
        // The page shows it as failed already.
        if (entry.phase.state === 'interrupted') this.#entries.delete(message.id);
        else this.#end(entry, 'cancelled', 'cancelled-here', CancelReason.person);
        break;
      }
      case 'pause':
        this.#pause(this.#entries.get(message.id), message.paused);
        break;
      case 'disconnected':
        this.#setConnected(false);
        break;
      case 'lost':
        this.#onLost();
        break;
      case 'bye':
        this.#sender.bye();
        this.#loop.pump();
        break;
      default:
    }
  }

  /** Another receiver than before: what one permitted, and what was picked for them, ends with them. */
  #startMeeting(meeting: number, unasked = false): void {
    this.#onLost();
    this.#sender.allowEarlyPreviews(false);
    this.#sender.forgive();
    this.#meeting = meeting;
    // What waits for whoever comes next was not meant for one who comes without a press here.
    if (unasked) for (const entry of this.#entries.values()) entry.meeting ??= NOBODY;
  }

  /** What was moving has failed; what nobody had accepted yet waits. */
  #onLost(): void {
    this.#met = false;
    for (const entry of this.#byTransfer.values()) {
      const { state } = entry.phase;
      if (state === 'sending' || state === 'verifying')
        this.#withdraw(entry, { state: 'interrupted' }, 'interrupted');
      else if (state === 'offered') this.#withdraw(entry, { state: 'queued' });
    }
    this.#loop.pump();
  }

  /** Takes it back from the core, to offer it again. */
  #withdraw(entry: OutgoingEntry, phase: OutgoingPhase, problem?: ProblemCode): void {
    const transfer = transferOf(entry);
    if (transfer === undefined) return;
    this.#sender.cancel(transfer);
    this.#byTransfer.delete(transfer);
    this.#going -= 1;
    entry.source.release();
    this.#enter(entry, phase, problem);
  }

  // ---- preparing: one picture at a time, while the one before crosses

  #add(picture: OutgoingPicture): void {
    const entry = outgoingEntry(picture);
    this.#entries.delete(picture.id);
    this.#entries.set(picture.id, entry);
    this.#show(entry);
    if (this.#met) this.#offer(entry);
    void this.#prepare();
  }

  /** The receiver's waits for its next offer: this one ends it. */
  #callOff(name: string, expected: ExpectedBytes): void {
    if (!this.#met) return;
    const transfer = this.#sender.offer(headerOfBefore({ name, type: '' }, expected), this.#loop.now());
    this.#sender.cancel(transfer);
    this.#loop.pump();
  }

  #offerHeld(entry: OutgoingEntry | undefined): void {
    if (entry?.phase.state !== 'held') return;
    entry.meeting = undefined;
    this.#enter(entry, { state: 'queued' });
    if (this.#met) this.#offer(entry);
  }

  #pause(entry: OutgoingEntry | undefined, paused: boolean): void {
    const transfer = entry === undefined ? undefined : transferOf(entry);
    if (entry === undefined || transfer === undefined) return;
    if (this.#sender.pause(transfer, paused, this.#loop.now())) {
      entry.rests = paused;
      this.#showPause(entry);
    }
    this.#loop.pump();
  }

  /** What rests is not silent, and what goes on may be. */
  #showPause(entry: OutgoingEntry): void {
    this.#loop.expect();
    this.#show(entry);
    this.#publisher.start();
  }

  async #prepare(): Promise<void> {
    if (this.#preparing) return;
    this.#preparing = true;
    for (let entry = this.#unprepared(); entry !== undefined; entry = this.#unprepared())
      await this.#prepareOne(entry);
    this.#preparing = false;
  }

  #unprepared(): OutgoingEntry | undefined {
    for (const entry of this.#entries.values()) if (isOpen(entry) && entry.header === undefined) return entry;
    return undefined;
  }

  async #prepareOne(entry: OutgoingEntry): Promise<void> {
    const { picture } = entry;
    try {
      const digest =
        picture.digest ??
        (await entry.source.digest(
          (prepared) => this.#host.post({ type: 'update', update: { id: picture.id, prepared } }),
          () => !isOpen(entry),
        ));
      if (!isOpen(entry)) return;
      const { expected } = picture;
      entry.changed = expected !== undefined && expected.sha256 !== toHex(digest);
      entry.header =
        entry.changed && expected !== undefined
          ? headerOfBefore(picture, expected)
          : headerOf(picture, digest);
      this.#host.post({ type: 'update', update: { id: picture.id, sha256: toHex(digest) } });
      this.#host.post({ type: 'header', id: picture.id, bytes: encodeHeader(entry.header) });
      if (this.#met) this.#offer(entry);
    } catch {
      // The file was moved, changed or is on a drive that is gone.
      this.#end(entry, 'failed', 'source-unreadable', CancelReason.unreadable);
    }
  }

  /** To the receiver who is here, unless it waited for another: then the person is asked. */
  #offer(entry: OutgoingEntry): void {
    if (entry.phase.state !== 'queued') return;
    entry.meeting ??= this.#meeting;
    if (entry.meeting !== this.#meeting) {
      this.#enter(entry, { state: 'held' });
      return;
    }
    if (entry.header === undefined) return;
    // The receiver takes no more than that at a time; the rest follows as these end.
    if (this.#going >= MAX_WAITING_OFFERS) return;
    this.#going += 1;
    const transfer = this.#sender.offer(entry.header, this.#loop.now());
    this.#byTransfer.set(transfer, entry);
    if (entry.rests) this.#sender.pause(transfer, true, this.#loop.now());
    this.#enter(entry, { state: 'offered', transfer });
    this.#readAhead();
    if (entry.changed) this.#end(entry, 'failed', 'source-changed', CancelReason.changed);
    this.#loop.pump();
  }

  /**
   * Reads the front of the first picture without an answer, while nothing moves and the person on the other
   * side decides: a file's first bytes take some 30 ms. Of one alone, since it is held in memory.
   */
  #readAhead(): void {
    const live = [...this.#byTransfer.values()];
    if (live.some(({ phase }) => phase.state === 'sending')) return;
    const source = live.find(({ phase }) => phase.state === 'offered')?.source;
    // A file that cannot be read ends its picture when that is accepted.
    source?.read(0, 1).catch(() => undefined);
  }

  // ---- what the core says

  #onEvent(event: SenderEvent): void {
    switch (event.type) {
      case 'hello':
        this.#onHello(event.instance, event.name);
        return;
      case 'bye':
        // What is picked from now on waits for whoever is met next.
        this.#met = false;
        this.#sender.allowEarlyPreviews(false);
        for (const entry of this.#entries.values())
          if (isOpen(entry) && entry.phase.state !== 'held')
            this.#end(entry, 'failed', 'peer-left', CancelReason.person);
        this.#host.post({ type: 'peer-left' });
        return;
      case 'lanes':
      case 'back':
        this.#host.post(event);
        return;
      case 'flooded':
        // Once: the page ends the connection.
        if (!this.#flooded) this.#host.post(event);
        this.#flooded = true;
        return;
      case 'uplink':
        this.#uplink.report(event.report);
        return;
      default:
    }
    const entry = this.#byTransfer.get(event.transfer);
    if (entry === undefined) return;
    switch (event.type) {
      case 'accepted':
        this.#enter(entry, {
          state: 'sending',
          transmission: this.#startTransmission(entry, event.transfer),
        });
        this.#publisher.start();
        return;
      case 'delivered':
        if (entry.phase.state === 'sending') this.#enter(entry, { ...entry.phase, state: 'verifying' });
        return;
      case 'need':
        void this.#provide(entry, event);
        return;
      case 'declined':
        this.#finish(entry, 'declined');
        return;
      case 'complete':
        if (event.verified) this.#finish(entry, 'done');
        else this.#finish(entry, 'failed', 'digest-mismatch');
        this.#publishOne(entry);
        if (!event.verified) this.#sendAgain(entry);
        return;
      case 'cancelled':
        this.#finish(
          entry,
          event.reason === CancelReason.person ? 'cancelled' : 'failed',
          problemOf(event.reason),
        );
        if (event.reason === CancelReason.storageFailed) this.#sendAgain(entry);
        return;
      case 'paused':
        this.#showPause(entry);
        return;
      case 'silence':
        this.#finish(entry, 'failed', 'timed-out');
        return;
      case 'violation':
        this.#finish(entry, 'failed', 'protocol-violation');
        this.#publishOne(entry);
        return;
      case 'progress':
        transmissionOf(entry)?.onProgress(event.report, this.#originalOf(entry));
        if (event.report.final) this.#publishOne(entry);
        return;
    }
  }

  /** The receiver has other bytes, or could not keep them: once by itself, and then the person is asked. */
  #sendAgain({ picture: sent, header }: OutgoingEntry): void {
    const { digest: _, rests: __, ...picture } = sent;
    if (this.#sentAgain.has(picture.id) || header === undefined) return;
    this.#sentAgain.add(picture.id);
    this.#add({ ...picture, expected: { sha256: toHex(header.digest), byteLength: header.byteLength } });
  }

  #startTransmission({ picture }: OutgoingEntry, transfer: number): Transmission {
    const { packetsLost } = this.#sender.figures();
    return new Transmission(transfer, picture.blob.size, { at: this.#host.now(), packetsLost });
  }

  #onHello(instance: Uint8Array, name: string): void {
    const other = toHex(instance);
    const known = this.#otherInstance;
    this.#otherInstance = other;
    this.#met = true;
    if (known !== undefined) this.#sender.resync(known !== other);
    this.#host.post({ type: 'peer', name });
    const forgotten = known !== undefined && known !== other;
    for (const entry of this.#entries.values()) {
      const { phase } = entry;
      if (phase.state === 'interrupted') this.#enter(entry, { state: 'queued' });
      else if (forgotten && (phase.state === 'sending' || phase.state === 'verifying'))
        this.#enter(entry, { state: 'offered', transfer: phase.transmission.transfer });
      this.#offer(entry);
    }
    this.#loop.pump();
  }

  async #provide(entry: OutgoingEntry, need: Extract<SenderEvent, { type: 'need' }>): Promise<void> {
    const { preview } = entry.picture;
    try {
      const bytes =
        need.kind === ORIGINAL
          ? await entry.source.read(need.from, need.to)
          : (preview ?? new Uint8Array(0)).subarray(need.from, need.to);
      // Reading less than asked: the file is shorter than it was.
      if (bytes.length !== need.to - need.from) throw new Error('the file has changed');
      this.#sender.provide(need.transfer, need.kind, need.block, bytes);
      this.#loop.pump();
    } catch {
      this.#end(entry, 'failed', 'source-changed', CancelReason.changed);
    }
  }

  #end(
    entry: OutgoingEntry,
    state: 'failed' | 'cancelled',
    problem: ProblemCode,
    reason: CancelReason,
  ): void {
    const transfer = transferOf(entry);
    if (isOpen(entry) && transfer !== undefined) this.#sender.cancel(transfer, reason);
    this.#finish(entry, state, problem);
    this.#loop.pump();
  }

  /** Forgets what has ended, but for late figures: to send it again the page hands it over again. */
  #finish(entry: OutgoingEntry, state: OutgoingEnd, problem?: ProblemCode): void {
    if (!isOpen(entry)) return;
    const { picture, source } = entry;
    const transfer = transferOf(entry);
    source.release();
    if (this.#entries.get(picture.id) === entry) this.#entries.delete(picture.id);
    this.#enter(entry, { state, transmission: transmissionOf(entry), endedAt: this.#host.now() }, problem);
    if (transfer === undefined) return;
    this.#going -= 1;
    this.#finished.push(transfer);
    const oldest = this.#finished[0];
    if (oldest !== undefined && this.#finished.length > MAX_REMEMBERED) {
      this.#finished.shift();
      this.#byTransfer.delete(oldest);
    }
    this.#readAhead();
    queueMicrotask(() => this.#offerAll());
  }

  #offerAll(): void {
    if (!this.#met || this.#going >= MAX_WAITING_OFFERS) return;
    for (const entry of this.#entries.values()) this.#offer(entry);
  }

  // ---- what the page sees

  #enter(entry: OutgoingEntry, phase: OutgoingPhase, problem?: ProblemCode): void {
    entry.phase = phase;
    this.#show(entry, problem);
  }

  #show(entry: OutgoingEntry, problem?: ProblemCode): void {
    const paused = this.#pausedBy(entry);
    this.#host.post({
      type: 'update',
      update: {
        id: entry.picture.id,
        state: shownState(stateOf(entry), this.#connected && paused === 'nobody'),
        paused,
        ...(problem === undefined ? {} : { problem: { code: problem } }),
      },
    });
  }

  #pausedBy(entry: OutgoingEntry): PausedBy {
    const transfer = transferOf(entry);
    // Before it is offered, the page knows whether it rests then.
    if (transfer === undefined) return entry.rests ? 'here' : 'nobody';
    return pausedBy(this.#sender.transfer(transfer)?.pauses);
  }

  /** What moves is paused while there is no connection. */
  #setConnected(connected: boolean): void {
    this.#connected = connected;
    for (const entry of this.#entries.values()) if (entry.phase.state === 'sending') this.#show(entry);
  }

  /** @returns whether any picture is on its way */
  #publishAll(): boolean {
    let active = false;
    let sending = false;
    for (const entry of this.#byTransfer.values()) {
      const { state } = entry.phase;
      if (state !== 'sending' && state !== 'verifying') continue;
      active = true;
      sending ||= state === 'sending' && this.#pausedBy(entry) === 'nobody';
      // Most pictures of an album that was accepted at once are waiting for their turn: nothing of them has
      // changed.
      const original = this.#originalOf(entry);
      if (original !== undefined && original.packetsSent + original.chunksDelivered > 0)
        this.#publishOne(entry);
    }
    this.#silence.look(sending && this.#connected, this.#loop.silentFor());
    return active;
  }

  #publishOne(entry: OutgoingEntry): void {
    const { phase, picture } = entry;
    const transmission = transmissionOf(entry);
    const original = this.#originalOf(entry);
    if (transmission === undefined || original === undefined) return;
    const map = transmission.takeCells(original);
    if (map !== undefined)
      this.#host.post({ type: 'chunks', id: picture.id, map, order: new Uint32Array(0) });
    const figures = transmission.figures(
      original,
      this.#sender.figures(),
      phase.state === 'done',
      this.#host.now(),
      'endedAt' in phase ? phase.endedAt : undefined,
    );
    this.#host.post({ type: 'update', update: { id: picture.id, figures } });
  }

  /** `undefined`: it was not offered, or the core has forgotten it. */
  #originalOf(entry: OutgoingEntry): OutgoingObject | undefined {
    const transfer = transferOf(entry);
    return transfer === undefined ? undefined : this.#sender.transfer(transfer)?.original;
  }
}
