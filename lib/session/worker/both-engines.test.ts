/**
 * Both engines in Node, over lanes that lose every so many packets: what the two pages learn of single
 * chunks.
 */
import { describe, expect, test, vi } from 'vitest';
import { CONTROL_LANE, type LaneId } from '../../protocol/endpoint.ts';
import { firstChunk, geometryOf } from '../../protocol/geometry.ts';
import { LINGER } from '../../protocol/limits.ts';
import { DATA, decodeData } from '../../protocol/wire/lane-packet.ts';
import { seededRandom } from '../../simulation/random.ts';
import { MemoryStore } from '../../storage/memory-store.ts';
import { Cell, type Figures, type TransferState } from '../model.ts';
import { BatchWriter, readBatch } from '../bridge/packet-batch.ts';
import type { EngineHost } from './endpoint-loop.ts';
import type { FromEngine, LinkMessage } from '../bridge/engine-messages.ts';
import { ReceiverEngine } from './receiver-engine.ts';
import { SenderEngine } from './sender-engine.ts';

const LANES = [1, 2, 3, 4];
const DELAY_MS = 10;
const CHUNKS = 400;

/** What one page has heard. */
class Side {
  states: TransferState[] = [];
  figures: Figures[] = [];
  cells: Uint8Array = new Uint8Array(0);
  offered: string | undefined;
  transmit: (message: Extract<FromEngine, { type: 'transmit' }>) => void = () => undefined;

  readonly host: EngineHost = {
    now: () => performance.now(),
    schedule: (delay, callback) => {
      const timer = setTimeout(callback, delay);
      return () => clearTimeout(timer);
    },
    post: (message) => {
      if (message.type === 'transmit') this.transmit(message);
      if (message.type === 'chunks' && message.map.chunksPerCell > 0) this.cells = message.map.cells;
      if (message.type === 'offered') this.offered = message.id;
      if (message.type !== 'update') return;
      if (message.update.state !== undefined) this.states.push(message.update.state);
      if (message.update.figures !== undefined) this.figures.push(message.update.figures);
    },
  };

  /** Whether the map shows the chunk of this packet of a picture as rebuilt. */
  rebuilt(bytes: Uint8Array): boolean {
    const { block, symbol } = decodeData(bytes);
    const cell = this.cells[firstChunk(geometryOf(CHUNKS * 1024), block) + symbol];
    return cell === Cell.repaired || cell === Cell.retransmitted;
  }

  count(...states: number[]): number {
    return this.cells.filter((cell) => states.includes(cell)).length;
  }
}

async function until(done: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!done()) {
    if (performance.now() > deadline) throw new Error('it did not come to that');
    await new Promise((next) => setTimeout(next, 10));
  }
}

/** `late`: once the receiver's page shows its chunk as rebuilt. */
type Fate = 'comes' | 'never' | 'late';

/** One picture from offer to the last word of both sides; `fate` is asked for each DATA packet. */
async function cross(
  fate: (bytes: Uint8Array) => Fate,
  chunks = CHUNKS,
): Promise<{ sender: Side; receiver: Side }> {
  const [sender, receiver] = [new Side(), new Side()];
  const from = new SenderEngine(sender.host, new Uint8Array(8).fill(1));
  const to = new ReceiverEngine(receiver.host, new Uint8Array(8).fill(2), new MemoryStore());
  const link =
    (handle: (message: LinkMessage) => void) =>
    ({ batch }: Extract<FromEngine, { type: 'transmit' }>): void => {
      const packets: Record<Fate, [LaneId, Uint8Array][]> = { comes: [], late: [], never: [] };
      readBatch(batch, (lane, bytes) => {
        const is = lane === CONTROL_LANE || bytes[0] !== DATA ? 'comes' : fate(bytes);
        packets[is].push([lane, bytes]);
      });
      const deliver = (some: readonly [LaneId, Uint8Array][]): void => {
        const writer = new BatchWriter();
        for (const [lane, bytes] of some) writer.add(lane, bytes, performance.now());
        if (writer.count > 0) handle({ type: 'packets', batch: writer.take() });
      };
      setTimeout(() => deliver(packets.comes), DELAY_MS);
      // No fixed delay: a busy machine may not have rebuilt the block by then.
      for (const packet of packets.late)
        void until(() => receiver.rebuilt(packet[1])).then(() => deliver([packet]));
    };
  sender.transmit = link((message) => to.handle(message));
  receiver.transmit = link((message) => from.handle(message));
  for (const handle of [from.handle.bind(from), to.handle.bind(to)]) {
    handle({ type: 'connected', name: 'x', meeting: 0 });
    for (const lane of LANES) handle({ type: 'lane-open', lane });
  }
  const random = seededRandom(5);
  const bytes = Uint8Array.from({ length: chunks * 1024 }, () => random() * 256);
  from.handle({
    type: 'send',
    picture: { id: 'a', blob: new Blob([bytes]), name: 'a', type: 'image/png', modified: 0 },
  });
  await until(() => receiver.offered !== undefined);
  to.handle({ type: 'accept', id: receiver.offered! });
  await until(() => sender.states.includes('done') && receiver.states.includes('done'));
  // The last word: once every packet has arrived, or is lost.
  const over = performance.now() + LINGER + 10 * DELAY_MS;
  const allCame = ({ figures }: Side): boolean =>
    figures.at(-1)!.packetsReceived === sender.figures.at(-1)!.packetsSent;
  await until(() => (allCame(sender) && allCame(receiver)) || performance.now() > over);
  await new Promise((next) => setTimeout(next, 4 * DELAY_MS));
  for (const handle of [from.handle.bind(from), to.handle.bind(to)]) handle({ type: 'disconnected' });
  return { sender, receiver };
}

// A busy machine takes many times as long.
vi.setConfig({ testTimeout: 60_000 });

describe('the two chunk maps', () => {
  test('of a picture that lost nothing show it as received, whole', async () => {
    const { sender, receiver } = await cross(() => 'comes');
    for (const side of [sender, receiver]) expect(side.count(Cell.received)).toBe(CHUNKS);
  });

  test('[P-51, P-53] agree with the figures and with each other on what was rebuilt, and tell what had to be sent again', async () => {
    const random = seededRandom(9);
    // Some at random, and of the second block every source above the tenth: more than any repair sent along
    // covers.
    const { sender, receiver } = await cross((bytes) => {
      const block = bytes[7]!;
      const lost = random() < 0.1 || (block === 1 && bytes[1]! > 10 && bytes[1]! < 56);
      return lost ? 'never' : 'comes';
    });
    const figures = receiver.figures.at(-1)!;
    expect(figures.chunksRepaired).toBeGreaterThan(50);
    const notByThemselves = [Cell.repaired, Cell.retransmitted, Cell.duplicate];
    for (const side of [sender, receiver]) {
      expect(side.count(Cell.waiting, Cell.lost)).toBe(0);
      expect(side.count(...notByThemselves)).toBe(figures.chunksRepaired);
      expect(side.figures.at(-1)!.chunksRepaired).toBe(figures.chunksRepaired);
      expect(side.count(Cell.retransmitted)).toBeGreaterThan(40);
    }
    expect([...receiver.cells]).toEqual([...sender.cells]);
  });

  test('show on both sides what came late, when it had been rebuilt, as come twice', async () => {
    // The first three sources of each block, in their first packets.
    const { sender, receiver } = await cross((bytes) => (bytes[1]! < 3 ? 'late' : 'comes'));
    const blocks = Math.ceil(CHUNKS / 64);
    for (const side of [receiver, sender]) {
      expect(side.count(Cell.duplicate)).toBe(3 * blocks);
      expect(side.count(Cell.received)).toBe(CHUNKS - 3 * blocks);
    }
    expect(receiver.figures.at(-1)).toMatchObject({ packetsLost: 0, chunksRepaired: 3 * blocks });
    expect(receiver.figures.at(-1)!.duplicates).toBeGreaterThanOrEqual(3 * blocks);
  });

  test('come with the round trip while the picture is on its way, at the receiver too', async () => {
    const random = seededRandom(3);
    const { receiver } = await cross(() => (random() < 0.05 ? 'never' : 'comes'), 5 * CHUNKS);
    const before = receiver.figures.filter(({ successPercent }) => successPercent < 100);
    const known = before.filter(({ roundTrip }) => roundTrip !== undefined);
    expect(known.length).toBeGreaterThan(0);
    for (const { roundTrip } of known) expect(roundTrip).toBeGreaterThanOrEqual(2 * DELAY_MS - 2);
  });
});
