import { describe, expect, test } from 'vitest';
import { benchArguments, commandLine } from './arguments.ts';

describe('arguments', () => {
  test('are the whole table with five runs when nothing is said', () => {
    expect(benchArguments([])).toMatchObject({ command: 'cases', quick: false, runs: 5, baselines: true });
  });

  test('take a sub-command, a case, a number of runs and no baselines', () => {
    expect(benchArguments(['tenth', '--case', '5mb-5', '--runs', '7', '--no-baselines'])).toMatchObject({
      command: 'tenth',
      case: '5mb-5',
      runs: 7,
      baselines: false,
    });
  });

  test('make fewer runs when it is to be quick, unless a number is named', () => {
    expect(benchArguments(['--quick']).runs).toBe(2);
    expect(benchArguments(['--quick', '--runs', '3']).runs).toBe(3);
  });

  test('take a number of pictures, and an album has at least two', () => {
    expect(benchArguments(['album', '--count', '20']).count).toBe(20);
    expect(benchArguments(['album']).count).toBeUndefined();
    for (const count of ['1', 'some', '2.5'])
      expect(() => benchArguments([`--count=${count}`])).toThrow(RangeError);
  });

  test('are written beside a result without the folder in which it is', () => {
    expect(commandLine([])).toBe('npm run bench');
    expect(commandLine(['load', '--out', '/some/where', '--runs', '3'])).toBe(
      'npm run bench -- load --runs 3',
    );
    expect(commandLine(['--out=/some/where'])).toBe('npm run bench');
  });

  test('refuse what they do not know', () => {
    expect(() => benchArguments(['--fast'])).toThrow(TypeError);
    expect(() => benchArguments(['cpu', 'join'])).toThrow(TypeError);
    for (const runs of ['0', '-1', 'many', '1.5']) {
      expect(() => benchArguments([`--runs=${runs}`])).toThrow(RangeError);
    }
  });
});
