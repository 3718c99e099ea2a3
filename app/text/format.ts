/**
 * Figures as people read them, in the language of the page. Units are the network's: decimal bytes, Mbit/s.
 */

export interface Format {
  number(value: number): string;
  /** With one digit behind the point where there is one. */
  tenth(value: number): string;
  /** 1 536 000 → "1.54 MB" */
  bytes(value: number): string;
  /** Bytes a second → "12.3 Mbit/s", "120 kbit/s" */
  rate(bytesPerSecond: number): string;
  /** 4.83 → "4.8 %" */
  percent(value: number): string;
  /** Seconds → "0.84 s", "12 s", "2 min 5 s" */
  duration(seconds: number): string;
  /** Milliseconds → "102 ms" */
  millis(value: number): string;
  dateTime(value: Date | number | string): string;
  time(value: number): string;
  /** Unix milliseconds, both → "5 minutes ago" */
  ago(value: number, now: number): string;
  place(latitude: number, longitude: number): string;
}

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function makeFormat(locale: string): Format {
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const tenth = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const degrees = new Intl.NumberFormat(locale, { minimumFractionDigits: 4, maximumFractionDigits: 4 });
  // Made once each: making one costs the page more than all it is used for.
  const units = new Map<string, Intl.NumberFormat>();
  const unit = (value: number, name: string, digits = 0) => {
    const key = `${name} ${digits}`;
    let made = units.get(key);
    if (made === undefined) {
      made = new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: name,
        // "84 bytes": the short form has no plural in English.
        unitDisplay: name === 'byte' ? 'long' : 'short',
        maximumFractionDigits: digits,
      });
      units.set(key, made);
    }
    return made.format(value);
  };
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const times = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  return {
    number: (value) => plain.format(value),
    tenth: (value) => tenth.format(value),
    bytes(value) {
      const step = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
      const scaled = value / 1000 ** step;
      return unit(scaled, SIZES[step] ?? 'byte', step === 0 || scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2);
    },
    rate(bytesPerSecond) {
      const megabits = (bytesPerSecond * 8) / 1e6;
      if (megabits < 0.1 && megabits > 0) return `${plain.format(Math.ceil(megabits * 1000))} kbit/s`;
      return `${megabits < 10 ? tenth.format(megabits) : plain.format(megabits)} Mbit/s`;
    },
    percent: (value) => `${tenth.format(value)} %`,
    duration(seconds) {
      if (seconds < 60) return unit(seconds, 'second', seconds < 10 ? (seconds < 1 ? 2 : 1) : 0);
      const whole = Math.round(seconds);
      if (whole < 3600) return `${unit(Math.floor(whole / 60), 'minute')} ${unit(whole % 60, 'second')}`;
      return `${unit(Math.floor(whole / 3600), 'hour')} ${unit(Math.floor((whole % 3600) / 60), 'minute')}`;
    },
    millis: (value) => unit(value, 'millisecond'),
    dateTime(value) {
      const date = new Date(value);
      return Number.isNaN(date.getTime()) ? '' : dates.format(date);
    },
    time: (value) => times.format(new Date(value)),
    ago(value, now) {
      const minutes = Math.max(0, Math.round((now - value) / 60_000));
      const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
      return minutes < 60
        ? relative.format(-minutes, 'minute')
        : relative.format(-Math.round(minutes / 60), 'hour');
    },
    place: (latitude, longitude) => `${degrees.format(latitude)}°, ${degrees.format(longitude)}°`,
  };
}
