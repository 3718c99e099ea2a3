/**
 * What whoever runs the server may count: sums over everybody, never anything of one visitor. Labels come
 * from closed sets, so that nothing a visitor sends becomes a label. The one door of prom-client.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { SignalingErrorCode } from '../wire/messages.ts';

/** Requests that are counted. */
export type Asked = 'open' | 'reopen' | 'join' | 'knock' | 'rejoin' | 'relay';
/** Which bound of `limits.ts` a visitor met. */
export type LimitHit =
  | 'connections'
  | 'handshake'
  | 'sockets'
  | 'connect'
  | 'open'
  | 'join'
  | 'failed-join'
  | 'rejoin'
  | 'presence'
  | 'messages'
  | 'bytes'
  | 'malformed'
  | 'stun';

export interface Levels {
  sockets: number;
  rooms: number;
  pairs: number;
  /** Sides of dropped sessions that wait for the other one. */
  waiting: number;
  alarm: boolean;
  ready: boolean;
}

/** What the server counts: never addresses, codes or names. */
export interface Metrics {
  /** A request was answered: `done`, or with an error. */
  answered(request: Asked, outcome: 'done' | SignalingErrorCode): void;
  relayed(byteLength: number): void;
  /** A code was not there, or its room ended before its host trusted the guest. */
  failedJoin(): void;
  limitHit(limit: LimitHit): void;
  /** Asked at every reading. */
  watch(levels: () => Promise<Levels>): void;
}

export interface ReadableMetrics extends Metrics {
  /** Prometheus' text format, and its media type. */
  read(): Promise<{ type: string; text: string }>;
}

/** Counts nothing: where the figures are not served. */
export const noMetrics: Metrics = {
  answered: () => {},
  relayed: () => {},
  failedJoin: () => {},
  limitHit: () => {},
  watch: () => {},
};

/** Counters and gauges in Prometheus' format, with those of the process. */
export function createMetrics(): ReadableMetrics {
  const register = new Registry();
  const registers = [register];
  // Processor, memory, descriptors, and the delay of the event loop.
  collectDefaultMetrics({ register });
  const requests = new Counter({
    name: 'tessera_requests_total',
    help: 'Requests answered, by kind (reopen and rejoin are reconnects) and outcome.',
    labelNames: ['request', 'outcome'] as const,
    registers,
  });
  const relayedBytes = new Counter({
    name: 'tessera_relayed_bytes_total',
    help: 'Sealed bytes handed from one side of a pair to the other.',
    registers,
  });
  const failedJoins = new Counter({
    name: 'tessera_failed_joins_total',
    help: 'Codes that were not there, and rooms that were joined to no end.',
    registers,
  });
  const limitHits = new Counter({
    name: 'tessera_limit_hits_total',
    help: 'Times that a limit refused something, by limit.',
    labelNames: ['limit'] as const,
    registers,
  });
  return {
    answered: (request, outcome) => requests.inc({ request, outcome }),
    relayed: (byteLength) => relayedBytes.inc(byteLength),
    failedJoin: () => failedJoins.inc(),
    limitHit: (limit) => limitHits.inc({ limit }),
    watch: (levels) => {
      const gauge = (name: keyof Levels, help: string) =>
        new Gauge({
          name: `tessera_${name}`,
          help,
          registers,
          async collect() {
            this.set(Number((await levels())[name]));
          },
        });
      gauge('sockets', 'Open websockets.');
      gauge('rooms', 'Codes that wait for their guest.');
      gauge('pairs', 'Pairs that talk through the server.');
      gauge('waiting', 'Sides of dropped sessions that wait for the other one.');
      gauge('alarm', '1: many joins fail, new codes get longer slots.');
      gauge('ready', '1: takes new rooms.');
    },
    read: async () => ({ type: register.contentType, text: await register.metrics() }),
  };
}
