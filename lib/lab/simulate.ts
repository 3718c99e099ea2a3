/**
 * The two sides of the laboratory: the real protocol on simulated lanes, and models of what people use today.
 */
import { geometryOf } from '../protocol/geometry.ts';
import { CHUNK_LENGTH } from '../protocol/limits.ts';
import { ORIGINAL } from '../protocol/wire/stream-id.ts';
import { makePath, runPath } from '../simulation/path.ts';
import { transferPictures } from '../simulation/picture-transfer.ts';
import { ReliableFlow } from '../simulation/reliable-flow.ts';
import { limitOf } from '../simulation/sweep.ts';
import { linksOf, type Conditions, type Rival } from './conditions.ts';
import { ChunkState, MAX_TIME, StepRecorder, type Timeline } from './timeline.ts';
import type { ChunkEvents, Steps } from './timeline.ts';

/**
 * Gaps become "lost" on the map when the receiver sees them; it is asked this often, in virtual milliseconds.
 */
const LOOK_FOR_GAPS = 10;

/** A rival's front is read at this many moments: finer than a replay's frames. */
const RIVAL_MOMENTS = 4000;

/**
 * The sender and receiver of lib/protocol, unchanged, over lanes that behave as Chromium's do. The lanes are
 * open already.
 */
export function simulateTessera(
  conditions: Conditions,
  picture: Uint8Array,
  preview: Uint8Array | undefined,
): Timeline {
  const { forward, reverse } = linksOf(conditions);
  const front = new StepRecorder();
  const arrived = new StepRecorder();
  const events = new EventRecorder();
  const { chunks } = geometryOf(picture.length);
  /** States of the chunks so far, so that a gap is reported once and a late chunk does not undo a repair. */
  const seen = new Uint8Array(chunks);
  let acceptedAt = 0;
  let lookedAt = -Infinity;
  let here = 0;

  const note = (at: number, chunk: number, state: number): void => {
    if ((seen[chunk] as number) >= state && state === ChunkState.lost) return;
    seen[chunk] = state;
    events.add(at, chunk, state);
  };

  const run = transferPictures({
    aToB: forward,
    bToA: reverse,
    laneModel: 'sctp',
    lanes: conditions.lanes,
    pictures: [picture],
    ...(preview !== undefined && preview.length > 0 && { preview }),
    maxTime: MAX_TIME,
    onEvent({ side, event }, now, { receiver }) {
      if (side !== 'b') return;
      if (event.type === 'offered') acceptedAt = now;
      const at = now - acceptedAt;
      const original = receiver.transfer(1)?.original;
      if (event.type === 'chunk') {
        note(at, event.chunk, ChunkState.received);
        here += Math.min(CHUNK_LENGTH, picture.length - event.chunk * CHUNK_LENGTH);
      } else if (event.type === 'block' && event.kind === ORIGINAL) {
        for (const chunk of event.rebuilt) {
          note(at, chunk, ChunkState.lost);
          note(at, chunk, ChunkState.repaired);
          here += Math.min(CHUNK_LENGTH, picture.length - chunk * CHUNK_LENGTH);
        }
        front.add(at, original?.prefixBytes ?? 0);
      }
      arrived.add(at, here);
      if (at >= lookedAt + LOOK_FOR_GAPS) {
        lookedAt = at;
        original?.holes((chunk) => note(at, chunk, ChunkState.lost));
      }
    },
  });

  const [result] = run.results;
  const done = result !== undefined && result.equal && Number.isFinite(result.completeAt);
  const { sent, lost, queueDropped } = run.pair.links.aToB.stats;
  return {
    system: 'tessera',
    byteLength: picture.length,
    chunks,
    completeAt: done ? result.completeAt - acceptedAt : undefined,
    previewAt: result?.previewAt === undefined ? undefined : result.previewAt - acceptedAt,
    front: front.steps(),
    arrived: arrived.steps(),
    events: events.events(),
    packets: { sent, lost: lost + queueDropped },
  };
}

/**
 * A byte stream, in order, on an established connection; it starts when the acceptance has reached the
 * sender.
 */
export function simulateRival(rival: Rival, conditions: Conditions, byteLength: number): Timeline {
  const { forward, reverse } = linksOf(conditions);
  const path = makePath(forward, reverse);
  const flow = new ReliableFlow({ model: rival, size: byteLength, start: conditions.roundTrip / 2 }, path);
  runPath(path, MAX_TIME, () => flow.completedAt !== undefined);

  const end = flow.completedAt ?? MAX_TIME;
  const front = new StepRecorder();
  for (let moment = 0; moment < RIVAL_MOMENTS; moment++) {
    const at = (end * moment) / RIVAL_MOMENTS;
    front.add(at, flow.deliveredPrefix(at));
  }
  front.add(end, flow.deliveredPrefix(end));
  const { sent, lost, queueDropped } = path.forward.stats;
  const steps = front.steps();
  return {
    system: rival,
    byteLength,
    chunks: geometryOf(byteLength).chunks,
    completeAt: flow.completedAt,
    previewAt: undefined,
    front: steps,
    arrived: steps,
    events: inOrder(steps, byteLength),
    packets: { sent, lost: lost + queueDropped },
  };
}

/** What no protocol beats on this path, in milliseconds from acceptance. */
export function limitUnder({ loss, burst, roundTrip, rate, seed }: Conditions, byteLength: number): number {
  return limitOf(byteLength, { loss: loss / 100, burst, rtt: roundTrip, rate: rate * 1e6, seed });
}

/** A chunk of a stream is there when the front has passed it. */
function inOrder({ at, value }: Steps, byteLength: number): ChunkEvents {
  const events = new EventRecorder();
  let chunk = 0;
  for (const [index, front] of value.entries()) {
    for (
      ;
      chunk * CHUNK_LENGTH < byteLength && Math.min(byteLength, (chunk + 1) * CHUNK_LENGTH) <= front;
      chunk++
    )
      events.add(at[index] as number, chunk, ChunkState.received);
  }
  return events.events();
}

class EventRecorder {
  readonly #at: number[] = [];
  readonly #chunk: number[] = [];
  readonly #state: number[] = [];

  add(at: number, chunk: number, state: number): void {
    this.#at.push(at);
    this.#chunk.push(chunk);
    this.#state.push(state);
  }

  events(): ChunkEvents {
    return {
      at: Float64Array.from(this.#at),
      chunk: Uint32Array.from(this.#chunk),
      state: Uint8Array.from(this.#state),
    };
  }
}
