import type { Millis } from '../protocol/endpoint.ts';
import type { Run } from '../protocol/wire/run-list.ts';
import { ORIGINAL, PREVIEW } from '../protocol/wire/stream-id.ts';
import { Receiver } from '../protocol/receiving/receiver.ts';
import type { ReceiverEvent } from '../protocol/receiving/receiver-event.ts';
import { Sender } from '../protocol/sending/sender.ts';
import type { SenderEvent } from '../protocol/sending/sender-event.ts';
import { shakeHands } from './handshake.ts';
import type { LinkOptions } from './link.ts';
import { Pair, type PairEvent } from './pair.ts';
import { StallingEndpoint, type StallOptions } from './stalling-endpoint.ts';

/** Handshakes at a time (`lib/transport/limits.ts`). */
const MAX_LANES_OPENING = 64;

export interface PictureTransferOptions {
  aToB: LinkOptions;
  bToA: LinkOptions;
  laneModel: 'plain' | 'sctp';
  /** Lanes from the start; more open as the sender asks, after their handshakes. */
  lanes: number;
  maxLanes?: number;
  /**
   * The pictures, one after the other: each is offered `pause` ms after the one before is verified, or the
   * start.
   */
  pictures: readonly Uint8Array[];
  /** As long as a person takes to choose; default 0. */
  pause?: Millis;
  preview?: Uint8Array;
  /** Blocks of the first picture that the receiver has already. */
  have?: readonly Run[];
  /** Both sides' processors are busy with something else now and then, not at the same times. */
  stalls?: StallOptions;
  maxTime?: Millis;
  /**
   * Called after this run has dealt with the event. The endpoints are there to be read, not called; the pair
   * takes what is to happen later (`pair.at`).
   */
  onEvent?: (event: PairEvent<SenderEvent, ReceiverEvent>, now: Millis, ends: Ends) => void;
}

interface Ends {
  sender: Sender;
  receiver: Receiver;
  pair: Pair<SenderEvent, ReceiverEvent>;
}

export interface PictureResult {
  acceptedAt: Millis;
  completeAt: Millis;
  /** Bytes out equal bytes in. */
  equal: boolean;
  previewAt: Millis | undefined;
  /** DATA packets of the original. */
  packetsSent: number;
  packetsReceived: number;
  chunks: number;
  /** Bytes at the contiguous front, by time. */
  prefix: { at: Millis; byteLength: number }[];
}

export interface PictureRun {
  pair: Pair<SenderEvent, ReceiverEvent>;
  sender: Sender;
  receiver: Receiver;
  results: PictureResult[];
  end: string;
}

/**
 * Two real endpoints of the protocol carry pictures over the simulated path; the receiver accepts everything
 * at once.
 */
export function transferPictures(options: PictureTransferOptions): PictureRun {
  const sender = new Sender();
  // As in a session in which a picture was accepted before.
  sender.allowEarlyPreviews(true);
  const receiver = new Receiver();
  const results: PictureResult[] = [];
  const stored: Uint8Array[] = [];
  let failed: string | undefined;
  let lanes = options.lanes;
  let target = lanes;
  let opening = 0;

  const offer = (): void => {
    const bytes = options.pictures[results.length];
    if (bytes === undefined) return;
    sender.offer(
      {
        name: `picture-${results.length}`,
        type: 'image/jpeg',
        byteLength: bytes.length,
        modified: 0,
        digest: new Uint8Array(32),
        previewBytes: options.preview?.length ?? 0,
      },
      pair.now,
    );
  };

  const openLanes = (now: Millis): void => {
    for (; lanes < target && opening < MAX_LANES_OPENING; opening += 1) {
      lanes += 1;
      const lane = lanes;
      shakeHands(pair.path('aToB'), now, (then) => {
        opening -= 1;
        pair.openLane(lane);
        openLanes(then);
      });
    }
  };

  const offerNext = (): void => {
    if (options.pause === undefined) offer();
    else pair.at(pair.now + options.pause, offer);
  };

  const onSender = (event: SenderEvent): void => {
    if (event.type === 'need') {
      const source =
        event.kind === PREVIEW
          ? (options.preview as Uint8Array)
          : (options.pictures[event.transfer - 1] as Uint8Array);
      sender.provide(event.transfer, event.kind, event.block, source.slice(event.from, event.to));
    } else if (event.type === 'complete') {
      const transfer = sender.transfer(event.transfer);
      const result = results[event.transfer - 1] as PictureResult;
      result.packetsSent = transfer?.original.packetsSent ?? 0;
      if (!event.verified) failed = 'digest';
      offerNext();
    } else if (event.type === 'lanes' && !event.hold) {
      target = Math.min(options.maxLanes ?? options.lanes, event.target);
      openLanes(pair.now);
    } else if (event.type === 'silence' || event.type === 'cancelled') {
      failed = event.type;
    }
  };

  const onReceiver = (event: ReceiverEvent, now: Millis): void => {
    switch (event.type) {
      case 'offered':
        stored.push(new Uint8Array(event.header.byteLength));
        results.push({
          acceptedAt: now,
          completeAt: Infinity,
          equal: false,
          previewAt: undefined,
          packetsSent: 0,
          packetsReceived: 0,
          chunks: 0,
          prefix: [],
        });
        receiver.accept(event.transfer, results.length === 1 ? (options.have ?? []) : [], now);
        break;
      case 'block': {
        const result = results[event.transfer - 1] as PictureResult;
        if (event.kind === ORIGINAL) {
          (stored[event.transfer - 1] as Uint8Array).set(event.bytes, event.at);
          result.prefix.push({
            at: now,
            byteLength: receiver.transfer(event.transfer)?.original.prefixBytes ?? 0,
          });
        } else {
          result.previewAt = now;
        }
        break;
      }
      case 'whole': {
        const result = results[event.transfer - 1] as PictureResult;
        const sent = options.pictures[event.transfer - 1] as Uint8Array;
        const got = stored[event.transfer - 1] as Uint8Array;
        result.equal = sameBytes(sent, got);
        result.completeAt = now;
        result.packetsReceived = receiver.transfer(event.transfer)?.packets ?? 0;
        result.chunks = receiver.transfer(event.transfer)?.chunks ?? 0;
        receiver.verified(event.transfer, result.equal || options.have !== undefined, now);
        break;
      }
      case 'silence':
      case 'cancelled':
        failed = event.type;
        break;
      default:
    }
  };

  const { stalls } = options;
  const pair = new Pair<SenderEvent, ReceiverEvent>({
    a: stalls ? new StallingEndpoint(sender, stalls) : sender,
    b: stalls ? new StallingEndpoint(receiver, { ...stalls, seed: stalls.seed + 1 }) : receiver,
    aToB: options.aToB,
    bToA: options.bToA,
    lanes: 0,
    laneModel: options.laneModel,
    keepEvents: false,
    onEvent: (event) => {
      if (event.side === 'a') onSender(event.event);
      else onReceiver(event.event, event.at);
      options.onEvent?.(event, event.at, { sender, receiver, pair });
    },
  });
  // Not before there is a pair: the sender asks for more with its first one.
  pair.openLanes(options.lanes);
  offerNext();
  const finished = (): boolean =>
    failed !== undefined ||
    (results.length === options.pictures.length &&
      results.every((_, i) => sender.transfer(i + 1)?.state === 'done'));
  const end = pair.run({ until: finished, maxTime: options.maxTime ?? 600_000 });
  return { pair, sender, receiver, results, end: failed ?? end };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
