import type { Millis } from '../protocol/endpoint.ts';
import { Receiver } from '../protocol/receiving/receiver.ts';
import type { ReceiverEvent } from '../protocol/receiving/receiver-event.ts';
import { Sender } from '../protocol/sending/sender.ts';
import type { SenderEvent } from '../protocol/sending/sender-event.ts';
import type { LinkOptions } from './link.ts';
import { Pair } from './pair.ts';
import type { Path } from './path.ts';

interface LongSessionOptions {
  readonly aToB: LinkOptions;
  readonly bToA: LinkOptions;
  /** Links that are shared with others, in place of its own. */
  readonly path?: Path;
  readonly lanes: number;
  /** When they open; default: at once. */
  readonly opened?: Millis;
  readonly start: Millis;
  /** One that is not as it should be. */
  readonly receiver?: Receiver | undefined;
}

const HEADER = {
  name: 'long',
  type: 'image/jpeg',
  byteLength: 1_000_000_000,
  modified: 0,
  digest: new Uint8Array(32),
  previewBytes: 0,
};

/** A session that has more to send than any run lets it. */
export class LongSession {
  readonly pair: Pair<SenderEvent, ReceiverEvent>;
  readonly sender = new Sender();
  readonly #receiver: Receiver;

  /** @param onEvent hears what both sides say, once this has dealt with it */
  constructor(
    { aToB, bToA, path, lanes, opened = 0, start, receiver = new Receiver() }: LongSessionOptions,
    onEvent: (event: SenderEvent | ReceiverEvent, now: Millis) => void = () => {},
  ) {
    const sender = this.sender;
    this.#receiver = receiver;
    const block = new Uint8Array(64 * 1024);
    this.pair = new Pair<SenderEvent, ReceiverEvent>({
      a: sender,
      b: receiver,
      aToB,
      bToA,
      ...(path === undefined ? {} : { path }),
      lanes: 0,
      laneModel: 'sctp',
      keepEvents: false,
      onEvent: ({ event, at }) => {
        if (event.type === 'offered') receiver.accept(event.transfer, [], at);
        else if (event.type === 'need')
          sender.provide(event.transfer, event.kind, event.block, block.subarray(0, event.to - event.from));
        onEvent(event, at);
      },
    });
    this.pair.at(opened, () => this.pair.openLanes(lanes));
    this.pair.at(start, (now) => void sender.offer(HEADER, now));
  }

  get delivered(): number {
    return (this.#receiver.transfer(1)?.chunks ?? 0) * 1024;
  }
}
