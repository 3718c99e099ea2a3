import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { CONTROL_LANE, type LaneId } from '../protocol/endpoint.ts';
import type { Transport } from './contract.ts';
import { MemoryNetwork, type MemoryNetworkOptions } from './memory.ts';

function end(network: MemoryNetwork, initiator: boolean, signal: (message: unknown) => void) {
  const log: string[] = [];
  const packets: [LaneId, number][] = [];
  const transport = network.createTransport({
    initiator,
    iceServers: [],
    relayOnly: false,
    signal,
    events: {
      connected: () => log.push('connected'),
      closed: (reason) => log.push(reason),
      laneOpen: (lane) => log.push(`open ${lane}`),
      laneClosed: (lane) => log.push(`closed ${lane}`),
      packet: (lane, bytes) => packets.push([lane, bytes[0]!]),
      backlog: () => undefined,
    },
  });
  return { transport, log, packets };
}

async function pair(options: MemoryNetworkOptions = {}) {
  const network = new MemoryNetwork(options);
  // Signals are plain data: they survive the sealing and the server.
  const copy = (message: unknown): unknown => JSON.parse(JSON.stringify(message));
  const other: { transport?: Transport } = {};
  const a = end(network, true, (message) => other.transport!.handleSignal(copy(message)));
  const b = end(network, false, (message) => a.transport.handleSignal(copy(message)));
  other.transport = b.transport;
  await vi.waitFor(() => expect(a.log.length + b.log.length).toBe(4));
  return { network, a, b };
}

describe('transports in memory', () => {
  test('connect by their signals, report it before lane 1, and agree on certificates', async () => {
    const { a, b } = await pair();
    expect(a.log).toEqual(['connected', 'open 1']);
    expect(b.log).toEqual(['connected', 'open 1']);
    expect(a.transport.fingerprints()).toEqual(b.transport.fingerprints());
    expect(await a.transport.path()).toBe('direct');
  });

  test('[P-12] keep control messages in order and complete, and deliver what was sent before closing', async () => {
    const { a, b } = await pair({ controlDelayMs: 3 });
    for (let i = 1; i <= 50; i++) expect(a.transport.send(CONTROL_LANE, new Uint8Array([i]))).toBe(true);
    a.transport.close();
    await vi.waitFor(() => expect(b.log.at(-1)).toBe('closed'));
    expect(b.packets).toEqual(Array.from({ length: 50 }, (_, i) => [CONTROL_LANE, i + 1]));
    expect(a.log.at(-1)).toBe('closed');
    expect(b.log.at(-1)).toBe('closed');
    expect(a.transport.send(CONTROL_LANE, new Uint8Array([1]))).toBe(false);
  });

  test('carry lane messages as the network does, with bytes of their own', async () => {
    const { a, b } = await pair({ toOther: (_lane, bytes, deliver) => bytes[0] !== 2 && deliver() });
    const bytes = new Uint8Array([1]);
    for (let i = 1; i <= 3; i++) {
      bytes[0] = i;
      expect(a.transport.send(1, bytes)).toBe(true);
    }
    bytes[0] = 99;
    await sleep(5);
    expect(b.packets).toEqual([
      [1, 1],
      [1, 3],
    ]);
    expect(a.transport.send(5, bytes)).toBe(false);
  });

  test('[P-9] open and close lanes by the word of the initiator, and never use a number twice', async () => {
    const { network, a, b } = await pair();
    b.transport.setLaneTarget(5);
    expect(b.transport.figures().lanesOpen).toBe(1);
    a.transport.setLaneTarget(4);
    expect(b.log.slice(2)).toEqual(['open 2', 'open 3', 'open 4']);
    network.killLane(2);
    await vi.waitFor(() => expect(a.log.slice(-2)).toEqual(['closed 2', 'open 5']));
    a.transport.setLaneTarget(1);
    expect(a.transport.figures()).toEqual({ lanesOpen: 1, lanesTarget: 1 });
    expect(b.transport.figures().lanesOpen).toBe(1);
  });

  test('fail on both sides when the path is cut', async () => {
    const { network, a, b } = await pair();
    network.cut();
    expect(a.log.at(-1)).toBe('failed');
    expect(b.log.at(-1)).toBe('failed');
  });

  test('refuse a control message that looks like the transport’s own', async () => {
    const { a } = await pair();
    expect(() => a.transport.send(CONTROL_LANE, new Uint8Array([0, 1]))).toThrow(RangeError);
    expect(() => a.transport.send(CONTROL_LANE, new Uint8Array(0))).toThrow(RangeError);
  });

  test('drop malformed signals', async () => {
    const { a } = await pair();
    for (const message of [null, 7, {}, { type: 'answer', memory: 'nobody' }])
      a.transport.handleSignal(message);
    expect(a.log).toEqual(['connected', 'open 1']);
  });
});
