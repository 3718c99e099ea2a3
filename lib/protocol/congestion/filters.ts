import type { Millis } from '../endpoint.ts';

/** Largest (or least, by `better`) value seen within a sliding time window: a monotonic queue. */
export class WindowedExtreme {
  private readonly entries: { at: Millis; value: number }[] = [];
  private readonly better: (a: number, b: number) => boolean;

  constructor(kind: 'max' | 'min') {
    this.better = kind === 'max' ? (a, b) => a >= b : (a, b) => a <= b;
  }

  add(value: number, now: Millis, window: Millis): void {
    while (this.entries.length > 0 && this.better(value, (this.entries.at(-1) as { value: number }).value))
      this.entries.pop();
    this.entries.push({ at: now, value });
    // The last one stays however old it is: a path that was quiet is still the same path.
    while (this.entries.length > 1 && (this.entries[0] as { at: Millis }).at < now - window)
      this.entries.shift();
  }

  get(): number | undefined {
    return this.entries[0]?.value;
  }

  reset(): void {
    this.entries.length = 0;
  }
}

/** Smoothed round-trip time and its variation (RFC 6298), and the least one seen. */
export class RoundTrip {
  smoothed: Millis | undefined;
  variation: Millis = 0;
  least: Millis | undefined;

  add(sample: Millis): void {
    this.least = Math.min(this.least ?? sample, sample);
    if (this.smoothed === undefined) {
      this.smoothed = sample;
      this.variation = sample / 2;
      return;
    }
    this.variation += (Math.abs(sample - this.smoothed) - this.variation) / 4;
    this.smoothed += (sample - this.smoothed) / 8;
  }
}
