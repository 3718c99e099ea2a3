/**
 * The page's end of an engine: moves the lanes' channels to it. Where the browser cannot do that (Firefox),
 * packets cross in batches; a batch is closed by a short timer while the page is seen, and by a message to
 * ourselves in the background, where timers run once a second.
 */
import type { LaneId } from '../../protocol/endpoint.ts';
import type { ChannelNews } from '../../transport/contract.ts';
import { BatchWriter, readBatch } from '../bridge/packet-batch.ts';
import type { FromEngine, LinkMessage } from '../bridge/engine-messages.ts';

/** A batch this large leaves at once, a smaller one after this time (ms). */
const FULL_BATCH = 64;
const BATCH_MS = 3;

/** What the port keeps to itself. */
export type LinkNews = Extract<FromEngine, { type: 'transmit' | 'channel-open' | 'channel-ended' }>;

export interface EnginePortOptions {
  worker: Worker;
  /** A packet of the engine's, for the transport. */
  transmit: (lane: LaneId, bytes: Uint8Array) => void;
  /** Everything else the engine says. */
  message: (message: Exclude<FromEngine, LinkNews>) => void;
  /** The worker threw. */
  failed: (detail: string) => void;
  /** The worker could not be loaded or started: nothing that is posted to it is heard. */
  missing: () => void;
}

export class EnginePort<M> {
  readonly #worker: Worker;
  readonly #incoming = new BatchWriter();
  readonly #bell = new MessageChannel();
  readonly #backlogs: [LaneId, number][] = [];
  #rung = false;
  /** Who wants to hear of each channel that was moved, by ticket. */
  readonly #moved = new Map<number, ChannelNews>();
  #lastTicket = 0;
  #cannotMove = false;

  constructor(options: EnginePortOptions) {
    this.#worker = options.worker;
    let heard = false;
    this.#worker.onmessage = (event: MessageEvent<FromEngine>) => {
      heard = true;
      const message = event.data;
      if (message.type === 'transmit') readBatch(message.batch, options.transmit);
      else if (message.type === 'channel-open') this.#moved.get(message.ticket)?.open();
      else if (message.type === 'channel-ended') this.#moved.get(message.ticket)?.ended();
      else options.message(message);
    };
    // Its script, or one that this loads first, is not there; what fails later has said something before.
    this.#worker.onerror = (event) => {
      if (heard) {
        options.failed(event.message);
        return;
      }
      // Lanes stay here from now on, and of those that went there nothing is heard. A connection is usable
      // once its lane is open: without this the control channel could not carry a goodbye.
      this.#cannotMove = true;
      for (const news of this.#moved.values()) news.open();
      this.#moved.clear();
      options.missing();
    };
    this.#bell.port1.onmessage = () => this.#flush();
    this.#worker.postMessage(crypto.getRandomValues(new Uint8Array(8)));
  }

  post(message: M | LinkMessage, transfer: Transferable[] = []): void {
    // What arrived before it is passed on before it: the last packets of a lane, then that it closed.
    this.#flush();
    this.#worker.postMessage(message, transfer);
  }

  /** Moves a channel into the worker; `undefined`: this browser does not do that. */
  handOver(lane: LaneId, channel: RTCDataChannel, news: ChannelNews): (() => void) | undefined {
    if (this.#cannotMove) return undefined;
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    const message: LinkMessage = { type: 'channel', lane, ticket, channel };
    try {
      this.#worker.postMessage(message, [channel]);
    } catch {
      this.#cannotMove = true;
      return undefined;
    }
    this.#moved.set(ticket, news);
    return () => {
      if (this.#moved.delete(ticket)) this.#worker.postMessage({ type: 'channel-gone', ticket });
    };
  }

  /** A packet out of a lane whose channel stayed here, or out of the control channel. */
  packet(lane: LaneId, bytes: Uint8Array): void {
    this.#incoming.add(lane, bytes, performance.timeOrigin + performance.now());
    if (this.#incoming.count >= FULL_BATCH) this.#flush();
    else this.#ring();
  }

  /** What the browser holds back for a lane. */
  backlog(lane: LaneId, byteLength: number): void {
    this.#backlogs.push([lane, byteLength]);
    this.#ring();
  }

  close(): void {
    this.#bell.port1.close();
    this.#worker.terminate();
  }

  #ring(): void {
    if (this.#rung) return;
    this.#rung = true;
    if (document.hidden) this.#bell.port2.postMessage(0);
    else setTimeout(() => this.#flush(), BATCH_MS);
  }

  #flush(): void {
    this.#rung = false;
    if (this.#backlogs.length > 0)
      this.#worker.postMessage({ type: 'backlogs', lanes: this.#backlogs.splice(0) });
    if (this.#incoming.count === 0) return;
    const batch = this.#incoming.take();
    this.#worker.postMessage({ type: 'packets', batch }, [batch.data]);
  }
}
