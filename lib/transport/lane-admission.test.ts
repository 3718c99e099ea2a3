import { expect, test } from 'vitest';
import { LaneAdmission } from './lane-admission.ts';
import {
  DIRECT_LANES,
  LANES_AT_FIRST,
  MAX_LANES_OPENING,
  LANES_PER_SECOND,
  RELAYED_LANES,
} from './limits.ts';

test('[P-10] of three thousand lanes that are to open at once only as many are taken as may open at a time', () => {
  const admission = new LaneAdmission(DIRECT_LANES);
  let opening = 0;
  for (let i = 0; i < 3000; i++) if (admission.admit(opening, 1 + opening, 0)) opening += 1;
  expect(opening).toBe(MAX_LANES_OPENING);
});

test('[P-10] the cap counts lane 1 and those that are opening, over a relay too', () => {
  for (const limit of [DIRECT_LANES, RELAYED_LANES]) {
    const admission = new LaneAdmission(limit);
    let lanes = 1;
    while (admission.admit(0, lanes, 0)) lanes += 1;
    expect(lanes).toBe(limit);
  }
});

test('[P-10] lanes that are opened and taken away again are bounded by the second', () => {
  const admission = new LaneAdmission(DIRECT_LANES);
  let opened = 0;
  for (let now = 0; now <= 10_000; now++) if (admission.admit(0, 1, now)) opened += 1;
  expect(opened).toBe(LANES_AT_FIRST + 10 * LANES_PER_SECOND);
  // After a minute of rest all of a session's lanes may open again.
  let again = 0;
  while (admission.admit(0, 1 + again, 70_000)) again += 1;
  expect(again).toBe(DIRECT_LANES - 1);
});
