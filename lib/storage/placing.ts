import { UniqueNames } from './unique-names.ts';

/** Where files end up that are saved side by side: in their folders, and none over another. */
export interface Place {
  folders: string[];
  name: string;
}

/** One folder: the names taken in it, and what the folders in it were called where they came from. */
export class Placing {
  readonly #names = new UniqueNames();
  readonly #folders = new Map<string, { taken: string; inside: Placing }>();

  /** Something that is there already. */
  occupy(name: string): void {
    this.#names.take(name);
  }

  /** Files of one folder stay together; whatever else has a name of its own. Both must be clean. */
  take(folders: readonly string[], name: string): Place {
    const [first, ...rest] = folders;
    if (first === undefined) return { folders: [], name: this.#names.take(name) };
    let folder = this.#folders.get(first);
    if (folder === undefined) {
      folder = { taken: this.#names.take(first), inside: new Placing() };
      this.#folders.set(first, folder);
    }
    const place = folder.inside.take(rest, name);
    return { folders: [folder.taken, ...place.folders], name: place.name };
  }
}
