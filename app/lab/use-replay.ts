'use client';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { ReplayClock, type Speed } from '../../lib/lab/replay.ts';

export interface Replay {
  /** Simulated milliseconds, refreshed often enough for figures; ask `now()` while painting. */
  position: number;
  end: number;
  running: boolean;
  speed: Speed;
  /** Changes when time has gone backwards: what was painted is no longer true. */
  epoch: number;
  now: () => number;
  play: () => void;
  pause: () => void;
  seek: (position: number) => void;
  setSpeed: (speed: Speed) => void;
}

/** Figures that change faster than this cannot be read. */
const REFRESH_MS = 50;

/**
 * @param end of what there is to replay; `undefined` while it is being simulated. Whenever it is known, or
 * changes, the
 *   replay begins by itself.
 */
export function useReplay(end: number | undefined): Replay {
  const [clock] = useState(() => new ReplayClock());
  const [{ position, running, speed, epoch }, setView] = useState({
    position: 0,
    running: false,
    speed: clock.speed,
    epoch: 0,
  });

  const refresh = useCallback(() => {
    const now = performance.now();
    const next = clock.position(now);
    setView((view) => ({
      position: next,
      running: clock.running(now),
      speed: clock.speed,
      epoch: next < view.position ? view.epoch + 1 : view.epoch,
    }));
  }, [clock]);

  useEffect(() => {
    const now = performance.now();
    clock.setEnd(end ?? 0, now);
    clock.seek(0, now);
    // Who asked for less motion presses the button.
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (end === undefined) clock.pause(now);
    else if (!still) clock.play(now);
    // The clock is no part of React; this is where its new place becomes known.
    // oxlint-disable-next-line react/set-state-in-effect
    refresh();
  }, [clock, refresh, end]);

  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [running, refresh]);

  const actions = useMemo(() => {
    const act = (change: (now: number) => void) => {
      change(performance.now());
      refresh();
    };
    return {
      now: () => clock.position(performance.now()),
      play: () => act((now) => clock.play(now)),
      pause: () => act((now) => clock.pause(now)),
      seek: (to: number) => act((now) => clock.seek(to, now)),
      setSpeed: (speed: Speed) => act((now) => clock.setSpeed(speed, now)),
    };
  }, [clock, refresh]);

  return { position, end: end ?? 0, running, speed, epoch, ...actions };
}
