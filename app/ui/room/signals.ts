/** Signals for a person who looks elsewhere, each by choice. Loaded with the first one. */
export interface Signals {
  notify: boolean;
  sound: boolean;
  vibrate: boolean;
}

const VIBRATION = [120, 80, 120];
/** Hz and seconds: two soft tones. */
const TONES = [
  [660, 0],
  [880, 0.16],
] as const;

export function give({ notify, sound, vibrate }: Signals, words: string): void {
  if (sound) chime();
  if (vibrate) navigator.vibrate?.(VIBRATION);
  // Whoever sees the page needs no note about it.
  if (notify && document.hidden) void note(words).catch(() => undefined);
}

/** Through the worker where there is one: phones know no other way. */
async function note(words: string): Promise<void> {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const options = {
    body: words,
    tag: 'tessera',
    // A note in the place of an earlier one is one more.
    renotify: true,
    icon: appleIcon(),
    // The page that the worker shows when the note is pressed.
    data: location.pathname,
  };
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration?.active) return registration.showNotification('Tessera', options);
  const shown = new Notification('Tessera', options);
  shown.addEventListener('click', () => window.focus());
}

const appleIcon = (): string =>
  document.querySelector<HTMLLinkElement>('link[rel="apple-touch-icon"]')?.href ?? '';

function chime(): void {
  const context = new AudioContext();
  const loudness = context.createGain();
  loudness.gain.value = 0.08;
  loudness.connect(context.destination);
  for (const [frequency, at] of TONES) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(loudness);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.14);
  }
  setTimeout(() => void context.close(), 1000);
}
