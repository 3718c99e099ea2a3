/**
 * The page's end of an engine: hands packets to it in batches and its packets to the transport. A batch is closed by a short
 * timer while the page is seen, and by a message to ourselves in the background, where timers run once a second.
 */
import type { LaneId } from '../../protocol/contract.ts';
import { BatchWriter, readBatch } from './batch.ts';
import type { FromEngine, LinkMessage } from './messages.ts';

/** A batch this large leaves at once, a smaller one after this time (ms). */
const FULL_BATCH = 64;
const BATCH_TIME = 3;

export interface EnginePortOptions {
  worker: Worker;
  /** A packet of the engine's, for the transport. */
  transmit: (lane: LaneId, bytes: Uint8Array) => void;
  /** Everything else the engine says. */
  message: (message: Exclude<FromEngine, { type: 'transmit' }>) => void;
  /** The worker could not be loaded or threw. */
  failed: (detail: string) => void;
}

export class EnginePort<M> {
  private readonly worker: Worker;
  private readonly incoming = new BatchWriter();
  private readonly bell = new MessageChannel();
  private readonly backlogs: [LaneId, number][] = [];
  private rung = false;

  constructor(options: EnginePortOptions) {
    this.worker = options.worker;
    this.worker.onmessage = (event: MessageEvent<FromEngine>) => {
      const message = event.data;
      if (message.type === 'transmit') readBatch(message.batch, options.transmit);
      else options.message(message);
    };
    this.worker.onerror = (event) => options.failed(event.message);
    this.bell.port1.onmessage = () => this.flush();
    this.worker.postMessage(crypto.getRandomValues(new Uint8Array(8)));
  }

  post(message: M | LinkMessage): void {
    // What came before it is heard before it: the last packets of a lane, then that it closed.
    this.flush();
    this.worker.postMessage(message);
  }

  /** A packet out of a lane. */
  packet(lane: LaneId, bytes: Uint8Array): void {
    this.incoming.add(lane, bytes, performance.timeOrigin + performance.now());
    if (this.incoming.count >= FULL_BATCH) this.flush();
    else this.ring();
  }

  /** What the browser holds back for a lane. */
  backlog(lane: LaneId, bytes: number): void {
    this.backlogs.push([lane, bytes]);
    this.ring();
  }

  close(): void {
    this.bell.port1.close();
    this.worker.terminate();
  }

  private ring(): void {
    if (this.rung) return;
    this.rung = true;
    if (document.hidden) this.bell.port2.postMessage(0);
    else setTimeout(() => this.flush(), BATCH_TIME);
  }

  private flush(): void {
    this.rung = false;
    if (this.backlogs.length > 0)
      this.worker.postMessage({ type: 'backlogs', lanes: this.backlogs.splice(0) });
    if (this.incoming.count === 0) return;
    const batch = this.incoming.take();
    this.worker.postMessage({ type: 'packets', batch }, [batch.data]);
  }
}
