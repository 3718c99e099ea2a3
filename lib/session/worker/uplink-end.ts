/** How the workers of one page's sessions agree on the use of their uplink: the first one's knows of all. */
import { SharedUplink, type UplinkReport } from '../../protocol/congestion/shared-uplink.ts';
import type { UplinkOrder } from '../../protocol/congestion/rate-controller.ts';
import type { Millis } from '../../protocol/endpoint.ts';

interface UplinkEndOptions {
  readonly now: () => Millis;
  /** This session is to report from now on. */
  readonly join: () => void;
  readonly order: (order: UplinkOrder) => void;
}

/** This worker among them; guests have names, the first session has none. */
const FIRST = '';

/** Where the reports of this worker's session go, and where its orders are from. */
export class UplinkEnd {
  readonly #options: UplinkEndOptions;
  /** In the first session's worker, once there are others. */
  #shared: SharedUplink<string> | undefined;
  readonly #guests = new Map<string, MessagePort>();
  /** In a guest's: leads to the first one's. */
  #host: MessagePort | undefined;

  constructor(options: UplinkEndOptions) {
    this.#options = options;
  }

  /** Another session shares the uplink; its worker is at the other end of this port. */
  share(peer: string, port: MessagePort): void {
    const shared = (this.#shared ??= new SharedUplink<string>((name, order) => {
      if (name === FIRST) this.#options.order(order);
      else this.#guests.get(name)?.postMessage(order);
    }));
    this.#guests.set(peer, port);
    port.onmessage = ({ data }: MessageEvent<UplinkReport>) => shared.report(peer, data, this.#options.now());
    this.#options.join();
  }

  /** It is over. */
  drop(peer: string): void {
    this.#guests.get(peer)?.close();
    this.#guests.delete(peer);
    this.#shared?.leave(peer, this.#options.now());
  }

  /** This session is a guest's. */
  follow(port: MessagePort): void {
    this.#host = port;
    port.onmessage = ({ data }: MessageEvent<UplinkOrder>) => this.#options.order(data);
    this.#options.join();
  }

  report(report: UplinkReport): void {
    if (this.#shared !== undefined) this.#shared.report(FIRST, report, this.#options.now());
    else this.#host?.postMessage(report);
  }
}
