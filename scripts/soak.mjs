/**
 * `npm run soak [-- --quick] [-- --case SEED --count N]`: sessions to which everything happens, without a
 * browser. The same as `npm run bench -- cuts`.
 */
import { prepare } from './build.mjs';
import { runBench } from './run-bench.mjs';

await runBench(prepare, ['cuts', ...process.argv.slice(2)]);
