import { expect, test } from 'vitest';
import { TrainRecorder } from './train-recorder.ts';

test('[P-122] a train is reported from its second packet on, in four feedbacks after each', () => {
  const recorder = new TrainRecorder();
  recorder.arrived({ train: 0, place: 0 }, 0);
  recorder.arrived({ train: 3, place: 1 }, 10);
  expect(recorder.report()).toBeUndefined();
  recorder.arrived({ train: 3, place: 4 }, 12.5);
  const report = { train: 3, count: 2, first: 1, last: 4, time: 25 };
  for (let i = 0; i < 4; i++) expect(recorder.report()).toEqual(report);
  expect(recorder.report()).toBeUndefined();
  recorder.arrived({ train: 3, place: 2 }, 14);
  expect(recorder.report()).toEqual({ ...report, count: 3, time: 40 });
});

test('[P-122] a packet that waited in its lane does not make its train longer', () => {
  const recorder = new TrainRecorder();
  for (const [place, now] of [
    [0, 0],
    [1, 5],
    [3, 15],
    [2, 320],
  ] as const)
    recorder.arrived({ train: 1, place }, now);
  expect(recorder.report()).toEqual({ train: 1, count: 3, first: 0, last: 3, time: 150 });
});

test('[P-122] a train of another number, or of the same one seconds later, is a new one', () => {
  const recorder = new TrainRecorder();
  for (const [train, now] of [
    [1, 0],
    [2, 50],
    [2, 5000],
  ] as const) {
    recorder.arrived({ train, place: 0 }, now);
    expect(recorder.report()).toBeUndefined();
    recorder.arrived({ train, place: 1 }, now + 1);
    expect(recorder.report()).toEqual({ train, count: 2, first: 0, last: 1, time: 10 });
  }
});

test('[P-121] a sender that never ends a train, or sends a place twice, costs nothing and is not reported', () => {
  const recorder = new TrainRecorder();
  for (let i = 0; i < 2000; i++) recorder.arrived({ train: 1, place: 7 }, i / 2);
  expect(recorder.report()).toBeUndefined();
  for (let i = 0; i < 1000; i++) recorder.arrived({ train: 2, place: i % 256 }, i / 2);
  expect(recorder.report()).toMatchObject({ count: 255, first: 0, last: 254 });
});
