import { describe, expect, test } from 'vitest';
import type { Machine } from '../machine.ts';
import { reachText, spreadText } from './figures.ts';
import { markdownReport, markdownTable, type Circumstances } from './markdown.ts';

const machine: Machine = {
  processor: 'Abacus',
  cores: 2,
  memoryGigabytes: 4,
  system: 'linux 6',
  node: '20.1.0',
  chromium: '156.0',
  tessera: '0.1.0 abc',
};
const circumstances: Circumstances = {
  date: '2026-01-02 03:04 UTC',
  machine,
  loadBefore: 0.5,
  loadAfter: 1.5,
  minutes: 2,
  command: 'npm run bench',
};
const result = {
  name: 'cases',
  title: 'Time over limit',
  notes: ['A note.'],
  tables: [{ caption: 'All', header: ['a', 'b'], rows: [['1', 'x|y']] }],
  charts: [],
  data: undefined,
};

describe('a table', () => {
  test('is Markdown, and a bar inside a cell does not end it', () => {
    expect(markdownTable(result.tables[0]!)).toBe('| a | b |\n| --- | --- |\n| 1 | x\\|y |');
  });
});

describe('a report', () => {
  test('names machine, versions, date and load', () => {
    const text = markdownReport(result, circumstances, ['cases.svg']);
    for (const part of ['Abacus', '156.0', '20.1.0', '0.1.0 abc', '2026-01-02', '0.5 before, 1.5 after'])
      expect(text).toContain(part);
    expect(text).toContain('![Time over limit](cases.svg)');
    expect(text).not.toContain('busy');
  });

  test('says how late the relay was, where it took part', () => {
    expect(markdownReport(result, { ...circumstances, relayLateness: 0.234 }, [])).toContain('0.23 ms late');
    expect(markdownReport(result, circumstances, [])).not.toContain('late on average');
  });

  test('says that a busy machine gives no figures', () => {
    expect(markdownReport(result, { ...circumstances, loadAfter: 7 }, [])).toContain('busy with other work');
  });
});

describe('a figure', () => {
  test('is a median with its range, alone when it is the only one, a dash when there is none', () => {
    expect(spreadText({ median: 1.256, min: 1, max: 2, count: 3 })).toBe('1.26 [1.00–2.00]');
    expect(spreadText({ median: 1.256, min: 1.256, max: 1.256, count: 1 })).toBe('1.26');
    expect(spreadText(undefined)).toBe('–');
  });

  test('reaches its target, misses it, or is missing', () => {
    expect(reachText(1.2, 1.2)).toContain('✓');
    expect(reachText(1.21, 1.2)).toContain('missed');
    expect(reachText(undefined, 1.2)).toContain('no figure');
    expect(reachText(5, undefined)).toBe('');
  });
});
