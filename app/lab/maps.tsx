'use client';
/** The chunk maps of both sides at the time that the replay has reached. */
import { useCallback, useMemo } from 'react';
import { ChunkReplay, ChunkState, type Timeline } from '../../lib/lab/timeline.ts';
import { Cell, type Figures } from '../../lib/session/model.ts';
import { noFigures } from '../../lib/session/no-figures.ts';
import { ChunkMap } from '../ui/network/chunk-map.tsx';
import ui from '../ui/kit/ui.module.css';
import { useLabText } from './use-lab-text.ts';
import css from './laboratory.module.css';
import type { Replay } from './use-replay.ts';

/** The laboratory's states are the chunk map's; the type checker holds them together. */
const SAME: Pick<typeof Cell, 'waiting' | 'received' | 'lost' | 'repaired'> = ChunkState;

interface Props {
  sides: readonly { title: string; timeline: Timeline | undefined }[];
  replay: Replay;
}

export function Maps({ sides, replay }: Props) {
  const { shared } = useLabText();
  return (
    <section className={ui.card} aria-labelledby="lab-maps">
      <h2 id="lab-maps" className={ui.subtitle}>
        {shared.map.title}
      </h2>
      <div className={css.maps}>
        {sides.map(({ title, timeline }) => (
          <div key={title} className={css.map}>
            <h3 className={ui.label}>{title}</h3>
            {timeline && <TimelineMap timeline={timeline} replay={replay} />}
          </div>
        ))}
      </div>
    </section>
  );
}

function TimelineMap({ timeline, replay }: { timeline: Timeline; replay: Replay }) {
  const { now, position, running } = replay;
  const live = useMemo(() => new ChunkReplay(timeline), [timeline]);
  const counted = useMemo(() => new ChunkReplay(timeline), [timeline]);
  // A paused replay is painted once for each position.
  const standing = running ? -1 : position;
  const read = useCallback(
    () => ({ chunksPerCell: 1, cells: live.goTo(standing < 0 ? now() : standing) }),
    [live, now, standing],
  );
  return <ChunkMap read={read} figures={figuresAt(counted, timeline, position)} />;
}

function figuresAt(replay: ChunkReplay, timeline: Timeline, position: number): Figures {
  const counts = [0, 0, 0, 0];
  for (const state of replay.goTo(position)) counts[state] = (counts[state] ?? 0) + 1;
  const repaired = counts[SAME.repaired] ?? 0;
  return {
    ...noFigures(timeline.byteLength),
    chunksReceived: (counts[SAME.received] ?? 0) + repaired,
    chunksLost: (counts[SAME.lost] ?? 0) + repaired,
    chunksRepaired: repaired,
  };
}
