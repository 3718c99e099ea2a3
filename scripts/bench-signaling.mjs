/**
 * `npm run bench:signaling [-- load | nodes | floods | soak | chaos | presence] [--quick]`: measures the
 * signaling server, without a browser. The same as `npm run bench -- load`.
 */
import { prepare } from './build.mjs';
import { runBench } from './run-bench.mjs';

const args = process.argv.slice(2);
await runBench(prepare, args[0] === undefined || args[0].startsWith('-') ? ['load', ...args] : args);
