/**
 * The server's log, one JSON object a line. It holds what happened to the server, never who was there: no
 * address, no slot, no rendezvous id, no socket id, no user agent. The one door of pino.
 */
import { pino } from 'pino';

/** pino's levels, from everything to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where the server reports to: one plain sentence a line, without codes and names. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Lines that wait for a reader; what follows is lost. */
const MAX_UNWRITTEN_BYTES = 1024 * 1024;

export function createLog(level: LogLevel): Log {
  // `base` would add process and host name to every line.
  const log = pino({ level, base: null }, output());
  return {
    info: (message) => log.info(message),
    warn: (message) => log.warn(message),
    error: (message) => log.error(message),
  };
}

/** A log that cannot be written (a full disk, a reader that went away) ends nothing but the log. */
function output() {
  const stream = pino.destination({ fd: 1, sync: true, maxLength: MAX_UNWRITTEN_BYTES });
  stream.on('error', () => {});
  return stream;
}
