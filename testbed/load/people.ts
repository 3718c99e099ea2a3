/** Real Socket.IO clients, each from an address of its own, and how two of them pair. */
import { io } from 'socket.io-client';
import type { SignalingSocket } from '../../lib/session/connection/signaling-socket.ts';

/** Below the server's own limits on one address, however long a run takes. */
const PEOPLE_BEHIND_AN_ADDRESS = 4;
/** 127.64.0.0 and above: floods are below. */
const FIRST_NETWORK = 64;

export interface PeopleOptions {
  /** Of several nodes: everybody at the next one. */
  port: number | readonly number[];
  /** Behind a trusted proxy, which names the address; otherwise they call from it. */
  forwarded?: boolean;
}

/** The address of the n-th person: one of 127.0.0.0/8, each of which is another one to the server. */
export function addressOf(n: number): string {
  const index = Math.floor(n / PEOPLE_BEHIND_AN_ADDRESS);
  return `127.${FIRST_NETWORK + (Math.floor(index / 50_000) % 64)}.${Math.floor(index / 200) % 250}.${(index % 200) + 1}`;
}

export function person(n: number, { port, forwarded }: PeopleOptions): SignalingSocket {
  const address = addressOf(n);
  const at = typeof port === 'number' ? port : port[n % port.length];
  return io(`http://127.0.0.1:${at}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...(forwarded ? { extraHeaders: { 'X-Forwarded-For': address } } : { localAddress: address }),
  } as object);
}

/** Rejects when the server refuses, or the connection ends first. */
export function connected(socket: SignalingSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('connect_error', reject);
    socket.once('disconnect', (reason) => reject(new Error(reason)));
  });
}

/** What a page says first, and how much the others are: sizes of CPace's and of sealed messages. */
export const HELLO_BYTES = 20;
export const SEALED_BYTES = 600;

/** An acknowledgement, or the code of its refusal as an error. */
export function asked<T>(answer: T | { error: string }): T {
  if (typeof answer === 'object' && answer !== null && 'error' in answer) throw new Error(answer.error);
  return answer;
}

/** `undefined` of nothing. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
