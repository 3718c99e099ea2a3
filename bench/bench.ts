import type { BenchArguments } from './arguments.ts';
import { Pictures } from './pictures.ts';
import { Stage } from './stage.ts';

/** What a sub-command works with. Browsers are started when one first asks for them. */
export class Bench {
  readonly args: BenchArguments;
  /** What went wrong on the way and belongs in the result. */
  readonly problems: string[] = [];
  #stage: Stage | undefined;
  #pictures: Pictures | undefined;
  readonly #began = performance.now();

  constructor(args: BenchArguments) {
    this.args = args;
  }

  /** Progress, for whoever watches. */
  say = (text: string): void => {
    const seconds = Math.round((performance.now() - this.#began) / 1000);
    console.log(`${String(seconds).padStart(5)} s  ${text}`);
  };

  get minutes(): number {
    return (performance.now() - this.#began) / 60_000;
  }

  /** `undefined`: no browser took part. */
  get chromium(): string | undefined {
    return this.#stage?.chromium;
  }

  /** How late the relay was on average, ms; `undefined`: it did not take part. */
  async relayLateness(): Promise<number | undefined> {
    return (await this.#stage?.link.stats())?.latenessEverMs;
  }

  async stage(): Promise<Stage> {
    this.#stage ??= await Stage.open();
    return this.#stage;
  }

  async pictures(): Promise<Pictures> {
    if (!this.#pictures) {
      const stage = await this.stage();
      const page = await stage.page('sender');
      await page.goto(stage.channelPage.url);
      this.#pictures = await Pictures.make(page, this.args.photo);
      await page.context().close();
    }
    return this.#pictures;
  }

  async close(): Promise<void> {
    this.#pictures?.remove();
    await this.#stage?.close();
  }
}
