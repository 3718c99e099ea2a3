import type { Transport, TransportOptions } from '../../transport/contract.ts';

/** A connection in the making whose words stay here. */
export interface HeldTransport {
  transport: Transport;
  /** The other side is confirmed: what was said so far is passed on, and everything from now on. */
  release(): void;
}

/**
 * Makes a connection that finds its own addresses and makes its offer, but sends nothing before `release`.
 */
export function holdTransport(
  create: (options: TransportOptions) => Transport,
  options: TransportOptions,
): HeldTransport {
  const waiting: unknown[] = [];
  let held = true;
  const signal = (message: unknown): void => {
    if (held) waiting.push(message);
    else options.signal(message);
  };
  return {
    transport: create({ ...options, signal }),
    release() {
      held = false;
      for (const message of waiting.splice(0)) options.signal(message);
    },
  };
}
