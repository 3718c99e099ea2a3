/**
 * The server's log, one JSON object a line. It holds what happened to the server, never who was there: no
 * address, no slot, no rendezvous id, no socket id, no user agent. The one door of pino.
 */
import { pino } from 'pino';

/** pino's levels, from everything to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What goes along with a line. Numbers only: no text of a visitor fits in. */
export type Facts = Readonly<Record<string, number | boolean>>;

/** Where the server reports to: one plain sentence a line, without codes and names. */
export interface Log {
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
}

/** Lines that wait for a reader; what follows is lost. */
const MAX_UNWRITTEN_BYTES = 1024 * 1024;

export function createLog(level: LogLevel): Log {
  // `base` would add process and host name to every line.
  const log = pino({ level, base: null }, output());
  return {
    info: (message, facts = {}) => log.info(facts, message),
    warn: (message, facts = {}) => log.warn(facts, message),
    error: (message, facts = {}) => log.error(facts, message),
  };
}

/** A log that cannot be written (a full disk, a reader that went away) ends nothing but the log. */
function output() {
  const stream = pino.destination({ fd: 1, sync: true, maxLength: MAX_UNWRITTEN_BYTES });
  stream.on('error', () => {});
  return stream;
}

/** A name or code, never a message: that may quote what a visitor sent. */
export const errorName = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'unknown';
