/** A page's signaling client that keeps its notifications, for the tests of the client and of the server. */
import { expect } from 'vitest';
import { createSignalingClient, type SignalingClient } from './signaling-client.ts';

/** Clients of real servers, on a busy machine. */
const PATIENCE = { timeout: 15_000, interval: 10 };

export interface HearingClient {
  readonly client: SignalingClient;
  /** All notifications in order: `online`, `message 1,2`, `expired replaced` … */
  readonly heard: string[];
  /** Resolves once this was heard so often. */
  readonly until: (notification: string, times?: number) => Promise<void>;
}

/** Connects to a server. The caller closes the client. */
export function hearingClient(server: string, patience = PATIENCE): HearingClient {
  const heard: string[] = [];
  const client = createSignalingClient({
    server,
    onOnline: (online) => heard.push(online ? 'online' : 'offline'),
    onPaired: () => heard.push('paired'),
    onMessage: (bytes) => heard.push(`message ${[...bytes].join(',')}`),
    onKnock: (id) => heard.push(`knock ${id}`),
    onWait: () => heard.push('wait'),
    onRing: (id) => heard.push(`ring ${id}`),
    onPeerLeft: () => heard.push('peer-left'),
    onExpired: (reason) => heard.push(`expired ${reason}`),
  });
  const count = (notification: string) => heard.filter((one) => one === notification).length;
  return {
    client,
    heard,
    until: (notification, times = 1) =>
      expect.poll(() => count(notification), patience).toBeGreaterThanOrEqual(times),
  };
}
