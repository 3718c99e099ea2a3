/**
 * WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/), as much of it as a visitor needs. The only
 * file that imports ws: Node 20 has no WebSocket of its own.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Answer {
  id?: number;
  type: 'success' | 'error' | 'event';
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: string;
  message?: string;
}

export class BidiConnection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  readonly #listeners = new Map<string, (params: never) => void>();
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      if (Buffer.isBuffer(data)) this.#take(JSON.parse(data.toString('utf8')) as Answer);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const waiting of this.#waiting.values()) waiting.reject(new Error('the browser is gone'));
      this.#waiting.clear();
    });
  }

  /** @param host what the browser takes itself to be; it refuses other names */
  static async open(url: string, host: string): Promise<BidiConnection> {
    const socket = new WebSocket(url, { perMessageDeflate: false, headers: { host } });
    await once(socket, 'open');
    return new BidiConnection(socket);
  }

  send<T>(method: string, params: object): Promise<T> {
    const id = ++this.#id;
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    }) as Promise<T>;
  }

  on(method: string, listener: (params: never) => void): void {
    this.#listeners.set(method, listener);
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(answer: Answer): void {
    if (answer.id === undefined) {
      if (answer.method !== undefined) this.#listeners.get(answer.method)?.(answer.params as never);
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.type === 'success') waiting?.resolve(answer.result);
    else waiting?.reject(new Error(`${answer.error}: ${answer.message}`));
  }
}
