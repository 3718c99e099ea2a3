/** The figures of both sides as functions of counts (docs/PROTOCOL.md, P-50). No state, no clock. */
import type { Figures } from '../model.ts';

/** The receiver's own counts of one picture's original. */
export interface ReceiverCounts {
  readonly byteLength: number;
  readonly chunksTotal: number;
  /** Distinct chunks present. */
  readonly chunks: number;
  readonly repaired: number;
  /** Chunks missing in blocks behind which a later block has begun. */
  readonly holes: number;
  readonly packets: number;
  readonly duplicates: number;
  /**
   * Packets of the session that later ones have overtaken since acceptance: an estimate of the loss until
   * SENT.
   */
  readonly overtaken: number;
  /** The sender's counts (SENT), once known. */
  readonly sent: { readonly packets: number; readonly retransmitted: number } | undefined;
  readonly bytesReceived: number;
  readonly prefixBytes: number;
  /** Bytes a second, over the last second. */
  readonly rate: number;
  /** Seconds since acceptance; up to the digest's comparison once that has been made. */
  readonly seconds: number;
  readonly over: boolean;
  /** The sender's, ms. */
  readonly roundTrip: number | undefined;
  readonly lanes: number;
}

export function receiverFigures(counts: ReceiverCounts): Figures {
  const { byteLength, chunksTotal, repaired, packets, sent, over } = counts;
  const packetsSent = sent?.packets ?? packets + counts.overtaken;
  return derive({
    byteLength,
    over,
    chunksTotal,
    chunksReceived: Math.min(chunksTotal, counts.chunks),
    chunksLost: repaired + counts.holes,
    chunksRepaired: repaired,
    packetsSent,
    packetsReceived: packets,
    packetsLost: Math.max(0, packetsSent - packets),
    retransmitted: sent?.retransmitted ?? Math.max(0, packetsSent - chunksTotal),
    duplicates: counts.duplicates,
    bytesReceived: counts.bytesReceived,
    prefixBytes: counts.prefixBytes,
    rate: counts.rate,
    seconds: counts.seconds,
    roundTrip: counts.roundTrip,
    lanes: counts.lanes,
  });
}

/** What the receiver has reported last (PROGRESS). */
export interface ReportedCounts {
  readonly packets: number;
  readonly duplicates: number;
  readonly repaired: number;
  readonly holes: number;
  /** No packet is counted after this. */
  readonly final: boolean;
}

/** The sender's own counts of one picture's original. */
export interface SenderCounts {
  readonly byteLength: number;
  readonly chunksTotal: number;
  /** Chunks that feedback says are at the receiver. */
  readonly chunks: number;
  readonly packets: number;
  readonly retransmitted: number;
  /** Packets of the session that loss detection has counted since acceptance. */
  readonly lost: number;
  readonly reported: ReportedCounts | undefined;
  /** In front of the first block that is not complete at the receiver, by feedback. */
  readonly prefixBytes: number;
  readonly rate: number;
  /** Seconds since acceptance; up to COMPLETE once that has arrived. */
  readonly seconds: number;
  readonly done: boolean;
  readonly roundTrip: number | undefined;
  readonly lanes: number;
}

export function senderFigures(counts: SenderCounts): Figures {
  const { byteLength, chunksTotal, packets, reported, done } = counts;
  const repaired = reported?.repaired ?? 0;
  return derive({
    byteLength,
    over: done,
    chunksTotal,
    chunksReceived: done ? chunksTotal : Math.min(chunksTotal, counts.chunks),
    chunksLost: repaired + (done ? 0 : (reported?.holes ?? 0)),
    chunksRepaired: repaired,
    packetsSent: packets,
    packetsReceived: reported?.packets ?? 0,
    packetsLost:
      reported?.final === true ? Math.max(0, packets - reported.packets) : Math.min(packets, counts.lost),
    retransmitted: counts.retransmitted,
    duplicates: reported?.duplicates ?? 0,
    bytesReceived: bytesAtReceiver(counts),
    prefixBytes: done ? byteLength : counts.prefixBytes,
    rate: counts.rate,
    seconds: counts.seconds,
    roundTrip: counts.roundTrip,
    lanes: counts.lanes,
  });
}

/** Bytes of the original that the sender knows to be at the receiver. */
export function bytesAtReceiver({
  byteLength,
  chunks,
  done,
}: Pick<SenderCounts, 'byteLength' | 'chunks' | 'done'>): number {
  return done ? byteLength : Math.min(byteLength, chunks * 1024);
}

type Counted = Omit<
  Figures,
  'lossPercent' | 'successPercent' | 'averageRate' | 'secondsLeft' | 'roundTrip'
> & {
  readonly byteLength: number;
  readonly over: boolean;
  readonly roundTrip: number | undefined;
};

/** What follows from the counts on either side. */
function derive({ byteLength, over, roundTrip, ...counts }: Counted): Figures {
  const { packetsLost, packetsSent, chunksReceived, chunksTotal, bytesReceived, rate, seconds } = counts;
  return {
    ...counts,
    lossPercent: packetsSent > 0 ? (100 * packetsLost) / packetsSent : 0,
    successPercent: chunksTotal > 0 ? (100 * chunksReceived) / chunksTotal : 100,
    averageRate: bytesReceived / seconds,
    ...(rate > 0 && !over ? { secondsLeft: (byteLength - bytesReceived) / rate } : {}),
    ...(roundTrip === undefined ? {} : { roundTrip }),
  };
}
