/** What it takes to open one more lane, on the path that pictures cross. */
import type { Millis } from '../protocol/endpoint.ts';
import type { Datagram, Link } from './link.ts';
import type { Path } from './path.ts';

/**
 * Round trips of signaling, ICE, DTLS and SCTP, and the bytes of one way in each: 4.4 KB there and 4.6 back
 * (measured between two Chromiums, 63 lanes).
 */
const ROUND_TRIPS = 6;
const FLIGHT_BYTES = 750;
/** Said again after so long, as ICE and DTLS do. */
const RESEND: Millis = 500;

/** Shakes hands over a path from `now` on, and calls `opened` when the last answer is here. */
export function shakeHands(
  { forward, reverse, timers }: Path,
  now: Millis,
  opened: (now: Millis) => void,
): void {
  let left = ROUND_TRIPS;
  const timer = timers.add(ask);

  function ask(at: Millis): void {
    const round = left;
    timers.set(timer, at + RESEND);
    send(forward, at, (there) => {
      send(reverse, there, (back) => {
        // An answer to what was said twice.
        if (left !== round) return;
        left -= 1;
        if (left > 0) {
          ask(back);
          return;
        }
        timers.set(timer, undefined);
        opened(back);
      });
    });
  }

  ask(now);
}

function send(link: Link<Datagram>, now: Millis, deliver: (now: Millis) => void): void {
  const flight: Datagram = { deliver, copy: () => flight };
  link.send(flight, FLIGHT_BYTES, now);
}
