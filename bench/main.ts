import { benchArguments, commandLine, type BenchArguments } from './arguments.ts';
import { Bench } from './bench.ts';
import { commands } from './commands.ts';
import { load, machine } from './machine.ts';
import { RESULTS, writeResult } from './write-result.ts';

/** Runs one sub-command and writes its result. @returns the process's exit code */
export async function main(argv: readonly string[]): Promise<number> {
  let args: BenchArguments;
  try {
    args = benchArguments(argv);
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  const command = commands[args.command];
  if (!command) {
    const list = Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`);
    console.error(`No sub-command is called "${args.command}". There are:\n${list.join('\n')}`);
    return 2;
  }
  const bench = new Bench(args);
  const stop = (): void => void bench.close().finally(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const loadBefore = load();
  const date = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  try {
    const measured = await command.run(bench);
    const relayLateness = await bench.relayLateness();
    const result = { ...measured, notes: [...measured.notes, ...bench.problems] };
    const file = await writeResult(args.out ?? RESULTS, args.quick ? '-quick' : '', result, {
      date,
      machine: machine(bench.chromium),
      loadBefore,
      loadAfter: load(),
      relayLateness,
      minutes: bench.minutes,
      command: commandLine(argv),
    });
    bench.say(
      file === undefined
        ? `not written: the relay was ${relayLateness?.toFixed(1)} ms late on average`
        : `written: ${file}`,
    );
    return file === undefined ? 1 : 0;
  } catch (error) {
    console.error(error instanceof RangeError ? error.message : error);
    return 1;
  } finally {
    await bench.close();
  }
}
