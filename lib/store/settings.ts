/** What a person set once and expects to find again. Kept in `localStorage` where the browser allows it. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface Settings {
  /** Shown to the other side after pairing. Empty: `suggestedName` is used. */
  name: string;
  /** Made from the browser, so that a person need not type before the first picture. */
  suggestedName: string;
  /** BCP 47 tag of one of the catalogues, or undefined: what the browser asks for. */
  language: string | undefined;
  /** Hide the own address: connect through a relay only. */
  relayOnly: boolean;
}

export interface SettingsStore extends StoreApi<Settings> {
  /** Once, on the page: the prerendered markup knows neither the storage nor the browser. */
  restore(storage: KeptStorage | undefined, userAgent: string): void;
  setName(name: string): void;
  setLanguage(language: string): void;
  setRelayOnly(on: boolean): void;
}

/** Longest name kept and sent, in UTF-16 units: a name, not a message. */
export const MAX_NAME_LENGTH = 40;

const KEY = 'tessera.settings';

type KeptStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Where storage is absent (blocked cookies, a private window) the settings last as long as the page. */
export function createSettingsStore(): SettingsStore {
  let storage: KeptStorage | undefined;
  const store = createStore<Settings>(() => ({
    name: '',
    suggestedName: '',
    language: undefined,
    relayOnly: false,
  }));
  const change = (part: Partial<Settings>) => {
    store.setState(part);
    const { name, language, relayOnly } = store.getState();
    try {
      storage?.setItem(KEY, JSON.stringify({ name, language, relayOnly }));
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
  };
}

/** The name that goes to the other side. */
export function nameToSend(settings: Settings): string {
  return settings.name.trim() || settings.suggestedName;
}

function load(storage: KeptStorage | undefined): Partial<Settings> {
  try {
    const value: unknown = JSON.parse(storage?.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const { name, language, relayOnly } = value as Record<string, unknown>;
    return {
      ...(typeof name === 'string' ? { name: name.slice(0, MAX_NAME_LENGTH) } : {}),
      ...(typeof language === 'string' ? { language } : {}),
      ...(typeof relayOnly === 'boolean' ? { relayOnly } : {}),
    };
  } catch {
    return {};
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
