/** What a live connection runs over, from its statistics (https://www.w3.org/TR/webrtc-stats/). */
import type { PathKind } from './contract.ts';

export interface SelectedPath {
  kind: PathKind;
  /** Both ends use an address of their own: nothing is between them that lanes would have to ask. */
  hostToHost: boolean;
  protocol: string | undefined;
  /** Our own address, where the browser reveals it. */
  address: string | undefined;
}

interface CandidateReport {
  candidateType?: string;
  protocol?: string;
  address?: string;
}

export async function selectedPath(connection: RTCPeerConnection): Promise<SelectedPath | undefined> {
  let report: RTCStatsReport;
  try {
    report = await connection.getStats();
  } catch {
    return undefined;
  }
  const entries = [...(report as unknown as Map<string, Record<string, unknown>>).values()];
  const byId = (id: unknown) => entries.find((entry) => entry.id === id);
  const transport = entries.find((entry) => entry.type === 'transport' && entry.selectedCandidatePairId);
  const pair =
    byId(transport?.selectedCandidatePairId) ??
    // Firefox names no pair in its transport report and marks the pair instead.
    entries.find((entry) => entry.type === 'candidate-pair' && entry.selected === true);
  if (!pair) return undefined;
  const local = byId(pair.localCandidateId) as CandidateReport | undefined;
  const remote = byId(pair.remoteCandidateId) as CandidateReport | undefined;
  if (!local) return undefined;
  return {
    kind: local.candidateType === 'relay' || remote?.candidateType === 'relay' ? 'relayed' : 'direct',
    // The other side's address may be one that only showed up in a check ("prflx") because its name was
    // hidden.
    hostToHost:
      local.candidateType === 'host' &&
      (remote?.candidateType === 'host' || remote?.candidateType === 'prflx'),
    protocol: local.protocol?.toLowerCase(),
    address: local.address || undefined,
  };
}

/** Of a lane's candidates only those like the first connection's are worth a message. */
export function worthSignaling(candidate: string, path: SelectedPath | undefined): boolean {
  if (!path?.hostToHost || candidate === '') return candidate !== '';
  const [, , protocol, , address, , , type] = candidate.split(' ');
  if (protocol?.toLowerCase() !== path.protocol || type !== 'host') return false;
  return path.address === undefined || address === path.address || (address ?? '').endsWith('.local');
}
