/**
 * The page's end of an engine: hands packets to it in batches and its packets to the transport. Batches are closed by a
 * message to ourselves, not by a timer, since timers of a page in the background run once a second.
 */
import type { LaneId } from '../../protocol/contract.ts';
import { BatchWriter, readBatch } from './batch.ts';
import type { FromEngine, LinkMessage } from './messages.ts';

/** A batch this large leaves at once. */
const FULL_BATCH = 64;

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
    this.worker.postMessage(message);
  }

  /** A packet out of a lane. */
  packet(lane: LaneId, bytes: Uint8Array): void {
    this.incoming.add(lane, bytes, performance.timeOrigin + performance.now());
    if (this.incoming.count >= FULL_BATCH) this.flush();
    else if (!this.rung) {
      this.rung = true;
      this.bell.port2.postMessage(0);
    }
  }

  close(): void {
    this.bell.port1.close();
    this.worker.terminate();
  }

  private flush(): void {
    this.rung = false;
    if (this.incoming.count === 0) return;
    const batch = this.incoming.take();
    this.worker.postMessage({ type: 'packets', batch }, [batch.data]);
  }
}
