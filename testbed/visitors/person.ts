/**
 * What a person does on Tessera's pages, in any browser. States are read from attributes, never from text.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figures } from '../../lib/session/model.ts';
import { FINAL_STATES } from '../../lib/session/transfer-state.ts';
import type { Visitor } from './visitor.ts';

const PATIENCE_MS = 60_000;
const LOOK_MS = 50;

/** Asks until the answer is something; says what was waited for when it is not. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false | null | ''>,
  limitMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await sleep(LOOK_MS);
  }
}

/** Before React has taken over a prerendered page, a click goes nowhere. */
const ALIVE = `Object.keys(e).some((key) => key.startsWith('__reactProps'))`;

const byTestId = (id: string) => `document.querySelector('[data-testid="${id}"]')`;
const ofCard = (name: string, id: string) =>
  `document.querySelector('[data-testid=transfer][data-name="${name}"] [data-testid="${id}"]')`;

export class Person {
  readonly visitor: Visitor;
  constructor(visitor: Visitor) {
    this.visitor = visitor;
  }

  async press(id: string, card?: string): Promise<void> {
    const element = card === undefined ? byTestId(id) : ofCard(card, id);
    await until(`${id} to press`, () =>
      this.visitor.evaluate<boolean>(`(() => { const e = ${element};
        if (!e || e.disabled || !${ALIVE}) return false; e.click(); return true; })()`),
    );
  }

  /** Types into a field as the page's library expects it. */
  async fill(id: string, text: string): Promise<void> {
    await until(`${id} to fill`, () =>
      this.visitor.evaluate<boolean>(`(() => { const e = ${byTestId(id)};
        if (!e || !${ALIVE}) return false;
        const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
        set.call(e, ${JSON.stringify(text)});
        e.dispatchEvent(new Event('input', { bubbles: true }));
        return true; })()`),
    );
  }

  /** @returns the code */
  async openRoom(origin: string): Promise<string> {
    await this.visitor.goto(`${origin}/send/`);
    await this.press('open-room');
    return until('a code', async () => {
      const text = await this.visitor.evaluate<string | null>(
        `${byTestId('room-code')}?.textContent ?? null`,
      );
      return /^\d+-[a-z]+-[a-z]+$/.test(text ?? '') && text;
    });
  }

  async join(origin: string, code: string): Promise<void> {
    await this.visitor.goto(`${origin}/receive/`);
    await this.fill('code-input', code);
    await this.press('join-room');
  }

  connection(): Promise<string | null> {
    return this.visitor.evaluate(`${byTestId('connection')}?.dataset.state ?? null`);
  }

  /** The code of the problem that the page shows. */
  problem(): Promise<string | null> {
    return this.visitor.evaluate(`document.querySelector('[data-problem]')?.dataset.problem ?? null`);
  }

  path(): Promise<string> {
    return until('a path', () =>
      this.visitor.evaluate<string>(`(${byTestId('path')}?.textContent ?? '').trim()`),
    );
  }

  async reaches(...states: string[]): Promise<string> {
    return until(`the connection to be ${states.join(' or ')}`, async () => {
      const state = await this.connection();
      return states.includes(state ?? '') && state;
    });
  }

  async pick(...files: string[]): Promise<void> {
    await until('the field for files', () => this.visitor.evaluate<boolean>(`!!${byTestId('file-input')}`));
    await this.visitor.choose('file-input', files);
  }

  transferState(name: string): Promise<string | null> {
    return this.visitor.evaluate(
      `document.querySelector('[data-testid=transfer][data-name="${name}"]')?.dataset.state ?? null`,
    );
  }

  /** Ends in one of the states, or throws with the one it ended in. */
  async transferReaches(name: string, ...states: string[]): Promise<void> {
    const final: readonly string[] = FINAL_STATES;
    const state = await until(
      `${name} to be ${states.join(' or ')}`,
      async () => {
        const now = (await this.transferState(name)) ?? '';
        return (states.includes(now) || final.includes(now)) && now;
      },
      180_000,
    );
    if (!states.includes(state)) throw new Error(`${name} is ${state}, not ${states.join(' or ')}`);
  }

  async number(name: string, id: string): Promise<number> {
    return Number(await this.visitor.evaluate<string>(`${ofCard(name, id)}?.textContent ?? ''`));
  }

  /**
   * Presses the button that saves, and reads what the browser wrote to the disk under a name that ends like
   * this.
   */
  async saved(id: string, ending: string, card?: string): Promise<Buffer> {
    await this.press(id, card);
    const file = await until(`a file *${ending}`, async () =>
      readdirSync(this.visitor.downloads).find((name) => name.endsWith(ending)),
    );
    const path = join(this.visitor.downloads, file);
    let size = -1;
    await until(`${file} on the disk`, async () => {
      if (!existsSync(path)) return false;
      const before = size;
      size = statSync(path).size;
      await sleep(LOOK_MS * 2);
      return size > 0 && size === before;
    });
    return readFileSync(path);
  }

  /** The closing report, as a person saves it. */
  async report(name: string): Promise<{ figures: Figures; path: string; state: string }> {
    await until('the report', () =>
      this.visitor.evaluate<boolean>(`(() => { const e = ${ofCard(name, 'report')}?.querySelector('details');
        if (!e) return false; e.open = true; return true; })()`),
    );
    return this.visitor.evaluate(`(async () => {
      const kept = new Promise((resolve) => {
        const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => { URL.createObjectURL = make; resolve(blob); return make.call(URL, blob); };
      });
      ${ofCard(name, 'report')}.querySelector('button').click();
      return JSON.parse(await (await kept).text());
    })()`);
  }
}
