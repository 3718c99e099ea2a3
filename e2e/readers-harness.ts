/** What `readers.spec.ts` calls in a page: our header readers beside the browser's own decoders. */
import { elementSize, sameSize, type Size } from '../lib/image/inspect/element-size.ts';
import { measure } from '../lib/image/inspect/measure.ts';
import { seededRandom } from '../lib/simulation/random.ts';
import { mutate } from './support/mutate.ts';

export interface Fault {
  number: number;
  read: string;
  shown: string;
  base64: string;
}

/** Elements that load at the same time. Nothing of them is drawn: a size alone costs no pixels. */
const AT_ONCE = 32;

const written = (size: Size | undefined): string => (size ? `${size.width} × ${size.height}` : 'nothing');

const decoded = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

const api = {
  /** What we read and what the browser shows. */
  async both(base64: string) {
    const blob = new Blob([decoded(base64)]);
    const { kind, natural } = await measure(blob);
    const typed = blob.slice(0, blob.size, kind?.type ?? 'image/jpeg');
    return { read: kind?.showable ? written(natural) : 'nothing', shown: written(await elementSize(typed)) };
  },

  /** Mutants `from` … `from + count` of the given pictures, all of one type. */
  async fuzz(pictures: readonly string[], type: string, seed: number, from: number, count: number) {
    const seeds = pictures.map(decoded);
    const faults: Fault[] = [];
    let shown = 0;
    let agreed = 0;
    let next = from;
    const work = async () => {
      while (next < from + count) {
        const number = next++;
        const random = seededRandom(seed, number);
        const bytes = mutate(seeds[number % seeds.length]!, type, seeds, random);
        const blob = new Blob([bytes], { type });
        const [{ kind, natural: read }, natural] = await Promise.all([measure(blob), elementSize(blob)]);
        if (natural === undefined) continue;
        shown += 1;
        // What is not read is not shown.
        if (!kind?.showable || read === undefined) continue;
        if (sameSize(read, natural)) agreed += 1;
        else
          faults.push({
            number,
            read: written(read),
            shown: written(natural),
            base64: btoa(String.fromCharCode(...bytes)),
          });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { shown, agreed, faults };
  },
};

export type ReadersApi = typeof api;

(globalThis as unknown as { readers: ReadersApi }).readers = api;
