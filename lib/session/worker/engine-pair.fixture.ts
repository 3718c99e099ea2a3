/**
 * Both engines of a session in Node, face to face over lanes in memory: what crosses, and what each page
 * hears.
 */
import { expect, onTestFinished } from 'vitest';
import { CONTROL_LANE, type LaneId } from '../../protocol/endpoint.ts';
import { MAX_BLOCK_CHUNKS } from '../../protocol/limits.ts';
import { DATA, decodeData, splitMessage } from '../../protocol/wire/lane-packet.ts';
import { MemoryStore } from '../../storage/memory-store.ts';
import type { ByteStore, StoredBytes } from '../../storage/byte-store.ts';
import type { FromEngine, LinkMessage, PacketBatch } from '../bridge/engine-messages.ts';
import { BatchWriter, readBatch } from '../bridge/packet-batch.ts';
import type { Figures, OutgoingPicture, TransferSnapshot, TransferState } from '../model.ts';
import type { EngineHost } from './endpoint-loop.ts';
import { ReceiverEngine } from './receiver-engine.ts';
import { SenderEngine } from './sender-engine.ts';

/** For `expect.poll`: a busy machine takes many times as long. */
export const PATIENCE = { timeout: 40_000, interval: 5 };
const LANES = [1, 2, 3, 4];

/** One side's worker: what its engine posted to the page, and the pictures as the page has them. */
export class Side {
  readonly posted: FromEngine[] = [];
  readonly pictures = new Map<string, Partial<TransferSnapshot>>();
  transmit: (batch: PacketBatch) => void = () => {};
  /** How long this side has slept, ms: its clock went on, and nothing ran. */
  slept = 0;
  /** A while after it wakes, in which its timers run and nothing is heard yet, ms. */
  deaf = 0;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  readonly host: EngineHost = {
    now: () => performance.now() + this.slept,
    post: (message) => {
      if (message.type === 'transmit') return this.transmit(message.batch);
      this.posted.push(message);
      if (message.type === 'offered') this.pictures.set(message.id, { state: 'offered' });
      if (message.type === 'update')
        this.pictures.set(message.update.id, { ...this.pictures.get(message.update.id), ...message.update });
    },
    schedule: (delay, callback) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        callback();
      }, delay);
      this.#timers.add(timer);
      return () => clearTimeout(timer);
    },
  };

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Waits until it was in this state, whatever it is in now. @returns what was said of it then */
  async was(id: string, state: string): Promise<Partial<TransferSnapshot>> {
    const updates = () =>
      this.of('update').flatMap(({ update }) => (update.id === id && update.state === state ? [update] : []));
    await expect.poll(() => updates().length, PATIENCE).toBeGreaterThan(0);
    return updates()[0]!;
  }

  async until(id: string, state: TransferState): Promise<void> {
    await expect.poll(() => this.pictures.get(id)?.state, PATIENCE).toBe(state);
  }

  of<T extends FromEngine['type']>(type: T): Extract<FromEngine, { type: T }>[] {
    return this.posted.filter(
      (message): message is Extract<FromEngine, { type: T }> => message.type === type,
    );
  }

  /** The states that the page was shown of one picture, or of all. */
  states(id?: string): TransferState[] {
    return this.of('update').flatMap(({ update }) =>
      id === undefined || update.id === id ? (update.state ?? []) : [],
    );
  }

  get figures(): Figures[] {
    return this.of('update').flatMap(({ update }) => update.figures ?? []);
  }

  /** The newest chunk map. */
  get cells(): Uint8Array {
    return this.of('chunks').findLast(({ map }) => map.chunksPerCell > 0)?.map.cells ?? new Uint8Array(0);
  }
}

/** What becomes of a DATA message: it is delivered (later, if a promise), or lost. */
export type Fate = 'delivered' | 'lost' | Promise<unknown>;

export interface EnginePairOptions {
  readonly store?: ByteStore;
  /** One way, ms. */
  readonly delay?: number;
  readonly fate?: (message: Uint8Array) => Fate;
}

export class EnginePair {
  sending = new Side();
  receiving = new Side();
  sender: SenderEngine;
  receiver: ReceiverEngine;
  /** DATA packets that left the sender, and which chunks they were of, by stream. */
  data = 0;
  readonly chunks = new Map<number, Set<string>>();
  /** The link is silent behind so many of them. */
  silentAfter = Infinity;
  /** Nothing arrives on either side, and no one says so. */
  dead = false;
  readonly #store: ByteStore;
  /** Open in the receiver's worker: closed with it. */
  readonly #opened: StoredBytes[] = [];
  readonly #delay: number;
  readonly #fate: (message: Uint8Array) => Fate;
  /** Counts the links made and lost; a packet in flight goes with its own. */
  #link = 0;

  constructor({ store = new MemoryStore(), delay = 0, fate = () => 'delivered' }: EnginePairOptions = {}) {
    this.#delay = delay;
    this.#fate = fate;
    this.#store = watched(store, (bytes) => this.#opened.push(bytes));
    this.sender = this.#makeSender(1);
    this.receiver = this.#makeReceiver(2);
    onTestFinished(() => {
      this.sending.stop();
      this.receiving.stop();
    });
    this.link();
  }

  both(message: LinkMessage): void {
    this.sender.handle(message);
    this.receiver.handle(message);
  }

  /** Another meeting is another receiver, as far as the sender knows. */
  link(meeting = 0): void {
    this.open();
    this.both({ type: 'connected', name: 'x', meeting });
  }

  /** The channels are there, and neither page has said `connected`. */
  open(): void {
    this.#link += 1;
    for (const lane of LANES) this.both({ type: 'lane-open', lane });
  }

  /** The sender's page is another one: it remembers nothing. In the same meeting it is the same sender. */
  newSender(meeting = 0): void {
    this.sending.transmit = () => {};
    this.sending.stop();
    this.sending = new Side();
    this.sender = this.#makeSender(3);
    this.receiver.handle({ type: 'disconnected' });
    this.link(meeting);
  }

  /** The receiver's page is another one, over the same store. */
  newReceiver(meeting = 0): void {
    this.receiving.transmit = () => {};
    this.receiving.stop();
    for (const bytes of this.#opened.splice(0)) bytes.close();
    this.receiving = new Side();
    this.receiver = this.#makeReceiver(4);
    this.sender.handle({ type: 'disconnected' });
    this.link(meeting);
  }

  /** As the page does when the other side did not return in time. */
  lose(): void {
    this.#link += 1;
    this.both({ type: 'disconnected' });
    this.both({ type: 'lost' });
  }

  send(id: string, blob: Blob, more: Partial<OutgoingPicture> = {}): void {
    const picture = { id, blob, name: id, type: 'image/png', modified: 0, ...more };
    this.sender.handle({ type: 'send', picture });
  }

  #makeReceiver(instance: number): ReceiverEngine {
    this.receiving.transmit = (batch) => this.#carry(this.sender, this.sending, batch);
    return new ReceiverEngine(this.receiving.host, new Uint8Array(8).fill(instance), this.#store);
  }

  #makeSender(instance: number): SenderEngine {
    this.sending.transmit = (batch) => {
      readBatch(batch, (lane, bytes) => {
        if (isData(lane, bytes)) for (const packet of splitMessage(bytes)) this.#count(packet);
      });
      if (this.data <= this.silentAfter) this.#carry(this.receiver, this.receiving, batch);
    };
    return new SenderEngine(this.sending.host, new Uint8Array(8).fill(instance));
  }

  #count(bytes: Uint8Array): void {
    this.data += 1;
    const { stream, block, symbol } = decodeData(bytes);
    if (symbol >= MAX_BLOCK_CHUNKS) return;
    const seen = this.chunks.get(stream) ?? new Set();
    this.chunks.set(stream, seen.add(`${block}.${symbol}`));
  }

  #carry(to: SenderEngine | ReceiverEngine, side: Side, batch: PacketBatch): void {
    const link = this.#link;
    const deliver = (packets: readonly (readonly [LaneId, Uint8Array])[]): void => {
      if (link !== this.#link || this.dead || packets.length === 0) return;
      const writer = new BatchWriter();
      for (const [lane, bytes] of packets) writer.add(lane, bytes, side.host.now());
      to.handle({ type: 'packets', batch: writer.take() });
    };
    const now: [LaneId, Uint8Array][] = [];
    readBatch(batch, (lane, bytes) => {
      const fate = isData(lane, bytes) ? this.#fate(bytes) : 'delivered';
      if (fate === 'delivered') now.push([lane, bytes]);
      else if (fate !== 'lost') void fate.then(() => deliver([[lane, bytes]]));
    });
    setTimeout(() => deliver(now), this.#delay + side.deaf);
  }
}

/** The same store, of which it is known what is open. */
function watched(store: ByteStore, opened: (bytes: StoredBytes) => void): ByteStore {
  const known = <T extends StoredBytes | undefined>(bytes: T): T => {
    if (bytes !== undefined) opened(bytes);
    return bytes;
  };
  return {
    kind: store.kind,
    limit: store.limit,
    create: (id, length) => store.create(id, length).then(known),
    open: (id) => store.open(id).then(known),
    has: (id) => store.has(id),
    list: () => store.list(),
    remove: (id) => store.remove(id),
    beginning: (id, length) => store.beginning(id, length),
    space: () => store.space(),
  };
}

const isData = (lane: LaneId, bytes: Uint8Array): boolean => lane !== CONTROL_LANE && bytes[0] === DATA;
