/**
 * Lane signals on the control channel. The first byte of every control message says whose it is:
 *
 *     0x00  JSON (UTF-8): an array of lane signals      the transport's
 *     else  anything                                    the session's, passed on whole
 */
import type { LaneId } from '../protocol/endpoint.ts';
import { MAX_SIGNAL_BATCH_BYTES } from './limits.ts';
import { isRecord, type Candidate } from './signals.ts';
import type { SdpDifference } from './sdp-difference.ts';

export const TRANSPORT_MESSAGE = 0x00;
export const LAST_LANE: LaneId = 0xffff;

export type LaneSignal =
  /** Opens the lane (from the initiator), or answers. */
  | { lane: LaneId; sdp: SdpDifference }
  | { lane: LaneId; candidate: Candidate }
  /** The lane is gone, or is to go. */
  | { lane: LaneId; gone: true }
  /** The whole transport ends in good order. */
  | { bye: true };

/**
 * As many control messages as it takes, each at most `MAX_SIGNAL_BATCH_BYTES` unless one signal is longer.
 */
export function encodeLaneSignals(signals: readonly LaneSignal[]): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let parts: string[] = [];
  let length = 0;
  const flush = () => {
    if (parts.length === 0) return;
    const json = new TextEncoder().encode(`[${parts.join(',')}]`);
    const message = new Uint8Array(1 + json.length);
    message[0] = TRANSPORT_MESSAGE;
    message.set(json, 1);
    messages.push(message);
    parts = [];
    length = 0;
  };
  for (const signal of signals) {
    const part = JSON.stringify(signal);
    if (length + part.length > MAX_SIGNAL_BATCH_BYTES) flush();
    parts.push(part);
    length += part.length + 1;
  }
  flush();
  return messages;
}

/**
 * What of a transport message makes sense; the rest is dropped. `sdp` and `candidate` are still the other
 * side's words: `applyDifference` and `parseSignal` check them.
 */
export function decodeLaneSignals(message: Uint8Array): LaneSignal[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(message.subarray(1)));
  } catch {
    return [];
  }
  return Array.isArray(parsed) ? parsed.filter(isLaneSignal) : [];
}

function isLaneSignal(value: unknown): value is LaneSignal {
  if (!isRecord(value)) return false;
  if (value.bye === true) return true;
  const { lane } = value;
  // Lane 1 is the first connection's and is never signaled here.
  if (!Number.isInteger(lane) || (lane as number) < 2 || (lane as number) > LAST_LANE) return false;
  return Array.isArray(value.sdp) || isRecord(value.candidate) || value.gone === true;
}
