import { expect, test, vi } from 'vitest';
import { LanePool } from './lane-pool.ts';
import type { LaneSignal } from './lane-signals.ts';
import { MAX_WITH_LANES } from './limits.ts';
import { connectionsOfPage } from './peer.ts';

// Node has no connections: these are counted, and that is all.
vi.mock('./peer.ts', async () => {
  const { ConnectionCount } = await import('./connection-count.ts');
  const count = new ConnectionCount();
  class Peer {
    constructor() {
      count.add(this);
    }
    handleSignal = (): void => undefined;
    destroy = (): void => undefined;
  }
  return { connectionsOfPage: count, Peer };
});

/** Of sessions that were lost, say. */
const held: object[] = [];
function hold(count: number): void {
  while (connectionsOfPage.value < count) {
    const connection = {};
    held.push(connection);
    connectionsOfPage.add(connection);
  }
}

function makePool(initiator: boolean): { pool: LanePool; said: LaneSignal[] } {
  const said: LaneSignal[] = [];
  const pool = new LanePool({
    initiator,
    config: {},
    path: { kind: 'direct', hostToHost: true, protocol: 'udp', address: undefined },
    localSdp: 'v=0',
    remoteSdp: 'v=0',
    send: (signals) => said.push(...signals),
    takeLane: () => () => undefined,
    laneOpen: () => undefined,
    laneClosed: () => undefined,
  });
  return { pool, said };
}

test('[P-10] a page with 400 connections makes no lane, of its own or for the other side', async () => {
  hold(MAX_WITH_LANES - 2);
  const ours = makePool(true);
  ours.pool.setTarget(10, false);
  expect(connectionsOfPage.value).toBe(MAX_WITH_LANES);
  const theirs = makePool(false);
  theirs.pool.handleSignal({ lane: 2, sdp: [1] });
  await vi.waitFor(() => expect(theirs.said).toEqual([{ lane: 2, gone: true }]));
  expect(connectionsOfPage.value).toBe(MAX_WITH_LANES);
  expect(held).toHaveLength(MAX_WITH_LANES - 2);
  ours.pool.stop();
  theirs.pool.stop();
});
