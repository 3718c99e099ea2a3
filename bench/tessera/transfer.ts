/** What is measured of one picture, and the shares that follow from it. */
import type { Figures } from '../../lib/session/model.ts';
import type { RelayStats } from '../../testbed/link/relay.ts';

/** What one picture took, and what the pages and the link say about it. */
export interface TesseraTransfer {
  /** `tessera:accepted` to `tessera:complete`, both marks of the receiver's page: the digest is verified. */
  seconds: number;
  /** `tessera:accepted` to the first paint of anything of the picture. */
  firstPictureSeconds: number | undefined;
  /** The receiver's closing report. */
  figures: Figures;
  /**
   * The link's counters from just before the acceptance to just after the end; `undefined` on the direct
   * path.
   */
  link: RelayStats | undefined;
  /** Longest stretch that the page's thread was taken for, ms; 0: none of 50 ms or more. */
  longestTaskMs: { sender: number; receiver: number };
}

/** Lane messages of the picture's own chunks and repair for each chunk. */
export function sentPerNeeded({ figures }: Pick<TesseraTransfer, 'figures'>): number {
  return figures.packetsSent / figures.chunksTotal;
}

/** Share of the lane messages that did not arrive, 0 … 1. */
export function messageLoss({ figures }: Pick<TesseraTransfer, 'figures'>): number {
  return figures.packetsSent > 0 ? figures.packetsLost / figures.packetsSent : 0;
}

/**
 * Whether nothing had to wait for the receiver to say what it lacks: the lack of a chunk of the first flight
 * is reported after one and a half round trips, and what answers it cannot be there before two.
 */
export function withoutRepairRoundTrip(seconds: number, link: { delayMs: number }): boolean {
  return seconds * 1000 < 4 * link.delayMs;
}
