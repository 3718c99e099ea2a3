/**
 * What the laboratory's sliders say: a path, a seed, and whom Tessera is compared with. A value that fits
 * into a link.
 */
import type { LinkOptions } from '../simulation/link.ts';

/** The ways of sending in order that are modelled: two of TCP's, and one data channel of a browser. */
export const RIVALS = ['newreno', 'bbr', 'sctp'] as const;
/** One of `RIVALS`. */
export type Rival = (typeof RIVALS)[number];

/** One experiment: the path, the seed and the rival. */
export interface Conditions {
  /** Per cent of packets, in both directions. */
  loss: number;
  /** Mean length of a burst of losses, in packets; 1: independent. */
  burst: number;
  /** Milliseconds, without queue. */
  roundTrip: number;
  /** Mbit/s at the bottleneck. */
  rate: number;
  /** Milliseconds that the drop-tail queue holds. */
  queue: number;
  /** Tessera's lanes. */
  lanes: number;
  seed: number;
  rival: Rival;
}

/** The conditions that have a slider. */
export type Slider = 'loss' | 'burst' | 'roundTrip' | 'rate' | 'queue' | 'lanes';

/**
 * Where each slider stops. Uneven, because what matters is uneven: 1 % of loss is far from 0, 20 % is near
 * 21.
 */
export const STOPS: Record<Slider, readonly number[]> = {
  loss: [0, 0.1, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30],
  burst: [1, 2, 3, 5, 10, 20],
  roundTrip: [2, 5, 10, 20, 40, 60, 80, 100, 150, 200, 300, 400, 600],
  rate: [0.5, 1, 2, 5, 10, 20, 50, 100],
  queue: [10, 20, 50, 100, 200, 500, 1000],
  lanes: [1, 2, 4, 8, 16, 32, 64, 128],
};

/** All sliders, in the order in which they are shown. */
export const SLIDERS = Object.keys(STOPS) as readonly Slider[];

/** Seeds are short enough to be read out. */
export const MAX_SEED = 9999;

/** Paths that people know, in the units of `Conditions`. */
export const PRESETS = {
  home: { loss: 0.5, burst: 2, roundTrip: 20, rate: 50, queue: 100, lanes: 16 },
  hotel: { loss: 5, burst: 1, roundTrip: 100, rate: 10, queue: 200, lanes: 32 },
  mobile: { loss: 2, burst: 3, roundTrip: 80, rate: 10, queue: 500, lanes: 32 },
  far: { loss: 1, burst: 1, roundTrip: 300, rate: 50, queue: 200, lanes: 64 },
} as const satisfies Record<string, Pick<Conditions, Slider>>;
/** Name of a preset. */
export type Preset = keyof typeof PRESETS;

/** What an unshared laboratory opens with. */
export const DEFAULT_CONDITIONS: Conditions = { ...PRESETS.hotel, seed: 1, rival: 'newreno' };

/** The preset whose sliders all match, `undefined` when none does; seed and rival do not count. */
export function presetOf(conditions: Conditions): Preset | undefined {
  return (Object.keys(PRESETS) as Preset[]).find((name) =>
    SLIDERS.every((slider) => PRESETS[name][slider] === conditions[slider]),
  );
}

/** The fragment of a shared link, without `#`: every value by name, so that later versions can add some. */
export function encodeConditions(conditions: Conditions): string {
  return new URLSearchParams(
    Object.entries(conditions).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

/**
 * Whatever a link says becomes conditions: what is missing or makes no sense is the default, the rest the
 * nearest stop.
 */
export function decodeConditions(fragment: string): Conditions {
  const said = new URLSearchParams(fragment.replace(/^#/, ''));
  const conditions = { ...DEFAULT_CONDITIONS };
  for (const slider of SLIDERS) {
    const value = Number.parseFloat(said.get(slider) ?? '');
    if (Number.isFinite(value)) conditions[slider] = nearest(STOPS[slider], value);
  }
  const seed = Number.parseInt(said.get('seed') ?? '', 10);
  if (Number.isFinite(seed)) conditions.seed = clampSeed(seed);
  const rival = RIVALS.find((name) => name === said.get('rival'));
  if (rival !== undefined) conditions.rival = rival;
  return conditions;
}

/** The nearest seed that may be used: a whole number in [1, `MAX_SEED`]; 1 for what is no number. */
export function clampSeed(seed: number): number {
  return Number.isFinite(seed) ? Math.min(MAX_SEED, Math.max(1, Math.trunc(seed))) : 1;
}

/**
 * Both directions of the path; the same for everything that is compared, losses included: they follow from
 * the seed.
 */
export function linksOf({ loss, burst, roundTrip, rate, queue, seed }: Conditions): {
  forward: LinkOptions;
  reverse: LinkOptions;
} {
  const p = loss / 100;
  const link = {
    rate: rate * 1e6,
    queueMs: queue,
    delay: roundTrip / 2,
    loss:
      burst > 1 ? ({ kind: 'bursts', p, meanLength: burst } as const) : ({ kind: 'independent', p } as const),
  };
  return { forward: { ...link, seed: 2 * seed }, reverse: { ...link, seed: 2 * seed + 1 } };
}

function nearest(stops: readonly number[], value: number): number {
  return stops.reduce((best, stop) => (Math.abs(stop - value) < Math.abs(best - value) ? stop : best));
}
