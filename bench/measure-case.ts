/**
 * All ways of sending, one picture each in turn, over the same link: what the machine does to one it does to
 * all.
 */
import { ChannelPair, type Usage } from './channel/channel-pair.ts';
import type { Case } from './cases.ts';
import { limitSeconds } from './limit.ts';
import { load } from './machine.ts';
import type { Pictures } from './pictures.ts';
import type { Stage } from './stage.ts';
import { TesseraSession } from './tessera/session.ts';
import type { TesseraTransfer } from './tessera/transfer.ts';

/** Messages of 16 KB were the fastest of one reliable channel in every setting tried. */
const BUFFERED: Usage = { kind: 'buffered', messageLength: 16 * 1024 };

export interface MeasureOptions {
  /** Pictures after the first of each session. */
  runs: number;
  /** Files over each plain channel: none, or the first and this many more. */
  baselineRuns: number | undefined;
  /**
   * A baseline that takes longer is given up, and not repeated: at least so long, and never below twice the
   * limit.
   */
  maxSeconds: number;
  /** Window over which the unreliable channel's goodput is taken. */
  goodputSeconds: number;
  say: (text: string) => void;
}

export interface ChannelRuns {
  /** Seconds of the first file over a new connection, and of the later ones over the same. */
  first: number | undefined;
  later: number[];
  maxSeconds: number;
  /** Given up. */
  overCap: boolean;
}

export interface CaseResult {
  case: Case;
  limitSeconds: number | undefined;
  first: TesseraTransfer | undefined;
  later: TesseraTransfer[];
  /** What the page said when a picture did not arrive; later ones are those of a new session. */
  failures: string[];
  confirmed: ChannelRuns | undefined;
  buffered: ChannelRuns | undefined;
  /** Mbit/s of distinct payload over one unreliable, unordered channel. */
  unreliable: number[];
  /** Load average afterwards. */
  load: number;
}

export async function measureCase(
  stage: Stage,
  pictures: Pictures,
  one: Case,
  options: MeasureOptions,
): Promise<CaseResult> {
  const { link, bytes } = one;
  await stage.link.configure(link);
  const limit = limitSeconds(bytes, link);
  const result: CaseResult = {
    case: one,
    limitSeconds: limit,
    first: undefined,
    later: [],
    failures: [],
    confirmed: undefined,
    buffered: undefined,
    unreliable: [],
    load: 0,
  };
  const tessera = new RepeatedTessera(stage, pictures, one, result);
  const maxSeconds = Math.max(options.maxSeconds, 2 * (limit ?? 0));
  const others: Other[] = [];
  if (options.baselineRuns !== undefined && !one.alone) {
    result.confirmed = { first: undefined, later: [], maxSeconds, overCap: false };
    result.buffered = { first: undefined, later: [], maxSeconds, overCap: false };
    others.push(
      new RepeatedChannel(stage, bytes, { kind: 'confirmed' }, result.confirmed),
      new RepeatedChannel(stage, bytes, BUFFERED, result.buffered),
      new RepeatedUnreliable(stage, options.goodputSeconds, result.unreliable),
    );
  }
  try {
    for (let run = 0; run <= options.runs; run++) {
      options.say(`${one.name} ${run}/${options.runs}: Tessera ${await tessera.next()}`);
      for (const other of run <= (options.baselineRuns ?? 0) ? others : []) {
        const said = await other.next();
        if (said) options.say(`${one.name} ${run}/${options.runs}: ${said}`);
      }
    }
  } finally {
    await Promise.all([tessera.close(), ...others.map((other) => other.close())]);
  }
  result.load = load();
  return result;
}

interface Other {
  /** One more, and what to say of it. */
  next(): Promise<string>;
  close(): Promise<void>;
}

/** Much longer than any case should take, so that a failure is one and not impatience. */
const MAX_TESSERA_LIMITS = 10;
const MAX_TESSERA_MS = 60_000;

class RepeatedTessera implements Other {
  readonly #stage: Stage;
  readonly #pictures: Pictures;
  readonly #case: Case;
  readonly #result: CaseResult;
  #session: TesseraSession | undefined;

  constructor(stage: Stage, pictures: Pictures, one: Case, result: CaseResult) {
    this.#stage = stage;
    this.#pictures = pictures;
    this.#case = one;
    this.#result = result;
  }

  async next(): Promise<string> {
    const { first, later, failures } = this.#result;
    try {
      if (!this.#session) {
        this.#session = await TesseraSession.open(this.#stage);
        // A session that replaces a failed one: its first picture is no later one.
        if (first || failures.length > 0) await this.#send();
      }
      const transfer = await this.#send();
      if (first || failures.length > 0) later.push(transfer);
      else this.#result.first = transfer;
      return `${transfer.seconds.toFixed(2)} s`;
    } catch (error) {
      const { message } = error as Error;
      failures.push(message);
      await this.close();
      return `FAILED: ${message}`;
    }
  }

  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }

  async #send(): Promise<TesseraTransfer> {
    const { bytes } = this.#case;
    const picture = await this.#pictures.next(bytes);
    try {
      const cap = MAX_TESSERA_LIMITS * 1000 * (limitSeconds(bytes, this.#case.link) ?? 0);
      return await this.#session!.send(picture, Math.max(MAX_TESSERA_MS, cap));
    } finally {
      this.#pictures.drop(picture);
    }
  }
}

class RepeatedChannel implements Other {
  readonly #stage: Stage;
  readonly #bytes: number;
  readonly #usage: Usage;
  readonly #runs: ChannelRuns;
  #pair: ChannelPair | undefined;

  constructor(stage: Stage, bytes: number, usage: Usage, runs: ChannelRuns) {
    this.#stage = stage;
    this.#bytes = bytes;
    this.#usage = usage;
    this.#runs = runs;
  }

  async next(): Promise<string> {
    const runs = this.#runs;
    if (runs.overCap) return '';
    const name = `reliable channel, ${this.#usage.kind}`;
    this.#pair ??= await ChannelPair.open(this.#stage, 'reliable');
    const { seconds } = await this.#pair.transfer(this.#usage, this.#bytes, runs.maxSeconds * 1000);
    if (seconds === undefined) {
      runs.overCap = true;
      // What is still in its buffers must not fill the others' queue.
      await this.close();
      return `${name} > ${Math.round(runs.maxSeconds)} s`;
    }
    if (runs.first === undefined) runs.first = seconds;
    else runs.later.push(seconds);
    return `${name} ${seconds.toFixed(2)} s`;
  }

  async close(): Promise<void> {
    await this.#pair?.close();
    this.#pair = undefined;
  }
}

class RepeatedUnreliable implements Other {
  readonly #stage: Stage;
  readonly #seconds: number;
  readonly #goodputs: number[];
  #pair: ChannelPair | undefined;

  constructor(stage: Stage, seconds: number, goodputs: number[]) {
    this.#stage = stage;
    this.#seconds = seconds;
    this.#goodputs = goodputs;
  }

  async next(): Promise<string> {
    this.#pair ??= await ChannelPair.open(this.#stage, 'unreliable');
    const goodput = await this.#pair.distinctGoodput({ skip: 0, seconds: this.#seconds, rateMbit: 0 });
    this.#goodputs.push(goodput);
    return `unreliable channel ${goodput.toFixed(2)} Mbit/s`;
  }

  async close(): Promise<void> {
    await this.#pair?.close();
    this.#pair = undefined;
  }
}
