/** Why two sides found no way to each other, from what each of them could offer. Pure. */
import type { CandidateKinds } from '../../transport/signals.ts';
import type { ProblemCode } from '../model.ts';

export interface PathFacts {
  /** What the server named to this page. */
  stun: boolean;
  turn: boolean;
  /** The kinds of addresses that this side found, and those that it heard from the other one. */
  here: CandidateKinds;
  there: CandidateKinds;
}

/**
 * A side that was offered STUN or TURN and has no address but its own reached neither: its network lets no
 * such packet out. Both pages see both lists, so both say the same about the same side.
 */
export function explainNoPath({ stun, turn, here, there }: PathFacts): ProblemCode {
  if (!stun && !turn) return 'no-helpers';
  const relayed = here.has('relay') || there.has('relay');
  const reachesOut = (kinds: CandidateKinds) => kinds.has('srflx') || kinds.has('relay');
  if (!reachesOut(here)) return 'udp-blocked-here';
  if (!reachesOut(there)) return 'udp-blocked-there';
  if (!turn) return 'strict-networks';
  return relayed ? 'no-path' : 'relay-away';
}

export function offered(servers: readonly { urls: string | string[] }[]): { stun: boolean; turn: boolean } {
  const urls = servers.flatMap((server) => server.urls);
  return {
    stun: urls.some((url) => url.startsWith('stun')),
    turn: urls.some((url) => url.startsWith('turn')),
  };
}

/** Everything that `explainNoPath` may say. */
export const NO_PATH: ReadonlySet<string> = new Set<ProblemCode>([
  'no-helpers',
  'udp-blocked-here',
  'udp-blocked-there',
  'strict-networks',
  'relay-away',
  'no-path',
]);

/** What to show when the other side has given up, by the reason that it sent. */
export function explainGivenUp(reason: string): ProblemCode {
  if (reason === 'webrtc-missing') return 'webrtc-missing-there';
  if (reason === 'tampered' || reason === 'version-mismatch') return reason;
  return 'peer-failed';
}
