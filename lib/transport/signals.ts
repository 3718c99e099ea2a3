/** SDP and candidates of one connection as the other side sends them: checked before a browser sees them. */
import { MAX_CANDIDATES, MAX_SDP_LENGTH } from './limits.ts';

export interface Candidate {
  candidate: string;
  sdpMid: string | null;
  sdpMLineIndex: number | null;
}

export type PeerSignal =
  | { type: 'offer' | 'answer'; sdp: string }
  | { type: 'candidate'; candidate: Candidate };

/** RFC 8839 §5.1: foundation, component, protocol, priority, address, port, "typ" type, then anything. */
const CANDIDATE_LINE =
  /^candidate:\S{1,64} \d{1,3} (?:udp|tcp) \d{1,10} \S{1,255} \d{1,5} typ \w+[\x20-\x7e]*$/i;

/** The signal, or `undefined` if it is malformed. Unknown fields are left behind. */
export function parseSignal(message: unknown): PeerSignal | undefined {
  if (!isRecord(message)) return undefined;
  if (message.type === 'offer' || message.type === 'answer') {
    const { type, sdp } = message;
    return typeof sdp === 'string' && sdp.length <= MAX_SDP_LENGTH && sdp.startsWith('v=0')
      ? { type, sdp }
      : undefined;
  }
  if (message.type !== 'candidate' || !isRecord(message.candidate)) return undefined;
  const { candidate, sdpMid = null, sdpMLineIndex = null } = message.candidate;
  if (typeof candidate !== 'string') return undefined;
  // An empty candidate ends the list and needs no address.
  if (candidate !== '' && !CANDIDATE_LINE.test(candidate)) return undefined;
  if (sdpMid !== null && (typeof sdpMid !== 'string' || sdpMid.length > 16)) return undefined;
  if (sdpMLineIndex !== null && (!Number.isInteger(sdpMLineIndex) || (sdpMLineIndex as number) < 0)) {
    return undefined;
  }
  if (sdpMid === null && sdpMLineIndex === null) return undefined;
  return {
    type: 'candidate',
    candidate: { candidate, sdpMid, sdpMLineIndex: sdpMLineIndex as number | null },
  };
}

/**
 * Kinds of addresses (RFC 8839, `typ`): `host` a device's own, `srflx` as STUN sees it, `relay` at a TURN
 * server.
 */
export type CandidateKinds = ReadonlySet<string>;

/** The kinds of the addresses in a description or candidate; of anything else none. */
export function candidateKinds(message: unknown): string[] {
  const signal = parseSignal(message);
  const text = signal?.type === 'candidate' ? signal.candidate.candidate : (signal?.sdp ?? '');
  return [...text.matchAll(/^(?:a=)?candidate:.* typ (\w+)/gm)].map(([, kind]) => kind!);
}

/**
 * Lets through what one connection may still take: one description of the right kind, and a bounded number of
 * candidates.
 */
export class SignalGate {
  #expected: 'offer' | 'answer';
  #described = false;
  #candidates = 0;

  constructor(initiator: boolean) {
    this.#expected = initiator ? 'answer' : 'offer';
  }

  pass(signal: PeerSignal): boolean {
    if (signal.type === 'candidate') return ++this.#candidates <= MAX_CANDIDATES;
    if (this.#described || signal.type !== this.#expected) return false;
    this.#described = true;
    return true;
  }
}

/** Colon-separated upper-case hex of the certificate's SHA-256 (RFC 8122 §5), or `undefined`. */
export function fingerprintOf(sdp: string | undefined): string | undefined {
  return /^a=fingerprint:sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})\s*$/im.exec(sdp ?? '')?.[1]?.toUpperCase();
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
