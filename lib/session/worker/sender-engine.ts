import { CancelReason } from '../../protocol/wire/control-message.ts';
import type { Run } from '../../protocol/wire/run-list.ts';
import { blockOf, geometryOf } from '../../protocol/geometry.ts';
import { encodeHeader, type FileHeader } from '../../protocol/wire/file-header.ts';
import { ORIGINAL } from '../../protocol/wire/stream-id.ts';
import { MAX_REMEMBERED, MAX_WAITING_OFFERS } from '../../protocol/limits.ts';
import { Sender } from '../../protocol/sending/sender.ts';
import type { SenderEvent } from '../../protocol/sending/sender-event.ts';
import { Cell, type Figures, type ProblemCode, type TransferState } from '../model.ts';
import { ChunkCellMap, type CellState } from './chunk-cells.ts';
import { toHex } from './digest.ts';
import { problemOf } from '../bridge/cancel-reasons.ts';
import { EndpointLoop, type EngineHost } from './endpoint-loop.ts';
import type { LinkMessage, OutgoingPicture, ToSenderEngine } from '../bridge/engine-messages.ts';
import { shownState } from '../transfer-state.ts';
import { Publisher } from './publisher.ts';
import { RateMeter } from './rate-meter.ts';
import { bytesAtReceiver, senderFigures, type ReportedCounts } from './figures.ts';
import { Source } from './picture-source.ts';
import { SilenceWatch } from './silence-watch.ts';

interface Entry {
  readonly picture: OutgoingPicture;
  readonly source: Source;
  readonly cells: ChunkCellMap;
  readonly meter: RateMeter;
  header?: FileHeader;
  transfer?: number;
  state: TransferState;
  /** The room whose receiver it waits for, or was offered to; none: of whoever is met next. */
  room: number | undefined;
  /** Failed with the connection: waits for its receiver again. */
  lost: boolean;
  acceptedAt: number;
  endedAt: number;
  lostBefore: number;
  /** What the receiver has reported last. */
  reported?: ReportedCounts;
  closedThrough: number;
}

/** The sending half of a session's heavy work. */
export class SenderEngine {
  readonly #host: EngineHost;
  readonly #sender = new Sender();
  readonly #loop: EndpointLoop<SenderEvent>;
  readonly #entries = new Map<string, Entry>();
  readonly #byTransfer = new Map<number, Entry>();
  readonly #instance: Uint8Array;
  #otherInstance: string | undefined;
  /** Somebody has said hello and was not given up since. */
  #met = false;
  /** Counts the codes by which this side met others. */
  #room: number | undefined;
  #preparing = false;
  /** The control channel is open. */
  #connected = false;
  readonly #publisher: Publisher;
  readonly #silence: SilenceWatch;
  /** Transfers that are offered or being sent. */
  #going = 0;
  /** Done, and their last figures may still arrive: oldest first. */
  readonly #finished: number[] = [];

  constructor(host: EngineHost, instance: Uint8Array) {
    this.#host = host;
    this.#instance = instance;
    this.#publisher = new Publisher(host, () => this.#publishAll());
    this.#silence = new SilenceWatch((silent) => host.post({ type: 'silent', silent }));
    this.#loop = new EndpointLoop(this.#sender, host, (event) => this.#onEvent(event));
  }

  handle(message: ToSenderEngine): void {
    if (message.type === 'send') {
      this.#add(message.picture);
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
        if (message.room !== this.#room) this.#startRoom(message.room);
        this.#setConnected(true);
        this.#loop.expect();
        this.#sender.hello(this.#instance, message.name);
        this.#loop.pump();
        break;
      case 'cancel': {
        const entry = this.#entries.get(message.id);
        if (entry === undefined) break;
        entry.lost = false;
        if (!isOpen(entry)) this.#entries.delete(message.id);
        this.#end(entry, 'cancelled', 'cancelled-here', CancelReason.person);
        break;
      }
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
  #startRoom(room: number): void {
    this.#onLost();
    this.#sender.allowEarlyPreviews(false);
    this.#room = room;
  }

  /** What was moving has failed; what nobody had accepted yet waits. */
  #onLost(): void {
    this.#met = false;
    for (const entry of this.#entries.values()) {
      if (entry.state === 'sending' || entry.state === 'verifying') {
        entry.lost = true;
        this.#end(entry, 'failed', 'interrupted', CancelReason.person);
      }
      if (entry.state !== 'offered' || entry.transfer === undefined) continue;
      this.#sender.cancel(entry.transfer);
      this.#byTransfer.delete(entry.transfer);
      delete entry.transfer;
      this.#going -= 1;
      this.#setState(entry, 'queued');
    }
    this.#loop.pump();
  }

  // ---- preparing: one picture at a time, while the one before crosses

  #add(picture: OutgoingPicture): void {
    const entry = freshEntry(picture);
    this.#entries.delete(picture.id);
    this.#entries.set(picture.id, entry);
    this.#setState(entry, 'queued');
    if (this.#met) this.#offer(entry);
    void this.#prepare();
  }

  #offerHeld(entry: Entry | undefined): void {
    if (entry?.state !== 'held') return;
    entry.room = undefined;
    this.#setState(entry, 'queued');
    if (this.#met) this.#offer(entry);
  }

  async #prepare(): Promise<void> {
    if (this.#preparing) return;
    this.#preparing = true;
    for (let entry = this.#unprepared(); entry !== undefined; entry = this.#unprepared())
      await this.#prepareOne(entry);
    this.#preparing = false;
  }

  #unprepared(): Entry | undefined {
    return [...this.#entries.values()].find(
      (entry) => (entry.state === 'queued' || entry.state === 'held') && entry.header === undefined,
    );
  }

  async #prepareOne(entry: Entry): Promise<void> {
    const { picture } = entry;
    try {
      const digest = await entry.source.digest(
        (prepared) => this.#host.post({ type: 'update', update: { id: picture.id, prepared } }),
        () => !isOpen(entry),
      );
      entry.header = {
        name: picture.name,
        type: picture.mediaType,
        bytes: picture.blob.size,
        modified: picture.modified,
        ...(picture.width !== undefined && picture.height !== undefined
          ? { width: picture.width, height: picture.height }
          : {}),
        digest,
        previewBytes: picture.preview?.length ?? 0,
        ...(picture.thumb === undefined ? {} : { thumb: picture.thumb }),
      };
      this.#host.post({ type: 'update', update: { id: picture.id, sha256: toHex(digest) } });
      this.#host.post({ type: 'header', id: picture.id, bytes: encodeHeader(entry.header) });
      if (this.#met) this.#offer(entry);
    } catch {
      // The file was moved, changed or is on a drive that is gone.
      this.#end(entry, 'failed', 'source-unreadable', CancelReason.unreadable);
    }
  }

  /** To the receiver who is here, unless it waited for another: then the person is asked. */
  #offer(entry: Entry): void {
    if (entry.state !== 'queued') return;
    entry.room ??= this.#room;
    if (entry.room !== this.#room) {
      this.#setState(entry, 'held');
      return;
    }
    if (entry.header === undefined || entry.transfer !== undefined) return;
    // The receiver takes no more than that at a time; the rest follows as these end.
    if (this.#going >= MAX_WAITING_OFFERS) return;
    this.#going += 1;
    entry.transfer = this.#sender.offer(entry.header, this.#loop.now());
    this.#byTransfer.set(entry.transfer, entry);
    this.#setState(entry, 'offered');
    this.#loop.pump();
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
          if (isOpen(entry) && entry.state !== 'held')
            this.#end(entry, 'failed', 'peer-left', CancelReason.person);
        this.#host.post({ type: 'peer-left' });
        return;
      case 'lanes':
        this.#host.post(event);
        return;
      default:
    }
    const entry = this.#byTransfer.get(event.transfer);
    if (entry === undefined) return;
    switch (event.type) {
      case 'accepted':
        entry.acceptedAt = this.#host.now();
        entry.lostBefore = this.#sender.figures().packetsLost;
        this.#setState(entry, 'sending');
        this.#publisher.start();
        return;
      case 'delivered':
        if (entry.state === 'sending') this.#setState(entry, 'verifying');
        return;
      case 'need':
        void this.#provide(entry, event);
        return;
      case 'declined':
        this.#setState(entry, 'declined');
        return;
      case 'complete':
        entry.endedAt = this.#host.now();
        if (event.verified) this.#setState(entry, 'done');
        else this.#setState(entry, 'failed', 'digest-mismatch');
        this.#publishOne(entry);
        return;
      case 'cancelled':
        this.#setState(
          entry,
          event.reason === CancelReason.person ? 'cancelled' : 'failed',
          problemOf(event.reason),
        );
        return;
      case 'silence':
        this.#setState(entry, 'failed', 'timed-out');
        return;
      case 'violation':
        this.#setState(entry, 'failed', 'protocol-violation');
        this.#publishOne(entry);
        return;
      case 'progress': {
        const { packets, duplicates, repaired, final, runs, twice, holes } = event.report;
        const missing = holes.reduce((sum, run) => sum + run.count, 0);
        entry.reported = { packets, duplicates, repaired, holes: missing, final };
        this.#mark(entry, holes, Cell.lost);
        this.#mark(entry, runs, Cell.repaired);
        this.#mark(entry, twice, Cell.duplicate);
        if (final) this.#publishOne(entry);
        return;
      }
    }
  }

  /**
   * What the receiver says of these chunks; what was lost or repaired where we sent more shows as sent again.
   */
  #mark(entry: Entry, runs: readonly Run[], state: CellState): void {
    const original = this.#sender.transfer(entry.transfer ?? 0)?.original;
    if (original === undefined) return;
    const { geometry } = original;
    for (const { first, count } of runs) {
      for (let chunk = first; chunk < Math.min(first + count, geometry.chunks); chunk++) {
        const again = state !== Cell.duplicate && original.wasRetransmitted(blockOf(geometry, chunk));
        entry.cells.mark(chunk, again ? Cell.retransmitted : state);
      }
    }
  }

  #onHello(instance: Uint8Array, name: string): void {
    const other = toHex(instance);
    const known = this.#otherInstance;
    this.#otherInstance = other;
    this.#met = true;
    if (known !== undefined) this.#sender.resync(known !== other);
    this.#host.post({ type: 'peer', name });
    for (const entry of [...this.#entries.values()].filter(({ lost }) => lost)) {
      const again = freshEntry(entry.picture);
      again.room = entry.room;
      if (entry.header !== undefined) again.header = entry.header;
      this.#entries.set(entry.picture.id, again);
    }
    for (const entry of this.#entries.values()) {
      if (
        known !== undefined &&
        known !== other &&
        (entry.state === 'sending' || entry.state === 'verifying')
      )
        this.#setState(entry, 'offered');
      this.#offer(entry);
    }
    this.#loop.pump();
  }

  async #provide(entry: Entry, need: Extract<SenderEvent, { type: 'need' }>): Promise<void> {
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

  #end(entry: Entry, state: TransferState, problem: ProblemCode, reason: CancelReason): void {
    if (!isOpen(entry)) return;
    if (entry.transfer !== undefined) this.#sender.cancel(entry.transfer, reason);
    this.#setState(entry, state, problem);
    this.#loop.pump();
  }

  // ---- what the page sees

  #setState(entry: Entry, state: TransferState, problem?: ProblemCode): void {
    const before = entry.state;
    entry.state = state;
    if (!isOpen(entry)) this.#over(entry, before);
    this.#host.post({
      type: 'update',
      update: {
        id: entry.picture.id,
        state: shownState(state, this.#connected),
        ...(problem === undefined ? {} : { problem: { code: problem } }),
      },
    });
  }

  /** What moves is paused while there is no connection. */
  #setConnected(connected: boolean): void {
    this.#connected = connected;
    for (const { state, picture } of this.#entries.values())
      if (state === 'sending')
        this.#host.post({ type: 'update', update: { id: picture.id, state: shownState(state, connected) } });
  }

  /** Forgets what has ended: who wants it sent again hands it over again. */
  #over(entry: Entry, before: TransferState): void {
    entry.source.release();
    const { transfer, picture, state } = entry;
    if (!entry.lost && this.#entries.get(picture.id) === entry) this.#entries.delete(picture.id);
    if (transfer === undefined || before === state) return;
    this.#going -= 1;
    this.#finished.push(transfer);
    const oldest = this.#finished[0];
    if (oldest !== undefined && this.#finished.length > MAX_REMEMBERED) {
      this.#finished.shift();
      this.#byTransfer.delete(oldest);
    }
    queueMicrotask(() => this.#offerAll());
  }

  #offerAll(): void {
    if (!this.#met || this.#going >= MAX_WAITING_OFFERS) return;
    for (const entry of this.#entries.values()) this.#offer(entry);
  }

  /** @returns whether any picture is on its way */
  #publishAll(): boolean {
    let active = false;
    let sending = false;
    for (const entry of this.#byTransfer.values()) {
      if (entry.state !== 'sending' && entry.state !== 'verifying') continue;
      active = true;
      sending ||= entry.state === 'sending';
      // Most pictures of an album that was accepted at once are waiting for their turn: nothing of them has
      // changed.
      const { original } = this.#sender.transfer(entry.transfer ?? 0) ?? {};
      if (original !== undefined && original.packetsSent + original.chunksDelivered > 0)
        this.#publishOne(entry);
    }
    this.#silence.look(sending && this.#connected, this.#loop.silentFor());
    return active;
  }

  #publishOne(entry: Entry): void {
    const transfer = this.#sender.transfer(entry.transfer ?? 0);
    if (transfer === undefined) return;
    const { original } = transfer;
    for (
      ;
      entry.closedThrough < original.geometry.blocks && original.isClosed(entry.closedThrough);
      entry.closedThrough++
    ) {
      const [first, last] = original.chunkRange(entry.closedThrough);
      for (let chunk = first; chunk < last; chunk++) entry.cells.arrive(chunk, Cell.received);
    }
    const map = entry.cells.take();
    if (map !== undefined)
      this.#host.post({ type: 'chunks', id: entry.picture.id, map, order: new Uint32Array(0) });
    this.#host.post({ type: 'update', update: { id: entry.picture.id, figures: this.#figures(entry) } });
  }

  #figures(entry: Entry): Figures {
    const original = this.#sender.transfer(entry.transfer ?? 0)?.original;
    const session = this.#sender.figures();
    const byteLength = entry.picture.blob.size;
    const done = entry.state === 'done';
    const chunks = original?.chunksDelivered ?? 0;
    const now = this.#host.now();
    return senderFigures({
      byteLength,
      chunksTotal: geometryOf(byteLength).chunks,
      chunks,
      packets: original?.packetsSent ?? 0,
      retransmitted: original?.retransmitted ?? 0,
      lost: session.packetsLost - entry.lostBefore,
      reported: entry.reported,
      prefixBytes: original?.prefixBytes ?? 0,
      rate: entry.meter.add(bytesAtReceiver({ byteLength, chunks, done }), now),
      seconds: Math.max(0.001, ((entry.endedAt > 0 ? entry.endedAt : now) - entry.acceptedAt) / 1000),
      done,
      roundTrip: session.roundTrip,
      lanes: session.lanes,
    });
  }
}

const freshEntry = (picture: OutgoingPicture): Entry => ({
  picture,
  source: new Source(picture.blob),
  cells: new ChunkCellMap(geometryOf(picture.blob.size).chunks),
  meter: new RateMeter(),
  state: 'queued',
  room: picture.room,
  lost: false,
  acceptedAt: 0,
  endedAt: 0,
  lostBefore: 0,
  closedThrough: 0,
});

const isOpen = (entry: Entry): boolean =>
  entry.state === 'queued' ||
  entry.state === 'held' ||
  entry.state === 'offered' ||
  entry.state === 'sending' ||
  entry.state === 'verifying';
