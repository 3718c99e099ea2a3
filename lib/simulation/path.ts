/** Both directions of a simulated path and the timers on its clock. */
import type { Millis } from '../protocol/endpoint.ts';
import { Link } from './link.ts';
import type { Datagram, LinkOptions } from './link.ts';
import { Timers } from './timers.ts';

/** Two directions and the clock of what sends over them. */
export interface Path {
  forward: Link<Datagram>;
  reverse: Link<Datagram>;
  timers: Timers;
}

/** Two links and one queue of timers on a virtual clock that begins at 0. */
export function makePath(forward: LinkOptions, reverse: LinkOptions): Path {
  const copy = (packet: Datagram): Datagram => packet.copy();
  return { forward: new Link(forward, copy), reverse: new Link(reverse, copy), timers: new Timers() };
}

/**
 * Runs what is on a path, event by event, where there are no endpoints to drain.
 * @param until asked after each event; ends the run.
 * @returns when it ended: the last event's time, at most `maxTime`.
 */
export function runPath({ forward, reverse, timers }: Path, maxTime: Millis, until?: () => boolean): Millis {
  let now: Millis = 0;
  for (;;) {
    if (until?.()) return now;
    const next = Math.min(
      forward.nextTimeout() ?? Infinity,
      reverse.nextTimeout() ?? Infinity,
      timers.nextTimeout() ?? Infinity,
    );
    if (next === Infinity) return now;
    if (next > maxTime) return maxTime;
    now = Math.max(now, next);
    for (let packet = forward.poll(now); packet; packet = forward.poll(now)) packet.deliver(now);
    for (let packet = reverse.poll(now); packet; packet = reverse.poll(now)) packet.deliver(now);
    timers.handleTimeout(now);
  }
}
