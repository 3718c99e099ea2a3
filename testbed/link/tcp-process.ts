/** One end of a kernel flow: `source` writes without end; `sink` counts, and says the sum when asked. */
import { connect, createServer } from 'node:net';

const PIECE = Buffer.alloc(64 * 1024);

const [end, address, port] = process.argv.slice(2) as [string, string, string];

if (end === 'sink') {
  let bytes = 0;
  createServer((socket) => socket.on('data', (data) => (bytes += data.length))).listen(
    Number(port),
    address,
    () => console.log('listening'),
  );
  process.stdin.on('data', () => console.log(bytes));
} else {
  const socket = connect(Number(port), address, () => {
    console.log('connected');
    const fill = (): void => {
      while (socket.write(PIECE));
    };
    socket.on('drain', fill);
    fill();
  });
}
// Its parent is gone, however it went.
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
