import type { Page } from '@playwright/test';
import type { Stage } from '../stage.ts';
import { withTimeout } from '../with-timeout.ts';
import type { ChannelKind } from './page.ts';
import type { Arrival } from './receive.ts';

const OPEN_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

/** How a reliable channel is used. */
export type Usage =
  /** 64,000-byte messages, the receiver confirms each megabyte before the next: as PairDrop does. */
  | { kind: 'confirmed' }
  /** The buffer is kept between a low and a high mark. */
  | { kind: 'buffered'; messageLength: number };

/** Two pages with plain data channels between them. */
export class ChannelPair {
  readonly #sender: Page;
  readonly #receiver: Page;
  #files = 0;

  private constructor(sender: Page, receiver: Page) {
    this.#sender = sender;
    this.#receiver = receiver;
  }

  /** @param count connections, with one channel each */
  static async open(
    stage: Stage,
    kind: ChannelKind,
    { count = 1, direct = false } = {},
  ): Promise<ChannelPair> {
    const [sender, receiver] = await Promise.all([
      stage.page('sender', { direct }),
      stage.page('receiver', { direct }),
    ]);
    const pair = new ChannelPair(sender, receiver);
    await Promise.all([sender.goto(stage.channelPage.url), receiver.goto(stage.channelPage.url)]);
    const offers = await sender.evaluate(([count, kind]) => window.channelPage.offer(count, kind), [
      count,
      kind,
    ] as const);
    const answers = await receiver.evaluate(([offers, kind]) => window.channelPage.answer(offers, kind), [
      offers,
      kind,
    ] as const);
    await sender.evaluate((answers) => window.channelPage.finish(answers), answers);
    const opened = Promise.all(
      [sender, receiver].map((page) => page.evaluate(() => window.channelPage.opened())),
    );
    await withTimeout(opened, OPEN_TIMEOUT_MS, 'the channels did not open');
    return pair;
  }

  /**
   * Seconds from asking to the last byte, `undefined` when it took longer than `maxMs`: then close the pair.
   */
  async transfer(
    usage: Usage,
    bytes: number,
    maxMs: number,
  ): Promise<{ seconds: number | undefined; bytes: number }> {
    await this.#startSending(usage, bytes);
    return this.#receiver.evaluate(([bytes, maxMs]) => window.channelPage.receiveFile(bytes, maxMs), [
      bytes,
      maxMs,
    ] as const);
  }

  /** How the last file arrived: in order. */
  arrivals(): Promise<readonly Arrival[]> {
    return this.#receiver.evaluate(() => window.channelPage.arrivals());
  }

  /**
   * Goodput of distinct messages over all channels, Mbit/s of their payload.
   * @param rateMbit pace at this rate of the link; 0: as fast as the buffers take them
   */
  async distinctGoodput(options: { skip: number; seconds: number; rateMbit: number }): Promise<number> {
    const { skip, seconds, rateMbit } = options;
    const collected = this.#receiver.evaluate(
      ([skip, seconds]) => window.channelPage.collectDistinct(skip, seconds),
      [skip, seconds] as const,
    );
    await this.#sender.evaluate(([seconds, rateMbit]) => window.channelPage.pumpDistinct(seconds, rateMbit), [
      skip + seconds,
      rateMbit,
    ] as const);
    const bytes = await withTimeout(collected, (skip + seconds) * 1000 + 30_000, 'no message came');
    return (bytes * 8) / seconds / 1e6;
  }

  /**
   * Seconds from the receiver's "go" until it has that many different messages of a chunk each, over all
   * channels: what an ideal code needs of them. `undefined`: not within `maxMs`.
   * @param rateMbit pace at this rate of the link
   */
  async distinctFile(count: number, rateMbit: number, maxMs: number): Promise<number | undefined> {
    const file = ++this.#files;
    const sent = this.#sender.evaluate(
      ([rateMbit, file]) => window.channelPage.sendUntilStopped(rateMbit, file),
      [rateMbit, file] as const,
    );
    const seconds = await this.#receiver.evaluate(
      ([count, file, maxMs]) => window.channelPage.timeDistinct(count, file, maxMs),
      [count, file, maxMs] as const,
    );
    await withTimeout(sent, STOP_TIMEOUT_MS, 'the sender did not hear the end');
    return seconds;
  }

  async close(): Promise<void> {
    await Promise.all([this.#sender.context().close(), this.#receiver.context().close()]);
  }

  /**
   * Returns when the sender listens; the sending goes on in the page until the file ends or the channel
   * closes.
   */
  async #startSending(usage: Usage, bytes: number): Promise<void> {
    if (usage.kind === 'confirmed') {
      await this.#sender.evaluate((bytes) => void window.channelPage.sendConfirmed(bytes), bytes);
      return;
    }
    await this.#sender.evaluate(([bytes, length]) => void window.channelPage.sendBuffered(bytes, length), [
      bytes,
      usage.messageLength,
    ] as const);
  }
}
