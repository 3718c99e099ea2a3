/**
 * The receiver in its worker: commands of the page, events of the core, and what the page is shown of both.
 */
import { CancelReason } from '../../protocol/wire/control-message.ts';
import type { FileHeader } from '../../protocol/wire/file-header.ts';
import { Receiver } from '../../protocol/receiving/receiver.ts';
import type { IncomingObject } from '../../protocol/receiving/incoming-object.ts';
import type { ReceiverEvent } from '../../protocol/receiving/receiver-event.ts';
import { PREVIEW } from '../../protocol/wire/stream-id.ts';
import type { ByteStore } from '../../storage/byte-store.ts';
import { decodeFinished, type FileFacts } from '../../storage/finished-record.ts';
import type { Figures, PausedBy, ProblemCode } from '../model.ts';
import { pausedBy } from './paused-by.ts';
import { problemOf, storageReason } from '../bridge/cancel-reasons.ts';
import { toHex } from '../../checksum/hex.ts';
import { EndpointLoop, type EngineHost } from './endpoint-loop.ts';
import type { ToReceiverEngine } from '../bridge/engine-messages.ts';
import { shownState } from '../transfer-state.ts';
import { Publisher } from './publisher.ts';
import { receiverFigures } from './figures.ts';
import {
  fileOf,
  incomingEntry,
  isOpen,
  receptionOf,
  startReception,
  stateOf,
  type IncomingEntry,
  type IncomingPhase,
  type Reception,
} from './incoming-entry.ts';
import { MAX_WAITING_OFFERS } from '../../protocol/limits.ts';
import { IncomingFile, type KeptPart } from './incoming-file.ts';
import { KnownSenders, type KnownSendersRecord } from './known-senders.ts';
import { SilenceWatch } from './silence-watch.ts';
import { isOf, StoredPicture } from './stored-picture.ts';

/**
 * Offers whose leftovers are looked for at a time, before anyone has accepted; the others are looked for
 * then.
 */
const MAX_LOOKING = 16;

/** The receiving half of a session's heavy work. */
export class ReceiverEngine {
  readonly #host: EngineHost;
  readonly #instance: Uint8Array;
  readonly #store: ByteStore;
  #receiver = new Receiver();
  readonly #loop: EndpointLoop<ReceiverEvent>;
  readonly #entries = new Map<string, IncomingEntry>();
  readonly #byTransfer = new Map<number, IncomingEntry>();
  /** Done and not thrown away, open until they are saved; each was accepted by the person. */
  readonly #finished = new Map<string, StoredPicture>();
  /** By the page's ids: what is kept of pictures that have ended, each accepted by the person. */
  readonly #parts = new Map<string, KeptPart>();
  readonly #senders = new KnownSenders();
  /** Whom this session has met last. */
  readonly #sender = {
    /** As `KnownSenders` calls it. */
    name: 'none',
    /** Its page's, hex. */
    instance: undefined as string | undefined,
    /** Counts the pages: each numbers its transfers from one. */
    epoch: 0,
    meeting: 0,
  };
  /** Digests of pictures of a sender whose page was loaded anew: each goes on once it is offered again. */
  readonly #returning = new Map<string, string>();
  /** The control channel; `greeted`: the other side has introduced itself on it. */
  readonly #channel = { open: false, greeted: false, flooded: false };
  /** Offers whose leftovers are being looked for. */
  #looking = 0;
  /** The store is being asked for its room. */
  #measuring = false;
  readonly #publisher: Publisher;
  readonly #silence: SilenceWatch;
  /** The page's tab, for the record of what is finished. */
  #tab = '';

  constructor(host: EngineHost, instance: Uint8Array, store: ByteStore) {
    this.#host = host;
    this.#instance = instance;
    this.#store = store;
    this.#publisher = new Publisher(host, () => this.#publishAll());
    this.#silence = new SilenceWatch((silent) => host.post({ type: 'silent', silent }));
    this.#loop = new EndpointLoop<ReceiverEvent>(this.#receiver, host, (event) => this.#onEvent(event));
    if (store.limit !== Infinity) host.post({ type: 'memory-only', limit: store.limit });
  }

  handle(message: ToReceiverEngine): void {
    switch (message.type) {
      case 'accept':
        void this.#accept(message.id);
        break;
      case 'tab':
        this.#tab = message.name;
        break;
      case 'senders':
        this.#recall(message.record, message.meeting);
        break;
      case 'back':
        this.#receiver.sendBack(message.nonce);
        this.#loop.pump();
        break;
      case 'decline':
        this.#decline(message.id);
        break;
      case 'release':
        this.#release(message.id, message.readFor);
        break;
      case 'throw-away':
        void this.#throwAway(message.id, message.readFor);
        break;
      case 'read-beginning':
        void this.#answerBeginning(message.request, message.id);
        break;
      case 'read':
        this.#answerRead(message.request, message.id, message.from, message.to);
        break;
      case 'cancel':
        this.#cancel(message.id);
        break;
      case 'measure-room':
        this.#measureRoom();
        break;
      case 'pause': {
        const entry = this.#entries.get(message.id);
        if (entry !== undefined) this.#pause(entry, message.paused);
        break;
      }
      case 'connected':
        this.#onConnected(message.meeting, message.name);
        break;
      case 'lost':
        this.#onLost();
        break;
      case 'bye':
        this.#receiver.bye();
        this.#loop.pump();
        for (const entry of this.#entries.values())
          if (entry.phase.state === 'receiving') entry.phase.reception.file.keep();
        break;
      case 'disconnected':
        this.#channel.greeted = false;
        this.#receiver.disconnected();
        this.#loop.handle(message);
        this.#setConnected(false);
        break;
      default:
        this.#loop.handle(message);
    }
  }

  // ---- the connection

  #onConnected(meeting: number, name: string): void {
    this.#setConnected(true);
    this.#loop.expect();
    this.#channel.greeted = false;
    this.#channel.flooded = false;
    this.#startMeeting(meeting);
    this.#receiver.hello(this.#instance, name);
    this.#loop.pump();
    this.#loop.introduced();
  }

  #onLost(): void {
    for (const entry of this.#byTransfer.values()) {
      if (isOpen(entry)) this.#receiver.cancel(entry.transfer);
      this.#abandon(entry, 'interrupted');
    }
    this.#endReturning('failed', 'interrupted');
    this.#loop.pump();
  }

  #recall(record: KnownSendersRecord, meeting: number): void {
    this.#senders.recall(record, meeting);
    // Before the next one's first word, which may never be said: a page that is loaded anew until then must
    // not take that one for the last.
    if (meeting !== this.#sender.meeting)
      this.#host.post({ type: 'senders', record: this.#senders.record() });
    this.#startMeeting(meeting);
  }

  #startMeeting(meeting: number): void {
    if (meeting !== this.#sender.meeting) this.#receiver.forgive();
    this.#sender.meeting = meeting;
  }

  // ---- answers to offers

  async #accept(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry?.phase.state !== 'offered') return;
    const { leftover } = entry.phase;
    const acceptedAt = this.#host.now();
    const part = this.#takePart(entry);
    const file = new IncomingFile(
      StoredPicture.open(this.#store, this.#sender.name, this.#factsOf(entry.header), part),
      () => this.#host.now(),
      (error) => this.#failStorage(entry, error),
    );
    entry.phase = { state: 'opening', file, acceptedAt };
    // Making a file takes other processes their time. Where there is nothing to go on with, the sender need
    // not wait for it.
    if (leftover !== false) await file.made;
    // It may have been withdrawn meanwhile, or have failed.
    if (stateOf(entry) !== 'offered' || this.#byTransfer.get(entry.transfer) !== entry) return;
    const have = file.stored?.have ?? [];
    const alreadyHere = entry.chunks.resumed(have);
    const reception = startReception(file, acceptedAt, this.#receiver.missing, alreadyHere);
    this.#enter(entry, { state: 'receiving', reception });
    this.#showPreview(entry);
    this.#receiver.accept(entry.transfer, have, this.#loop.now());
    if (entry.rests) this.#pause(entry, true);
    this.#loop.pump();
    // While another picture crosses, an answer here is no sign of the other side.
    if (this.#publisher.idle) this.#loop.expect();
    this.#publisher.start();
  }

  /** What is kept of these bytes goes on, and is no part by itself any more. @returns its entry */
  #takePart({ header }: IncomingEntry): string | undefined {
    const sha256 = toHex(header.digest);
    for (const [id, { stored }] of this.#parts) {
      if (!isOf(stored, this.#sender.name, sha256)) continue;
      this.#parts.delete(id);
      return stored;
    }
    return undefined;
  }

  #decline(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || stateOf(entry) !== 'offered') return;
    this.#receiver.decline(entry.transfer);
    fileOf(entry)?.discard();
    this.#enter(entry, { state: 'declined' });
    this.#loop.pump();
  }

  #cancel(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#end(entry, 'cancelled', 'cancelled-here', CancelReason.person);
    else if (this.#returning.has(id)) {
      this.#endReturning('cancelled', 'cancelled-here', id);
      void this.#throwAway(id);
    }
  }

  #release(id: string, readFor: number): void {
    const stored = this.#finished.get(id);
    if (stored === undefined) return;
    stored.release();
    this.#host.post({ type: 'released', stored: stored.id, readFor });
  }

  #pause(entry: IncomingEntry, paused: boolean): void {
    const changed = this.#receiver.pause(entry.transfer, paused, this.#loop.now());
    // Before its file is open, the core knows of no acceptance.
    if (changed || stateOf(entry) === 'offered') entry.rests = paused;
    if (changed) this.#showPause(entry);
    this.#loop.pump();
  }

  /** @param readFor how long a download may still read it, ms: it goes then, or when the page is left */
  async #throwAway(id: string, readFor = 0): Promise<void> {
    const finished = this.#finished.get(id);
    const stored = finished?.id ?? this.#parts.get(id)?.stored;
    this.#finished.delete(id);
    this.#parts.delete(id);
    if (stored === undefined) return;
    if (readFor > 0) {
      finished?.release();
      this.#host.post({ type: 'released', stored, readFor });
      await new Promise<void>((resolve) => this.#host.schedule(readFor, resolve));
    }
    try {
      if (finished !== undefined && readFor > 0) await this.#store.remove(stored);
      else if (finished !== undefined) await finished.discard();
      else if (!(await this.#becameWhole(stored))) await this.#store.remove(stored);
    } catch {
      // In use elsewhere: it is swept in a day.
    }
    this.#measureRoom();
  }

  /** Another tab has gone on with this part: what it made of it is that tab's. */
  async #becameWhole(stored: string): Promise<boolean> {
    const bytes = await this.#store.open(stored);
    const record = bytes?.loadState();
    bytes?.close();
    return record !== undefined && decodeFinished(record) !== undefined;
  }

  async #answerBeginning(request: number, id: string): Promise<void> {
    const part = this.#parts.get(id);
    const blob = part && (await this.#store.beginning(part.stored, part.prefixBytes).catch(() => undefined));
    this.#host.post({ type: 'beginning', request, blob });
  }

  #answerRead(request: number, id: string, from: number, to: number): void {
    const entry = this.#entries.get(id);
    const file = entry === undefined ? undefined : fileOf(entry);
    if (entry !== undefined && file !== undefined && file.stored === undefined && isOpen(entry)) {
      void file.made.then(() => this.#answerRead(request, id, from, to));
      return;
    }
    let bytes: Uint8Array<ArrayBuffer> | undefined;
    try {
      const known = entry === undefined ? 0 : this.#prefixBytes(entry);
      if (file?.stored !== undefined && from >= 0 && to <= known && from <= to)
        bytes = new Uint8Array(file.stored.read(from, to));
    } catch {
      // The store is closed: the page has the file itself by now.
    }
    this.#host.post({ type: 'bytes', request, bytes }, bytes === undefined ? [] : [bytes.buffer]);
  }

  // ---- what the core says

  #onEvent(event: ReceiverEvent): void {
    switch (event.type) {
      case 'hello':
        this.#onHello(event.instance, event.name);
        return;
      case 'bye':
        for (const entry of this.#entries.values()) this.#abandon(entry);
        this.#endReturning('failed', 'peer-left');
        this.#host.post({ type: 'peer-left' });
        return;
      case 'flooded':
        // Once: the page ends the connection.
        if (!this.#channel.flooded) this.#host.post({ type: 'flooded' });
        this.#channel.flooded = true;
        return;
      case 'invited':
        this.#host.post(event);
        return;
      case 'offered':
        this.#onOffer(event.transfer, event.header);
        return;
      default:
    }
    const entry = this.#byTransfer.get(event.transfer);
    if (entry === undefined) return;
    switch (event.type) {
      case 'chunk':
        if (entry.chunks.empty) this.#host.post({ type: 'began', id: entry.id });
        entry.chunks.arrived(event.chunk);
        return;
      case 'block':
        this.#onBlock(entry, event);
        return;
      case 'twice':
        entry.chunks.duplicate(event.chunk);
        return;
      case 'sending':
        this.#onSending(entry, event);
        return;
      case 'whole':
        void this.#verify(entry);
        return;
      case 'final':
        this.#publishOne(entry);
        // Nothing more will be said of it.
        if (entry.phase.state === 'done' && this.#receiver.transfer(entry.transfer)?.sent !== undefined)
          this.#forget(entry);
        return;
      case 'cancelled':
        // The sender's person, or its file, is another matter than its network or its drive.
        if (event.reason === CancelReason.silence || event.reason === CancelReason.unreadable)
          this.#keep(entry);
        else {
          fileOf(entry)?.discard();
          for (let part = this.#takePart(entry); part !== undefined; part = this.#takePart(entry))
            void this.#store.remove(part).catch(() => undefined);
        }
        this.#enter(
          entry,
          { state: event.reason === CancelReason.person ? 'cancelled' : 'failed' },
          problemOf(event.reason),
        );
        return;
      case 'paused':
        this.#showPause(entry);
        return;
      case 'silence':
        this.#keep(entry);
        this.#enter(entry, { state: 'failed' }, 'timed-out');
        return;
    }
  }

  #onHello(instance: Uint8Array, name: string): void {
    // Once on each control channel (P-15): every other one would cost a name, a page's update and a new
    // endpoint.
    if (this.#channel.greeted) return;
    this.#channel.greeted = true;
    const other = toHex(instance);
    const before = this.#sender.name;
    this.#sender.name = this.#senders.met(other, this.#sender.meeting);
    this.#host.post({ type: 'senders', record: this.#senders.record() });
    const returned = before === this.#sender.name;
    if (!returned) this.#endReturning('failed', 'interrupted');
    if (this.#sender.instance !== undefined && this.#sender.instance !== other) {
      // It numbers its transfers from one again. What is stored stays for the next offer of the same sender.
      for (const entry of this.#byTransfer.values())
        if (returned) this.#awaitReturn(entry);
        else this.#abandon(entry);
      this.#byTransfer.clear();
      this.#receiver = new Receiver(this.#receiver);
      this.#loop.replace(this.#receiver);
      this.#sender.epoch += 1;
    }
    this.#sender.instance = other;
    this.#host.post({ type: 'peer', name });
  }

  #onOffer(transfer: number, header: FileHeader): void {
    const entry = incomingEntry(`${this.#sender.epoch}.${transfer}`, transfer, header);
    // The page shows the offer in the place of the picture that waited for it.
    const digest = toHex(header.digest);
    for (const [id, returning] of this.#returning) if (returning === digest) this.#returning.delete(id);
    void this.#look(entry).then(() => this.#measureRoom());
    this.#entries.set(entry.id, entry);
    this.#byTransfer.set(transfer, entry);
    const { name, type, byteLength, modified, width, height, thumb } = header;
    this.#host.post({
      type: 'offered',
      id: entry.id,
      name,
      mediaType: type,
      byteLength,
      modified,
      ...(width === undefined || height === undefined ? {} : { width, height }),
      sha256: digest,
      from: this.#sender.name,
      ...(thumb === undefined ? {} : { thumb }),
    });
  }

  #onBlock(entry: IncomingEntry, event: Extract<ReceiverEvent, { type: 'block' }>): void {
    if (event.kind === PREVIEW) {
      entry.preview = event.bytes.slice();
      event.reuse();
      if (stateOf(entry) !== 'offered') this.#showPreview(entry);
      return;
    }
    if (entry.phase.state !== 'receiving') return;
    const { reception } = entry.phase;
    entry.chunks.rebuilt(event.block, event.rebuilt);
    reception.byteLength += event.bytes.length;
    reception.file.write(event);
    event.reuse();
  }

  #onSending(entry: IncomingEntry, event: Extract<ReceiverEvent, { type: 'sending' }>): void {
    const reception = receptionOf(entry);
    if (reception !== undefined) reception.roundTrip = event.roundTrip;
    entry.chunks.sentAgain(event.again);
  }

  async #look(entry: IncomingEntry): Promise<void> {
    if (this.#looking >= MAX_LOOKING) return;
    this.#looking += 1;
    const leftover = await StoredPicture.left(this.#store, this.#sender.name, entry.header.digest);
    this.#looking -= 1;
    if (entry.phase.state === 'offered') entry.phase.leftover = leftover;
  }

  #anyOffered(): boolean {
    for (const { phase } of this.#entries.values()) if (phase.state === 'offered') return true;
    return false;
  }

  /** Whether there is room for what is offered, beside what was accepted already. */
  #measureRoom(): void {
    if (this.#measuring || !this.#anyOffered()) return;
    this.#measuring = true;
    void this.#store.space().then((space) => {
      this.#measuring = false;
      let left = space;
      for (const { phase, header } of this.#entries.values())
        if (phase.state === 'opening') left -= header.byteLength;
        else if (phase.state === 'receiving') left -= header.byteLength - phase.reception.byteLength;
      for (const entry of this.#entries.values()) {
        const { phase, header } = entry;
        if (phase.state !== 'offered') continue;
        // Some of what is stored may be of these very bytes.
        const short = phase.leftover !== true && header.byteLength > left;
        if (short === entry.short) continue;
        entry.short = short;
        const update = { id: entry.id, space: short ? Math.max(0, left) : Infinity };
        this.#host.post({ type: 'update', update });
      }
    });
  }

  /**
   * The page hears of a preview once its picture is accepted: until then it waits here, where few of them fit
   * (P-49).
   */
  #showPreview(entry: IncomingEntry): void {
    const { id, preview } = entry;
    entry.preview = undefined;
    if (preview !== undefined) this.#host.post({ type: 'preview', id, bytes: preview });
  }

  async #verify(entry: IncomingEntry): Promise<void> {
    if (entry.phase.state !== 'receiving') return;
    const { reception } = entry.phase;
    this.#enter(entry, { state: 'verifying', reception });
    const file = await reception.file.verify(entry.header.digest);
    // Failed, or ended while the digest was made.
    if (file === undefined || stateOf(entry) !== 'verifying') return;
    const endedAt = this.#host.now();
    if (this.#byTransfer.get(entry.transfer) === entry)
      this.#receiver.verified(entry.transfer, file !== 'other-bytes', this.#loop.now());
    this.#loop.pump();
    if (file !== 'other-bytes') this.#finish(entry, reception, file, endedAt);
    else {
      reception.file.discard();
      this.#enter(entry, { state: 'failed' }, 'digest-mismatch');
    }
  }

  #finish(entry: IncomingEntry, reception: Reception, blob: Blob, endedAt: number): void {
    const { stored } = reception.file;
    if (stored === undefined) return;
    this.#finished.set(entry.id, stored);
    this.#host.post({ type: 'file', id: entry.id, blob });
    entry.phase = { state: 'done', reception, endedAt };
    this.#publishOne(entry);
    this.#showState(entry);
    // Behind what the page shows: it waits for the disk.
    stored.finished();
  }

  #factsOf({ name, type, byteLength, modified, width, height, digest }: FileHeader): FileFacts {
    const size = width === undefined || height === undefined ? {} : { width, height };
    return { name, type, byteLength, modified, ...size, sha256: toHex(digest), tab: this.#tab };
  }

  #failStorage(entry: IncomingEntry, error: unknown): void {
    const reason = storageReason(error);
    this.#end(entry, 'failed', problemOf(reason), reason);
  }

  #end(
    entry: IncomingEntry,
    state: 'failed' | 'cancelled',
    problem: ProblemCode,
    reason: CancelReason,
  ): void {
    if (!isOpen(entry) && entry.phase.state !== 'verifying') return;
    if (this.#byTransfer.get(entry.transfer) === entry) this.#receiver.cancel(entry.transfer, reason);
    fileOf(entry)?.discard();
    this.#enter(entry, { state }, problem);
    this.#loop.pump();
  }

  /** The sender is gone; what has arrived stays for another time. */
  #abandon(entry: IncomingEntry, problem: ProblemCode = 'peer-left'): void {
    if (!isOpen(entry)) return;
    this.#keep(entry);
    this.#enter(entry, { state: 'failed' }, problem);
  }

  /** What has arrived stays, for the person to save or to throw away, or to go on with. */
  #keep(entry: IncomingEntry): void {
    const { id } = entry;
    fileOf(entry)?.keep((part) => {
      this.#parts.set(id, part);
      const { hereBytes, prefixBytes } = part;
      this.#host.post({ type: 'update', update: { id, part: { hereBytes, prefixBytes } } });
    });
  }

  /** The sender's page was loaded anew: what has arrived stays, and it goes on with the next offer of it. */
  #awaitReturn(entry: IncomingEntry): void {
    if (!isOpen(entry)) return;
    if (this.#returning.size >= MAX_WAITING_OFFERS) return this.#abandon(entry, 'sender-returned');
    this.#keep(entry);
    entry.phase = { state: 'failed' };
    this.#forget(entry);
    this.#returning.set(entry.id, toHex(entry.header.digest));
    const problem = { code: 'sender-returned' } as const;
    this.#host.post({ type: 'update', update: { id: entry.id, state: 'paused', problem } });
  }

  /** Nothing more is expected of them, or of the one with this id. */
  #endReturning(state: 'failed' | 'cancelled', code: ProblemCode, only?: string): void {
    for (const id of this.#returning.keys()) {
      if (only !== undefined && id !== only) continue;
      this.#returning.delete(id);
      this.#host.post({ type: 'update', update: { id, state, problem: { code } } });
    }
  }

  // ---- what the page sees

  /** What moves is paused while there is no connection. */
  #setConnected(connected: boolean): void {
    this.#channel.open = connected;
    for (const entry of this.#byTransfer.values())
      if (entry.phase.state === 'receiving') this.#showState(entry);
  }

  #enter(entry: IncomingEntry, phase: IncomingPhase, problem?: ProblemCode): void {
    entry.phase = phase;
    if (phase.state === 'failed' || phase.state === 'cancelled' || phase.state === 'declined')
      this.#forget(entry);
    this.#showState(entry, problem);
  }

  /** What rests is not silent, and what goes on may be. */
  #showPause(entry: IncomingEntry): void {
    this.#loop.expect();
    this.#showState(entry);
    this.#publisher.start();
  }

  #pausedBy(entry: IncomingEntry): PausedBy {
    // Of what has ended, the page knows whether it rests when it is offered again.
    if (this.#byTransfer.get(entry.transfer) !== entry) return entry.rests ? 'here' : 'nobody';
    return pausedBy(this.#receiver.transfer(entry.transfer)?.pauses);
  }

  #showState(entry: IncomingEntry, problem?: ProblemCode): void {
    const paused = this.#pausedBy(entry);
    this.#host.post({
      type: 'update',
      update: {
        id: entry.id,
        state: shownState(stateOf(entry), this.#channel.open && paused === 'nobody'),
        paused,
        ...(problem === undefined ? {} : { problem: { code: problem } }),
      },
    });
  }

  /** What is over leaves nothing here: the page shows what it has. */
  #forget(entry: IncomingEntry): void {
    this.#entries.delete(entry.id);
    this.#measureRoom();
    if (this.#byTransfer.get(entry.transfer) === entry) this.#byTransfer.delete(entry.transfer);
    entry.preview = undefined;
  }

  /** @returns whether any picture is on its way */
  #publishAll(): boolean {
    let active = false;
    let expecting = false;
    for (const entry of this.#byTransfer.values()) {
      if (entry.phase.state !== 'receiving') continue;
      active = true;
      expecting ||= this.#pausedBy(entry) === 'nobody';
      // Most pictures of an album that was accepted at once are waiting for their turn: nothing of them has
      // changed.
      if (!entry.chunks.empty || entry.phase.reception.byteLength > 0) this.#publishOne(entry);
    }
    this.#silence.look(expecting && this.#channel.open, this.#loop.silentFor());
    return active;
  }

  #publishOne(entry: IncomingEntry): void {
    const original = this.#originalOf(entry);
    if (original === undefined) return;
    let holes = 0;
    if (entry.phase.state === 'receiving')
      original.holes((chunk, block) => {
        holes += 1;
        entry.chunks.missing(chunk, block);
      });
    const report = entry.chunks.take();
    if (report !== undefined) this.#host.post({ type: 'chunks', id: entry.id, ...report });
    const figures = this.#figures(entry, holes);
    if (figures !== undefined) this.#host.post({ type: 'update', update: { id: entry.id, figures } });
  }

  #figures(entry: IncomingEntry, holes: number): Figures | undefined {
    const reception = receptionOf(entry);
    if (reception === undefined) return undefined;
    const incoming = this.#receiver.transfer(entry.transfer);
    const { sent } = incoming ?? {};
    const now = this.#host.now();
    const endedAt = entry.phase.state === 'done' ? entry.phase.endedAt : undefined;
    return receiverFigures({
      byteLength: entry.header.byteLength,
      chunksTotal: entry.chunks.chunksTotal,
      chunks: incoming?.chunks ?? 0,
      repaired: incoming?.repaired ?? 0,
      holes,
      packets: incoming?.packets ?? 0,
      duplicates: incoming?.duplicates ?? 0,
      overtaken: Math.max(0, this.#receiver.missing - reception.missingBefore),
      sent,
      bytesReceived: reception.byteLength,
      prefixBytes: this.#prefixBytes(entry),
      rate: reception.meter.add(reception.byteLength, now),
      seconds: Math.max(0.001, ((endedAt ?? now) - reception.acceptedAt) / 1000),
      over: endedAt !== undefined,
      roundTrip: sent?.roundTrip ?? reception.roundTrip,
      lanes: this.#receiver.lanes,
    });
  }

  #prefixBytes(entry: IncomingEntry): number {
    if (entry.phase.state === 'done') return entry.header.byteLength;
    return this.#originalOf(entry)?.prefixBytes ?? 0;
  }

  /** `undefined`: the core has forgotten it, or it is of another page of the sender. */
  #originalOf(entry: IncomingEntry): IncomingObject | undefined {
    if (this.#byTransfer.get(entry.transfer) !== entry) return undefined;
    return this.#receiver.transfer(entry.transfer)?.original;
  }
}
