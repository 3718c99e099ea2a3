/** What is in a running server's heap, asked through Node's inspector: nothing of it is in the server. */
import { WebSocket, type RawData } from 'ws';

export interface Inside {
  /** Of the heap after a collection. */
  heapMegabytes: number;
  /** Timers that are set. */
  timers: number;
  /** Entries of all maps and sets: rooms, places, slots that rest, keys of limits. */
  entries: number;
}

/** Prototypes of subclasses are among the objects, and have no size. */
const SUM_OF_SIZES = `function () {
  return this.reduce((sum, one) => {
    try {
      return sum + one.size;
    } catch {
      return sum;
    }
  }, 0);
}`;

/** A server that was started with `--inspect=127.0.0.1:0`. */
export class Inspected {
  readonly #socket: WebSocket;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** @param output what the server wrote: Node says there where it listens */
  static async connect(output: string): Promise<Inspected> {
    const url = /ws:\/\/[\d.]+:\d+\/[\w-]+/.exec(output)?.[0];
    if (url === undefined) throw new Error(`no inspector listens:\n${output}`);
    const socket = new WebSocket(url, { maxPayload: 2 ** 30 });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new Inspected(socket);
  }

  async look(): Promise<Inside> {
    await this.#call('HeapProfiler.collectGarbage');
    const heap = await this.#evaluate('process.memoryUsage().heapUsed');
    const timers = await this.#evaluate(
      'process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length',
    );
    const entries = (await this.#entriesOf('Map')) + (await this.#entriesOf('Set'));
    return { heapMegabytes: heap / 2 ** 20, timers, entries };
  }

  close(): void {
    this.#socket.close();
  }

  async #evaluate(expression: string): Promise<number> {
    const { result } = await this.#call('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { value: number }).value;
  }

  async #entriesOf(kind: 'Map' | 'Set'): Promise<number> {
    const objectGroup = 'look';
    const prototype = await this.#call('Runtime.evaluate', { expression: `${kind}.prototype`, objectGroup });
    const { objects } = await this.#call('Runtime.queryObjects', {
      prototypeObjectId: (prototype['result'] as { objectId: string }).objectId,
      objectGroup,
    });
    const { result } = await this.#call('Runtime.callFunctionOn', {
      objectId: (objects as { objectId: string }).objectId,
      functionDeclaration: SUM_OF_SIZES,
      returnByValue: true,
    });
    await this.#call('Runtime.releaseObjectGroup', { objectGroup });
    return (result as { value: number }).value;
  }

  #call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#id;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => {
      const listen = (data: RawData) => {
        const answer = JSON.parse((data as Buffer).toString()) as {
          id?: number;
          result?: Record<string, unknown>;
          error?: { message: string };
        };
        if (answer.id !== id) return;
        this.#socket.off('message', listen);
        if (answer.result) resolve(answer.result);
        else reject(new Error(answer.error?.message));
      };
      this.#socket.on('message', listen);
    });
  }
}
