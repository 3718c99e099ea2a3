import type { Millis } from '../protocol/endpoint.ts';
import { Link, type Datagram, type LinkOptions } from './link.ts';

/** One's own link behind a link that is shared: the last mile of one receiver. */
export class Behind extends Link<Datagram> {
  readonly #shared: Link<Datagram>;

  constructor(options: LinkOptions, shared: Link<Datagram>) {
    super(options, (packet) => packet.copy());
    this.#shared = shared;
  }

  override send(packet: Datagram, size: number, now: Millis, headers?: number, spared = false): boolean {
    const onward = (inside: Datagram): Datagram => ({
      deliver: (at) => void super.send(inside, size, at, headers, spared),
      copy: () => onward(inside.copy()),
    });
    return this.#shared.send(onward(packet), size, now, headers, spared);
  }

  override poll(now: Millis): Datagram | undefined {
    for (let packet = this.#shared.poll(now); packet; packet = this.#shared.poll(now)) packet.deliver(now);
    return super.poll(now);
  }

  override nextTimeout(): Millis | undefined {
    const next = Math.min(this.#shared.nextTimeout() ?? Infinity, super.nextTimeout() ?? Infinity);
    return next === Infinity ? undefined : next;
  }
}
