/**
 * What the laboratory says. Its own file, loaded with that page only; the other languages have the same
 * shape.
 */
import type { Preset, Slider } from '../../lib/lab/conditions.ts';
import type { LabProblem } from '../../lib/lab/laboratory.ts';
import type { System } from '../../lib/lab/timeline.ts';

const presets: Record<Preset, string> = {
  home: 'Good Wi-Fi',
  hotel: 'Hotel Wi-Fi',
  mobile: 'Mobile',
  far: 'Long path',
};

const sliders: Record<Slider, string> = {
  loss: 'Packets lost',
  burst: 'Lost in a row',
  roundTrip: 'Round trip',
  rate: 'Rate of the path',
  queue: 'Queue at the bottleneck',
  lanes: 'Tessera’s lanes',
};

const problems: Record<LabProblem, string> = {
  unreadable: 'This file could not be read. Pick it again, or another one.',
  'not-shown': 'Browsers do not show this kind of file while it arrives. Pick a JPEG, PNG, WebP or GIF.',
  'too-large': 'The laboratory takes pictures up to 16 MB and 50 megapixels. Pick a smaller one.',
  'simulation-failed': 'The simulation stopped. Reload the page.',
};

const systems: Record<System, string> = {
  tessera: 'Tessera',
  newreno: 'TCP, NewReno-like',
  bbr: 'TCP, BBR-like',
  sctp: 'One data channel',
};

export const labEn = {
  title: 'The laboratory',
  explain:
    'The same picture crosses the same bad network twice: on the left with Tessera, whose real protocol runs here on both ends, and on the right with a model of a connection that delivers everything in order. Each packet that is lost holds the right side up until it has been sent again, while the left side fills gaps from spare symbols as they come.',
  network: 'The network',
  presets: 'Examples',
  preset: presets,
  slider: sliders,
  problem: problems,
  system: systems,
  millis: 'ms',
  megabits: 'Mbit/s',
  packets: (count: string) => (count === '1' ? 'single packets' : `${count} packets`),
  lanes: (count: string) => (count === '1' ? '1 lane' : `${count} lanes`),
  seed: 'Seed',
  seedHint: 'The same seed loses the same packets',
  another: 'Another seed',
  rival: 'Compare with',
  rivalHint:
    'The two kinds of TCP that servers speak, and the one reliable channel that other browser-to-browser senders use.',
  copyLink: 'Copy a link to this experiment',
  copied: 'Copied',
  copyByHand: 'Copy the address from the address bar: it holds this experiment.',
  pick: 'Use a picture of yours',
  pickHint: 'Or drop one here. It stays on this device.',
  sample: 'A made-up landscape',
  replay: 'Replay',
  play: 'Play',
  pause: 'Pause',
  restart: 'From the start',
  position: 'Time',
  speed: 'Speed',
  speeds: { 0.1: 'Slow, a tenth', 1: 'Real time', 10: 'Ten times' },
  simulating: 'Simulating…',
  waiting: 'Nothing yet',
  stage: {
    none: 'Nothing yet',
    thumb: 'Thumb from the offer',
    preview: 'Preview',
    partial: 'Growing',
    full: 'Whole',
  },
  pictureWith: (system: string) => `The picture as it arrives: ${system}`,
  results: 'Figures',
  way: 'Way of sending',
  firstPicture: 'First picture',
  firstPictureHint: 'First picture: from 20 dB on one can make out what it shows; the thumb does not count.',
  lastByte: 'Last byte',
  overLimit: 'Against the limit',
  limit: (time: string) => `The limit of this path for this picture, which no protocol beats: ${time}`,
  packetsLost: 'Packets lost',
  never: 'not in ten minutes',
  finished: (ours: string, name: string, theirs: string) =>
    `Tessera: whole after ${ours} · ${name}: ${theirs}`,
  plots: 'Curves',
  quality: 'Quality against the whole picture (PSNR), dB',
  front: 'Front of the file without a gap, %',
  rate: 'Rate of arrival, Mbit/s',
  timeAxis: 'Seconds since accepting; every tenfold has the same width.',
};

export type LabCatalogue = typeof labEn;
