/** A clock that runs through a simulation's time at the chosen speed. Its own time is an input. */
import type { Millis } from '../protocol/endpoint.ts';

/** Simulated milliseconds a real one. */
export const SPEEDS = [0.1, 1, 10] as const;
/** Virtual time for each unit of real time. */
export type Speed = (typeof SPEEDS)[number];

/** Position within a replay. Has no clock: `now` is any time that does not decrease. */
export class ReplayClock {
  #end: Millis = 0;
  #speed: Speed = 1;
  /** Position when it last was set running, stopped or moved. */
  #from: Millis = 0;
  /** Real time of that; `undefined`: paused. */
  #since: Millis | undefined;

  get end(): Millis {
    return this.#end;
  }

  get speed(): Speed {
    return this.#speed;
  }

  /** Its position at this real time; stops by itself at the end. */
  position(now: Millis): Millis {
    if (this.#since === undefined) return this.#from;
    const position = this.#from + (now - this.#since) * this.#speed;
    if (position < this.#end) return position;
    this.#from = this.#end;
    this.#since = undefined;
    return this.#end;
  }

  running(now: Millis): boolean {
    this.position(now);
    return this.#since !== undefined;
  }

  /** From the end it starts over. */
  play(now: Millis): void {
    const position = this.position(now);
    this.#from = position >= this.#end ? 0 : position;
    this.#since = now;
  }

  pause(now: Millis): void {
    this.#from = this.position(now);
    this.#since = undefined;
  }

  seek(position: Millis, now: Millis): void {
    const running = this.running(now);
    this.#from = Math.min(this.#end, Math.max(0, position));
    this.#since = running ? now : undefined;
  }

  setSpeed(speed: Speed, now: Millis): void {
    this.seek(this.position(now), now);
    this.#speed = speed;
  }

  /** There is more, or less, to show than was known. */
  setEnd(end: Millis, now: Millis): void {
    const position = this.position(now);
    this.#end = end;
    this.seek(Math.min(position, end), now);
  }
}
