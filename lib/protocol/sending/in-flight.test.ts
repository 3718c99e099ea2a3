import { expect, test } from 'vitest';
import { InFlight, type SentPacket } from './in-flight.ts';

const packet = (at: number): SentPacket => ({ at, resolved: false });

test('the oldest that is not resolved, in whatever order they are', () => {
  const flight = new InFlight();
  expect(flight.oldest()).toBeUndefined();
  const [a, b, c] = [packet(1), packet(2), packet(3)] as const;
  for (const each of [a, b, c]) flight.add(each);
  flight.resolve(b);
  expect([flight.size, flight.oldest()]).toEqual([2, a]);
  flight.resolve(a);
  expect([flight.size, flight.oldest()]).toEqual([1, c]);
  flight.resolve(c);
  expect([flight.size, flight.oldest()]).toEqual([0, undefined]);
});

test('is right beyond the point where it gives up memory', () => {
  const flight = new InFlight();
  const packets = Array.from({ length: 2000 }, (_, at) => packet(at));
  for (const each of packets) flight.add(each);
  for (const each of packets.slice(0, 1700)) {
    flight.resolve(each);
    expect(flight.oldest()?.at).toBe(each.at + 1);
  }
  expect(flight.size).toBe(300);
});
