'use client';
/** The laboratory: one picture over two protocols, played back side by side. */
import { lazy, useEffect, useMemo, useState } from 'react';
import { Part } from '../ui/kit/part.tsx';
import type { Rival } from '../../lib/lab/conditions.ts';
import { plotData } from '../../lib/lab/plot-data.ts';
import { qualityOver, type QualityCurve } from '../../lib/lab/quality.ts';
import { limitUnder } from '../../lib/lab/simulate.ts';
import { endOf, type Timeline } from '../../lib/lab/timeline.ts';
import { useStore } from '../../lib/store/use-store.ts';
import { Notice } from '../ui/kit/notice.tsx';
import ui from '../ui/kit/ui.module.css';
import { Controls } from './controls.tsx';
import { useLabText } from './use-lab-text.ts';
import css from './laboratory.module.css';
import { makeLaboratory } from './make-laboratory.ts';
import { Maps } from './maps.tsx';
import { PickPicture } from './pick-picture.tsx';
import { ReplayBar } from './replay-bar.tsx';
import { Results } from './results.tsx';
import { SidePicture } from './side-picture.tsx';
import { useLabPicture } from './use-lab-picture.ts';
import { type Replay, useReplay } from './use-replay.ts';
import { linkTo, useSharedConditions } from './use-shared-conditions.ts';

const LabPlots = lazy(() => import('./lab-plots.tsx'));

export function LaboratoryPage() {
  const { t, f } = useLabText();
  const [lab] = useState(makeLaboratory);
  const { conditions, picture, curve, timelines, run, problem } = useStore(lab.store, (state) => state);
  const ours = timelines.tessera;
  const theirs = timelines[conditions.rival];
  const end = ours && theirs && Math.max(endOf(ours), endOf(theirs));
  const replay = useReplay(end);
  const names = { ours: t.system.tessera, theirs: t.system[conditions.rival] };

  useSharedConditions(lab);
  const show = useLabPicture(lab);
  useEffect(() => () => lab.dispose(), [lab]);

  const epoch = `${run}.${conditions.rival}.${replay.epoch}`;
  const seconds = (timeline: Timeline) =>
    timeline.completeAt === undefined ? t.never : f.duration(timeline.completeAt / 1000);
  const outcome =
    ours && theirs && end !== undefined && replay.position >= end
      ? t.finished(seconds(ours), names.theirs, seconds(theirs))
      : undefined;
  return (
    <div className={ui.page} data-testid="lab" data-run={run} data-over={outcome !== undefined}>
      <div className={css.head}>
        <h1 className={ui.title}>{t.title}</h1>
        <p className={css.explain}>{t.explain}</p>
      </div>
      <div className={css.lab}>
        <div className={css.stageArea}>
          {problem && (
            <Notice kind="bad">
              <p role="alert">{t.problem[problem]}</p>
            </Notice>
          )}
          <div className={css.sides}>
            <SidePicture
              side="ours"
              title={names.ours}
              picture={picture}
              timeline={ours}
              position={replay.position}
              epoch={epoch}
            />
            <SidePicture
              side="theirs"
              title={names.theirs}
              picture={picture}
              timeline={theirs}
              position={replay.position}
              epoch={epoch}
            />
          </div>
          <ReplayBar replay={replay} ready={end !== undefined} />
          <p className={outcome ? css.outcome : ui.unseen} aria-live="polite" data-testid="lab-outcome">
            {outcome}
          </p>
          <PickPicture show={show} picture={picture} />
        </div>
        <Controls conditions={conditions} change={(change) => lab.change(change)} link={() => linkTo(lab)} />
        <div className={css.findings}>
          <Results
            conditions={conditions}
            timelines={timelines}
            curve={curve}
            limit={picture && limitUnder(conditions, picture.bytes.length)}
          />
          <Maps
            sides={[
              { title: names.ours, timeline: ours },
              { title: names.theirs, timeline: theirs },
            ]}
            replay={replay}
          />
          <Curves ours={ours} theirs={theirs} rival={conditions.rival} curve={curve} replay={replay} />
        </div>
      </div>
    </div>
  );
}

interface CurvesProps {
  ours: Timeline | undefined;
  theirs: Timeline | undefined;
  rival: Rival;
  curve: QualityCurve | undefined;
  replay: Replay;
}

function Curves({ ours, theirs, rival, curve, replay }: CurvesProps) {
  const { t } = useLabText();
  const data = useMemo(() => {
    if (!ours || !theirs) return undefined;
    const sides = [ours, theirs];
    return plotData(
      sides,
      sides.map((side) => curve && qualityOver(side, curve)),
    );
  }, [ours, theirs, curve]);
  return (
    <section className={ui.card} aria-labelledby="lab-curves">
      <h2 id="lab-curves" className={ui.subtitle}>
        {t.plots}
      </h2>
      <div className={css.plots} data-testid="lab-plots">
        {data && (
          <Part>
            <LabPlots
              data={data}
              names={[t.system.tessera, t.system[rival]]}
              position={replay.position / 1000}
            />
          </Part>
        )}
      </div>
      <p className={`${ui.soft} ${ui.small}`}>{t.timeAxis}</p>
    </section>
  );
}
