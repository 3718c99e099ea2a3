/**
 * The laboratory's state, without React and without a browser: what is compared, under which conditions, with
 * what result.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Conditions } from './conditions.ts';
import type { Job } from './job.ts';
import type { LabPicture, PictureProblem } from './picture.ts';
import type { QualityCurve } from './quality.ts';
import type { JobListener } from './start-job.ts';
import type { System, Timeline } from './timeline.ts';

/** Why there is nothing to show: the picture, or a worker that failed. */
export type LabProblem = PictureProblem | 'simulation-failed';

export interface LabState {
  conditions: Conditions;
  picture: LabPicture | undefined;
  /** Quality over bytes of that picture, once measured. */
  curve: QualityCurve | undefined;
  /** Of the present conditions and picture; each arrives when its simulation is over. */
  timelines: Partial<Record<System, Timeline>>;
  simulating: boolean;
  /** Counts the runs, so that a replay knows when to begin anew. */
  run: number;
  problem: LabProblem | undefined;
}

export interface LabTools {
  /** @returns ends it */
  startJob(job: Job, listener: JobListener): () => void;
  measureQuality(picture: LabPicture, signal: AbortSignal): Promise<QualityCurve | undefined>;
  /** Calls back after `delay` ms; returns a cancel. */
  schedule(delay: number, callback: () => void): () => void;
}

/** A slider that is being dragged passes many stops: only where it rests is simulated. */
const REST_MS = 200;

/** Runs the simulations that its conditions ask for, and keeps what is shown in `store`. */
export class Laboratory {
  readonly store: StoreApi<LabState>;
  readonly #tools: LabTools;
  #endJob: (() => void) | undefined;
  #cancelRest: (() => void) | undefined;
  #measuring: AbortController | undefined;

  constructor(tools: LabTools, conditions: Conditions) {
    this.#tools = tools;
    this.store = createStore<LabState>(() => ({
      conditions,
      picture: undefined,
      curve: undefined,
      timelines: {},
      simulating: false,
      run: 0,
      problem: undefined,
    }));
  }

  change(change: Partial<Conditions>): void {
    const before = this.store.getState().conditions;
    const conditions = { ...before, ...change };
    this.store.setState({ conditions });
    // Every rival is simulated anyway; another one to look at is there already.
    const pathChanged = (Object.keys(conditions) as (keyof Conditions)[]).some(
      (name) => name !== 'rival' && conditions[name] !== before[name],
    );
    if (!pathChanged) return;
    this.#stop();
    this.#cancelRest = this.#tools.schedule(REST_MS, () => this.#simulate());
    this.store.setState({ simulating: true });
  }

  /** Another picture, or why there is none; then the one before stays. */
  show(picture: LabPicture | PictureProblem): void {
    if (typeof picture === 'string') {
      this.store.setState({ problem: picture });
      return;
    }
    this.store.setState({ picture, curve: undefined, problem: undefined });
    this.#simulate();
    this.#measuring?.abort();
    const measuring = new AbortController();
    this.#measuring = measuring;
    this.#tools.measureQuality(picture, measuring.signal).then(
      (curve) => {
        if (!measuring.signal.aborted) this.store.setState({ curve });
      },
      // Without quality there are still times, fronts and pictures.
      () => undefined,
    );
  }

  dispose(): void {
    this.#stop();
    this.#measuring?.abort();
  }

  #simulate(): void {
    this.#stop();
    const { picture, conditions, run } = this.store.getState();
    if (picture === undefined) {
      this.store.setState({ simulating: false });
      return;
    }
    this.store.setState({ simulating: true, timelines: {}, run: run + 1 });
    const { bytes, preview } = picture;
    this.#endJob = this.#tools.startJob(
      { conditions, picture: bytes, preview },
      {
        timeline: (timeline) =>
          this.store.setState(({ timelines }) => ({
            timelines: { ...timelines, [timeline.system]: timeline },
          })),
        done: () => this.store.setState({ simulating: false }),
        failed: () => this.store.setState({ simulating: false, problem: 'simulation-failed' }),
      },
    );
  }

  #stop(): void {
    this.#cancelRest?.();
    this.#endJob?.();
    this.#cancelRest = undefined;
    this.#endJob = undefined;
  }
}
