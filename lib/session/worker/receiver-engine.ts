import { CancelReason } from '../../protocol/wire/control-message.ts';
import type { Run } from '../../protocol/wire/run-list.ts';
import { blockRange, firstChunk, geometryOf } from '../../protocol/geometry.ts';
import type { FileHeader } from '../../protocol/wire/file-header.ts';
import { Receiver } from '../../protocol/receiving/receiver.ts';
import type { ReceiverEvent } from '../../protocol/receiving/receiver-event.ts';
import { PREVIEW } from '../../protocol/wire/stream-id.ts';
import { StorageError, type ByteStore } from '../../storage/byte-store.ts';
import { Cell, type Figures, type ProblemCode, type TransferState } from '../model.ts';
import { problemOf, storageReason } from '../bridge/cancel-reasons.ts';
import { ChunkCellMap } from './chunk-cells.ts';
import { toHex } from './digest.ts';
import { EndpointLoop, type EngineHost } from './endpoint-loop.ts';
import type { ToReceiverEngine } from '../bridge/engine-messages.ts';
import { shownState } from '../transfer-state.ts';
import { Publisher } from './publisher.ts';
import { RateMeter } from './rate-meter.ts';
import { receiverFigures } from './figures.ts';
import { StoredPicture } from './stored-picture.ts';

/** Entries of the chunk log kept for one picture: a gigabyte's worth of chunks. */
const MAX_LOG = 1_000_000;

/**
 * Offers whose leftovers are looked for at a time, before anyone has accepted; the others are looked for
 * then.
 */
const MAX_LOOKING = 16;

/** 16 MB that may wait for their file to be made, which takes tenths of a second at most. */
const MAX_EARLY_BLOCKS = 256;

interface Entry {
  readonly id: string;
  readonly transfer: number;
  readonly header: FileHeader;
  readonly cells: ChunkCellMap;
  readonly meter: RateMeter;
  state: TransferState;
  /** Its preview, while no one has accepted it. */
  preview?: Uint8Array;
  stored?: StoredPicture;
  /** Whether an earlier session left something of these very bytes; unknown for a moment after the offer. */
  left?: boolean;
  /** Settles once `stored` is there, or the entry has failed. */
  opening?: Promise<void>;
  /** Blocks that arrived before their file was made. */
  readonly early: { readonly block: number; readonly at: number; readonly bytes: Uint8Array }[];
  acceptedAt: number;
  endedAt: number;
  missingBefore: number;
  /** As the sender reported it last, ms. */
  roundTrip?: number;
  /** Blocks for which the sender sent more after their first pass. */
  readonly again: Set<number>;
  bytes: number;
  /** Chunks since the last report to the page. */
  order: number[];
  logged: number;
}

/** The receiving half of a session's heavy work. */
export class ReceiverEngine {
  readonly #host: EngineHost;
  readonly #instance: Uint8Array;
  readonly #store: ByteStore;
  #receiver = new Receiver();
  readonly #loop: EndpointLoop<ReceiverEvent>;
  readonly #entries = new Map<string, Entry>();
  readonly #byTransfer = new Map<number, Entry>();
  /** Done and not thrown away, open until they are saved; each was accepted by the person. */
  readonly #finished = new Map<string, StoredPicture>();
  #otherInstance: string | undefined;
  /** The other side has introduced itself on this control channel. */
  #greeted = false;
  #flooded = false;
  #room = 0;
  #looking = 0;
  /** Counts the senders seen: each numbers its transfers from one. */
  #epoch = 0;
  readonly #publisher: Publisher;
  /** The control channel is open. */
  #connected = false;
  /** The page's tab, for the record of what is finished. */
  #tab = '';

  constructor(host: EngineHost, instance: Uint8Array, store: ByteStore) {
    this.#host = host;
    this.#instance = instance;
    this.#store = store;
    this.#publisher = new Publisher(host, () => this.#publishAll());
    this.#loop = new EndpointLoop<ReceiverEvent>(this.#receiver, host, (event) => this.#onEvent(event));
  }

  handle(message: ToReceiverEngine): void {
    switch (message.type) {
      case 'accept':
        void this.#accept(this.#entries.get(message.id));
        break;
      case 'tab':
        this.#tab = message.name;
        break;
      case 'decline': {
        const entry = this.#entries.get(message.id);
        if (entry?.state !== 'offered') break;
        this.#receiver.decline(entry.transfer);
        this.#setState(entry, 'declined');
        this.#loop.pump();
        break;
      }
      case 'release':
        this.#release(message.id, message.readFor);
        break;
      case 'throw-away':
        void this.#finished
          .get(message.id)
          ?.discard()
          .catch(() => undefined);
        this.#finished.delete(message.id);
        break;
      case 'read':
        this.#answerRead(message.request, message.id, message.from, message.to);
        break;
      case 'cancel': {
        const entry = this.#entries.get(message.id);
        if (entry !== undefined) this.#end(entry, 'cancelled', 'cancelled-here', CancelReason.person);
        break;
      }
      case 'connected':
        this.#setConnected(true);
        this.#greeted = false;
        this.#flooded = false;
        if (message.room !== this.#room) this.#receiver.forgive();
        this.#room = message.room;
        this.#receiver.hello(this.#instance, message.name);
        this.#loop.pump();
        break;
      case 'lost':
        for (const entry of this.#byTransfer.values()) {
          if (isOpen(entry)) this.#receiver.cancel(entry.transfer);
          this.#abandon(entry, 'interrupted');
        }
        this.#loop.pump();
        break;
      case 'bye':
        this.#receiver.bye();
        this.#loop.pump();
        for (const entry of this.#entries.values()) if (entry.state === 'receiving') entry.stored?.keep();
        break;
      case 'disconnected':
        this.#greeted = false;
        this.#receiver.disconnected();
        this.#loop.handle(message);
        this.#setConnected(false);
        break;
      default:
        this.#loop.handle(message);
    }
  }

  // ---- answers to offers

  async #accept(entry: Entry | undefined): Promise<void> {
    if (entry?.state !== 'offered' || entry.acceptedAt > 0) return;
    entry.acceptedAt = this.#host.now();
    const { digest, bytes } = entry.header;
    entry.opening = StoredPicture.open(this.#store, this.#sender, digest, bytes).then(
      (stored) => this.#opened(entry, stored),
      (error: unknown) => this.#failStorage(entry, error),
    );
    // Making a file takes other processes their time. Where there is nothing to go on with, the sender need
    // not wait for it.
    if (entry.left !== false) await entry.opening;
    // It may have been withdrawn meanwhile, or have failed.
    if (entry.state !== 'offered' || this.#byTransfer.get(entry.transfer) !== entry) return;
    const have = entry.stored?.have ?? [];
    entry.missingBefore = this.#receiver.missing;
    const { geometry } = this.#originalOf(entry);
    for (const run of have) {
      for (let block = run.first; block < run.first + run.count; block++) {
        entry.bytes += blockBytes(geometry, block);
        for (const chunk of chunksOf(geometry, block)) entry.cells.arrive(chunk, Cell.received);
      }
    }
    this.#setState(entry, 'receiving');
    this.#showPreview(entry);
    this.#receiver.accept(entry.transfer, have, this.#loop.now());
    this.#loop.pump();
    this.#publisher.start();
  }

  #opened(entry: Entry, stored: StoredPicture): void {
    if (!isOpen(entry) && entry.state !== 'verifying') {
      if (entry.left === false) void stored.discard();
      else stored.keep();
      return;
    }
    entry.stored = stored;
    for (const { block, at, bytes } of entry.early.splice(0)) this.#write(entry, block, at, bytes);
  }

  #write(entry: Entry, block: number, at: number, bytes: Uint8Array): void {
    try {
      entry.stored?.write(block, at, bytes, this.#host.now());
    } catch (error) {
      this.#failStorage(entry, error);
    }
  }

  #release(id: string, readFor: number): void {
    const stored = this.#finished.get(id);
    if (stored === undefined) return;
    stored.release();
    this.#host.post({ type: 'released', stored: stored.id, readFor });
  }

  #answerRead(request: number, id: string, from: number, to: number): void {
    const entry = this.#entries.get(id);
    if (entry?.opening !== undefined && entry.stored === undefined && isOpen(entry)) {
      void entry.opening.then(() => this.#answerRead(request, id, from, to));
      return;
    }
    let bytes: Uint8Array<ArrayBuffer> | undefined;
    try {
      const known = entry === undefined ? 0 : this.#prefixBytes(entry);
      if (entry?.stored !== undefined && from >= 0 && to <= known && from <= to)
        bytes = new Uint8Array(entry.stored.read(from, to));
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
        this.#host.post({ type: 'peer-left' });
        return;
      case 'flooded':
        // Once: the page ends the connection.
        if (!this.#flooded) this.#host.post({ type: 'flooded' });
        this.#flooded = true;
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
        if (entry.logged === 0) this.#host.post({ type: 'began', id: entry.id });
        this.#log(entry, event.chunk);
        entry.cells.arrive(event.chunk, Cell.received);
        return;
      case 'block':
        this.#onBlock(entry, event);
        return;
      case 'twice':
        entry.cells.mark(event.chunk, Cell.duplicate);
        return;
      case 'sending':
        entry.roundTrip = event.roundTrip;
        this.#noteAgain(entry, event.again);
        return;
      case 'whole':
        void this.#verify(entry);
        return;
      case 'final':
        this.#publishOne(entry);
        // Nothing more will be said of it.
        if (entry.state === 'done' && this.#receiver.transfer(entry.transfer)?.sent !== undefined)
          this.#forget(entry);
        return;
      case 'cancelled':
        this.#setState(
          entry,
          event.reason === CancelReason.person ? 'cancelled' : 'failed',
          problemOf(event.reason),
        );
        void entry.stored?.discard();
        return;
      case 'silence':
        entry.stored?.keep();
        this.#setState(entry, 'failed', 'timed-out');
        return;
    }
  }

  get #sender(): string {
    return this.#otherInstance ?? 'none';
  }

  #onHello(instance: Uint8Array, name: string): void {
    // Once on each control channel (P-15): every other one would cost a name, a page's update and a new
    // endpoint.
    if (this.#greeted) return;
    this.#greeted = true;
    const other = toHex(instance);
    if (this.#otherInstance !== undefined && this.#otherInstance !== other) {
      // The sender's page was loaded anew: it numbers its transfers from one again. What is stored stays for
      // its next offer.
      for (const entry of this.#byTransfer.values()) this.#abandon(entry);
      this.#byTransfer.clear();
      this.#receiver = new Receiver(this.#receiver.unanswered);
      this.#loop.replace(this.#receiver);
      this.#epoch += 1;
    }
    this.#otherInstance = other;
    this.#host.post({ type: 'peer', name });
  }

  #onOffer(transfer: number, header: FileHeader): void {
    const entry: Entry = {
      id: `${this.#epoch}.${transfer}`,
      transfer,
      header,
      cells: new ChunkCellMap(geometryOf(header.bytes).chunks),
      meter: new RateMeter(),
      state: 'offered',
      acceptedAt: 0,
      endedAt: 0,
      missingBefore: 0,
      again: new Set(),
      bytes: 0,
      order: [],
      logged: 0,
      early: [],
    };
    void this.#look(entry);
    this.#entries.set(entry.id, entry);
    this.#byTransfer.set(transfer, entry);
    const { name, type, bytes, modified, width, height, thumb } = header;
    this.#host.post({
      type: 'offered',
      id: entry.id,
      name,
      mediaType: type,
      bytes,
      modified,
      ...(width === undefined || height === undefined ? {} : { width, height }),
      sha256: toHex(header.digest),
      from: this.#sender,
      ...(thumb === undefined ? {} : { thumb }),
    });
  }

  #onBlock(entry: Entry, event: Extract<ReceiverEvent, { type: 'block' }>): void {
    if (event.kind === PREVIEW) {
      entry.preview = event.bytes.slice();
      if (entry.state !== 'offered') this.#showPreview(entry);
      return;
    }
    if (entry.state !== 'receiving') return;
    for (const chunk of event.rebuilt) {
      this.#log(entry, chunk);
      entry.cells.arrive(chunk, entry.again.has(event.block) ? Cell.retransmitted : Cell.repaired);
    }
    entry.bytes += event.bytes.length;
    const { block, at, bytes } = event;
    if (entry.stored !== undefined) this.#write(entry, block, at, bytes);
    else if (entry.early.length < MAX_EARLY_BLOCKS) entry.early.push({ block, at, bytes: bytes.slice() });
    else this.#failStorage(entry, new StorageError('failed', 'the file is not made'));
  }

  async #look(entry: Entry): Promise<void> {
    if (this.#looking >= MAX_LOOKING) return;
    this.#looking += 1;
    entry.left = await StoredPicture.left(this.#store, this.#sender, entry.header.digest);
    this.#looking -= 1;
  }

  /**
   * The page hears of a preview once its picture is accepted: until then it waits here, where few of them fit
   * (P-49).
   */
  #showPreview(entry: Entry): void {
    const { id, preview } = entry;
    delete entry.preview;
    if (preview !== undefined) this.#host.post({ type: 'preview', id, bytes: preview });
  }

  #noteAgain(entry: Entry, runs: readonly Run[]): void {
    const geometry = geometryOf(entry.header.bytes);
    for (const { first, count } of runs) {
      for (let block = first; block < Math.min(first + count, geometry.blocks); block++) {
        // Each block once: said again, it would be work without end for a few bytes.
        if (entry.again.has(block)) continue;
        entry.again.add(block);
        for (const chunk of chunksOf(geometry, block)) entry.cells.markAgain(chunk);
      }
    }
  }

  async #verify(entry: Entry): Promise<void> {
    if (entry.state !== 'receiving') return;
    this.#setState(entry, 'verifying');
    if (entry.stored === undefined) {
      await entry.opening;
      if ((entry.state as TransferState) !== 'verifying') return;
    }
    const { stored } = entry;
    if (stored === undefined) return;
    const digest = await stored.finish().catch((error: unknown) => this.#failStorage(entry, error));
    // Failed, or ended by somebody while the digest was made.
    if (digest === undefined || (entry.state as TransferState) !== 'verifying') return;
    const intact = toHex(digest) === toHex(entry.header.digest);
    // Both sides say "verified" of bytes that can be read back, not of bytes that were handed to a store.
    const blob = intact
      ? await stored.file().catch((error: unknown) => this.#failStorage(entry, error))
      : undefined;
    if ((entry.state as TransferState) !== 'verifying') return;
    entry.endedAt = this.#host.now();
    if (this.#byTransfer.get(entry.transfer) === entry)
      this.#receiver.verified(entry.transfer, intact, this.#loop.now());
    this.#loop.pump();
    if (blob === undefined) {
      this.#setState(entry, 'failed', 'digest-mismatch');
      await stored.discard();
      return;
    }
    const { name, type, bytes, modified, width, height } = entry.header;
    stored.finished({
      name,
      type,
      bytes,
      modified,
      ...(width === undefined || height === undefined ? {} : { width, height }),
      sha256: toHex(digest),
      tab: this.#tab,
    });
    this.#finished.set(entry.id, stored);
    this.#host.post({ type: 'file', id: entry.id, blob });
    this.#publishOne(entry);
    this.#setState(entry, 'done');
  }

  #failStorage(entry: Entry, error: unknown): void {
    const reason = storageReason(error);
    this.#end(entry, 'failed', problemOf(reason), reason);
  }

  #end(entry: Entry, state: TransferState, problem: ProblemCode, reason: CancelReason): void {
    if (entry.state !== 'offered' && entry.state !== 'receiving' && entry.state !== 'verifying') return;
    if (this.#byTransfer.get(entry.transfer) === entry) this.#receiver.cancel(entry.transfer, reason);
    this.#setState(entry, state, problem);
    void entry.stored?.discard();
    this.#loop.pump();
  }

  /** The sender is gone; what has arrived stays for another time. */
  #abandon(entry: Entry, problem: ProblemCode = 'peer-left'): void {
    if (!isOpen(entry)) return;
    if (entry.state === 'receiving') entry.stored?.keep();
    this.#setState(entry, 'failed', problem);
  }

  // ---- what the page sees

  /** What moves is paused while there is no connection. */
  #setConnected(connected: boolean): void {
    this.#connected = connected;
    for (const { id, state } of this.#byTransfer.values())
      if (state === 'receiving')
        this.#host.post({ type: 'update', update: { id, state: shownState(state, connected) } });
  }

  #setState(entry: Entry, state: TransferState, problem?: ProblemCode): void {
    entry.state = state;
    if (state === 'failed' || state === 'cancelled' || state === 'declined') this.#forget(entry);
    this.#host.post({
      type: 'update',
      update: {
        id: entry.id,
        state: shownState(state, this.#connected),
        ...(problem === undefined ? {} : { problem: { code: problem } }),
      },
    });
  }

  /** What is over leaves nothing here: the page shows what it has. */
  #forget(entry: Entry): void {
    this.#entries.delete(entry.id);
    if (this.#byTransfer.get(entry.transfer) === entry) this.#byTransfer.delete(entry.transfer);
    delete entry.preview;
  }

  #log(entry: Entry, chunk: number): void {
    if (entry.logged >= MAX_LOG) return;
    entry.logged += 1;
    entry.order.push(chunk);
  }

  /** @returns whether any picture is on its way */
  #publishAll(): boolean {
    const active = [...this.#byTransfer.values()].filter((entry) => entry.state === 'receiving');
    // Most pictures of an album that was accepted at once are waiting for their turn: nothing of them has
    // changed.
    for (const entry of active) if (entry.logged > 0 || entry.bytes > 0) this.#publishOne(entry);
    return active.length > 0;
  }

  #publishOne(entry: Entry): void {
    const incoming = this.#receiver.transfer(entry.transfer);
    if (incoming === undefined || this.#byTransfer.get(entry.transfer) !== entry) return;
    let holes = 0;
    if (entry.state === 'receiving') {
      incoming.original.holes((chunk, block) => {
        holes += 1;
        entry.cells.mark(chunk, entry.again.has(block) ? Cell.retransmitted : Cell.lost);
      });
    }
    const order = Uint32Array.from(entry.order);
    entry.order = [];
    const map = entry.cells.take();
    if (map !== undefined || order.length > 0) {
      this.#host.post({
        type: 'chunks',
        id: entry.id,
        map: map ?? { chunksPerCell: 0, cells: new Uint8Array(0) },
        order,
      });
    }
    this.#host.post({ type: 'update', update: { id: entry.id, figures: this.#figures(entry, holes) } });
  }

  #figures(entry: Entry, holes: number): Figures {
    const incoming = this.#receiver.transfer(entry.transfer);
    const { sent } = incoming ?? {};
    const over = entry.endedAt > 0;
    const now = this.#host.now();
    return receiverFigures({
      byteLength: entry.header.bytes,
      chunksTotal: geometryOf(entry.header.bytes).chunks,
      chunks: incoming?.chunks ?? 0,
      repaired: incoming?.repaired ?? 0,
      holes,
      packets: incoming?.packets ?? 0,
      duplicates: incoming?.duplicates ?? 0,
      overtaken: Math.max(0, this.#receiver.missing - entry.missingBefore),
      sent,
      bytesReceived: entry.bytes,
      prefixBytes: this.#prefixBytes(entry),
      rate: entry.meter.add(entry.bytes, now),
      seconds: Math.max(0.001, ((over ? entry.endedAt : now) - entry.acceptedAt) / 1000),
      over,
      roundTrip: sent?.roundTrip ?? entry.roundTrip,
      lanes: this.#receiver.lanes,
    });
  }

  #prefixBytes(entry: Entry): number {
    if (entry.state === 'done') return entry.header.bytes;
    return this.#byTransfer.get(entry.transfer) === entry ? this.#originalOf(entry).prefixBytes : 0;
  }

  #originalOf(entry: Entry) {
    const incoming = this.#receiver.transfer(entry.transfer);
    if (incoming === undefined) throw new Error('an entry of another sender');
    return incoming.original;
  }
}

/** Not decided, or on its way; what is being verified needs nobody any more. */
const isOpen = ({ state }: Entry): boolean => state === 'offered' || state === 'receiving';

function blockBytes(geometry: ReturnType<typeof geometryOf>, block: number): number {
  const [from, to] = blockRange(geometry, block);
  return to - from;
}

function* chunksOf(geometry: ReturnType<typeof geometryOf>, block: number): Generator<number> {
  for (let chunk = firstChunk(geometry, block); chunk < firstChunk(geometry, block + 1); chunk++) yield chunk;
}
