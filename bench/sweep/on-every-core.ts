import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * Gives each task to a process of its own program, as many at a time as there are cores. A simulation keeps a
 * core to itself.
 * @param program a module that answers each message with one (`sweep-process.ts`)
 * @returns the answers, in the order of the tasks
 */
export async function onEveryCore<Answer>(
  program: string,
  tasks: readonly object[],
  progress: (done: number) => void,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    const child = fork(program, {
      execArgv: ['--import', 'tsx'],
      // Structured cloning: JSON has no Infinity and no undefined.
      serialization: 'advanced',
    });
    try {
      await new Promise<void>((resolve, reject) => {
        let at = -1;
        const give = (): void => {
          at = next++;
          if (at < tasks.length) child.send(tasks[at] as object);
          else resolve();
        };
        child.on('message', (answer: Answer) => {
          answers[at] = answer;
          progress(++done);
          give();
        });
        child.on('error', reject);
        child.on('exit', (code) => reject(new Error(`a simulation ended with ${code} in task ${at}`)));
        give();
      });
    } finally {
      child.removeAllListeners('exit');
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return answers;
}
