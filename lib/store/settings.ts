/** What a person set once and expects to find again. Kept in `localStorage` where the browser allows it. */
import * as v from 'valibot';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** Colours of the pages; `system` follows the device. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Longest name kept and sent, in UTF-16 units: a name, not a message. */
export const MAX_NAME_LENGTH = 40;

/** Mbit/s that may be set as a limit. */
export const MAX_MEGABITS = 10_000;

/** What is stored; a value that is none of ours becomes the first one. */
const KeptSettings = v.object({
  /** Shown to the other side after pairing. Empty: `suggestedName` is used. */
  name: v.fallback(v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH)), ''),
  /** BCP 47 tag of one of the catalogues. Empty: what the browser asks for. */
  language: v.fallback(v.string(), ''),
  /** Hide the own address: connect through a relay only. */
  relayOnly: v.fallback(v.boolean(), false),
  /** Colours: the system's choice, or the person's. */
  theme: v.fallback(v.picklist(THEMES), 'system'),
  /** Downloads each picture once it is here. */
  saveEach: v.fallback(v.boolean(), false),
  /** Sends no faster, Mbit/s. 0: as fast as the path carries. */
  rateLimit: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_MEGABITS)), 0),
  /** Signals for a person who looks elsewhere. */
  notify: v.fallback(v.boolean(), false),
  sound: v.fallback(v.boolean(), false),
  vibrate: v.fallback(v.boolean(), false),
});
type Kept = v.InferOutput<typeof KeptSettings>;
const FIRST: Kept = v.parse(KeptSettings, {});

/** What is on or off, and off at first. */
export type Switch = 'saveEach' | 'notify' | 'sound' | 'vibrate';

export interface Settings extends Kept {
  /** Made from the browser, so that a person need not type before the first picture. */
  suggestedName: string;
}

export interface SettingsStore extends StoreApi<Settings> {
  /** Once, on the page: the prerendered markup knows neither the storage nor the browser. */
  restore(storage: KeptStorage | undefined, userAgent: string): void;
  setName(name: string): void;
  setLanguage(language: string): void;
  setRelayOnly(on: boolean): void;
  setTheme(theme: Theme): void;
  /** Mbit/s; what is no number, or none that a path has, is no limit. */
  setRateLimit(megabits: number): void;
  setSwitch(name: Switch, on: boolean): void;
}

const KEY = 'tessera.settings';

type KeptStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Where storage is absent (blocked cookies, a private window) the settings last as long as the page. */
export function createSettingsStore(): SettingsStore {
  let storage: KeptStorage | undefined;
  const store = createStore<Settings>(() => ({ ...FIRST, suggestedName: '' }));
  const change = (part: Partial<Kept>) => {
    store.setState(part);
    const { suggestedName: _, ...kept } = store.getState();
    try {
      storage?.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Full or forbidden storage: the setting still holds for this page.
    }
  };
  return {
    ...store,
    restore(kept, userAgent) {
      storage = kept;
      store.setState({ ...load(kept), suggestedName: suggestName(userAgent) });
    },
    setName: (name) => change({ name: name.slice(0, MAX_NAME_LENGTH) }),
    setLanguage: (language) => change({ language }),
    setRelayOnly: (relayOnly) => change({ relayOnly }),
    setTheme: (theme) => change({ theme }),
    setRateLimit: (megabits) => change({ rateLimit: megabits > 0 ? Math.min(MAX_MEGABITS, megabits) : 0 }),
    setSwitch: (name, on) => change({ [name]: on }),
  };
}

/** The name that goes to the other side. */
export function nameToSend(settings: Settings): string {
  return settings.name.trim() || settings.suggestedName;
}

function load(storage: KeptStorage | undefined): Kept {
  try {
    const value: unknown = JSON.parse(storage?.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return FIRST;
    return v.parse(KeptSettings, value);
  } catch {
    return FIRST;
  }
}

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/CrOS/, 'Chromebook'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'Mac'],
  [/Linux/, 'Linux'],
];

/** "Chrome on Android": says which device it is to the person on the other side, and nothing about who. */
export function suggestName(userAgent: string): string {
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  return [browser, system].filter(Boolean).join(' · ') || 'Guest';
}
