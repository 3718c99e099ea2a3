import { describe, expect, test } from 'vitest';
import { ReplayClock } from './replay.ts';

function clock(end: number): ReplayClock {
  const made = new ReplayClock();
  made.setEnd(end, 0);
  return made;
}

describe('the replay clock', () => {
  test('runs at its speed and stops at the end by itself', () => {
    const replay = clock(1000);
    replay.play(50);
    expect(replay.position(250)).toBe(200);
    replay.setSpeed(10, 250);
    expect(replay.position(260)).toBe(300);
    expect(replay.running(329)).toBe(true);
    expect(replay.position(400)).toBe(1000);
    expect(replay.running(400)).toBe(false);
  });

  test('goes on where it was paused, and starts over from the end', () => {
    const replay = clock(1000);
    replay.play(0);
    replay.pause(300);
    expect(replay.position(5000)).toBe(300);
    replay.play(5000);
    expect(replay.position(5100)).toBe(400);
    expect(replay.position(9000)).toBe(1000);
    replay.play(9000);
    expect(replay.position(9010)).toBe(10);
  });

  test('is moved without being started or stopped', () => {
    const replay = clock(1000);
    replay.seek(600, 0);
    expect(replay.running(1)).toBe(false);
    expect(replay.position(100)).toBe(600);
    replay.play(100);
    replay.seek(-5, 200);
    expect(replay.running(200)).toBe(true);
    expect(replay.position(250)).toBe(50);
  });

  test('keeps its place when more turns out to be there, and falls back to a nearer end', () => {
    const replay = clock(100);
    replay.play(0);
    replay.setEnd(1000, 50);
    expect(replay.position(150)).toBe(150);
    replay.setEnd(120, 200);
    expect(replay.position(200)).toBe(120);
    expect(replay.running(201)).toBe(false);
  });
});
