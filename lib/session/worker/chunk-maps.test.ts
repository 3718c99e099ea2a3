/**
 * Both engines in Node, over lanes that lose every so many packets: what the two pages learn of single
 * chunks.
 */
import { describe, expect, test, vi } from 'vitest';
import { firstChunk, geometryOf } from '../../protocol/geometry.ts';
import { LINGER } from '../../protocol/limits.ts';
import { decodeData } from '../../protocol/wire/lane-packet.ts';
import { seededRandom } from '../../simulation/random.ts';
import { Cell } from '../model.ts';
import { EnginePair, PATIENCE, type Side } from './engine-pair.fixture.ts';

const DELAY_MS = 10;
const CHUNKS = 400;

const count = ({ cells }: Side, ...states: number[]): number =>
  cells.filter((cell) => states.includes(cell)).length;

/** Whether the map shows the chunk of this packet of a picture as rebuilt. */
function showsRebuilt({ cells }: Side, message: Uint8Array): boolean {
  const { block, symbol } = decodeData(message);
  const cell = cells[firstChunk(geometryOf(CHUNKS * 1024), block) + symbol];
  return cell === Cell.repaired || cell === Cell.retransmitted;
}

/** `late`: once the receiver's page shows its chunk as rebuilt. */
type Fate = 'delivered' | 'lost' | 'late';

/** One picture from offer to the last word of both sides; `fate` is asked for each DATA packet. */
async function cross(
  fate: (message: Uint8Array) => Fate,
  chunks = CHUNKS,
): Promise<{ sender: Side; receiver: Side }> {
  // No fixed delay: a busy machine may not have rebuilt the block by then.
  const rebuilt = (message: Uint8Array): Promise<void> =>
    expect.poll(() => showsRebuilt(receiver, message), PATIENCE).toBe(true);
  const pair = new EnginePair({
    delay: DELAY_MS,
    fate: (message) => {
      const is = fate(message);
      return is === 'late' ? rebuilt(message) : is;
    },
  });
  const { sending: sender, receiving: receiver } = pair;
  const random = seededRandom(5);
  pair.send('a', new Blob([Uint8Array.from({ length: chunks * 1024 }, () => random() * 256)]));
  await receiver.until('0.1', 'offered');
  pair.receiver.handle({ type: 'accept', id: '0.1' });
  await sender.until('a', 'done');
  await receiver.until('0.1', 'done');
  // The last word: once every packet has arrived, or is lost.
  const over = performance.now() + LINGER + 10 * DELAY_MS;
  const sent = () => sender.figures.at(-1)!.packetsSent;
  const heardAll = ({ figures }: Side): boolean => figures.at(-1)!.packetsReceived === sent();
  await expect
    .poll(() => (heardAll(sender) && heardAll(receiver)) || performance.now() > over, PATIENCE)
    .toBe(true);
  await new Promise((next) => setTimeout(next, 4 * DELAY_MS));
  pair.both({ type: 'disconnected' });
  return { sender, receiver };
}

// A busy machine takes many times as long.
vi.setConfig({ testTimeout: 60_000 });

describe('the two chunk maps', () => {
  test('of a picture that lost nothing show it as received, whole', async () => {
    const { sender, receiver } = await cross(() => 'delivered');
    for (const side of [sender, receiver]) expect(count(side, Cell.received)).toBe(CHUNKS);
  });

  test('[P-51, P-53] agree with the figures and with each other on what was rebuilt, and tell what had to be sent again', async () => {
    const random = seededRandom(9);
    // Some at random, and of the second block every source above the tenth: more than any repair sent along
    // covers.
    const { sender, receiver } = await cross((bytes) => {
      const block = bytes[7]!;
      const lost = random() < 0.1 || (block === 1 && bytes[1]! > 10 && bytes[1]! < 56);
      return lost ? 'lost' : 'delivered';
    });
    const figures = receiver.figures.at(-1)!;
    expect(figures.chunksRepaired).toBeGreaterThan(50);
    const notByThemselves = [Cell.repaired, Cell.retransmitted, Cell.duplicate];
    for (const side of [sender, receiver]) {
      expect(count(side, Cell.waiting, Cell.lost)).toBe(0);
      expect(count(side, ...notByThemselves)).toBe(figures.chunksRepaired);
      expect(side.figures.at(-1)!.chunksRepaired).toBe(figures.chunksRepaired);
      expect(count(side, Cell.retransmitted)).toBeGreaterThan(40);
    }
    expect([...receiver.cells]).toEqual([...sender.cells]);
  });

  test('show on both sides what came late, when it had been rebuilt, as come twice', async () => {
    // The first three sources of each block, in their first packets.
    const { sender, receiver } = await cross((bytes) => (bytes[1]! < 3 ? 'late' : 'delivered'));
    const blocks = Math.ceil(CHUNKS / 64);
    for (const side of [receiver, sender]) {
      expect(count(side, Cell.duplicate)).toBe(3 * blocks);
      expect(count(side, Cell.received)).toBe(CHUNKS - 3 * blocks);
    }
    expect(receiver.figures.at(-1)).toMatchObject({ packetsLost: 0, chunksRepaired: 3 * blocks });
    expect(receiver.figures.at(-1)!.duplicates).toBeGreaterThanOrEqual(3 * blocks);
  });

  test('come with the round trip while the picture is on its way, at the receiver too', async () => {
    const random = seededRandom(3);
    const { receiver } = await cross(() => (random() < 0.05 ? 'lost' : 'delivered'), 5 * CHUNKS);
    const before = receiver.figures.filter(({ successPercent }) => successPercent < 100);
    const known = before.filter(({ roundTrip }) => roundTrip !== undefined);
    expect(known.length).toBeGreaterThan(0);
    for (const { roundTrip } of known) expect(roundTrip).toBeGreaterThanOrEqual(2 * DELAY_MS - 2);
  });
});
