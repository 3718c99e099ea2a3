/**
 * Pictures picked on the sender's page, from the file to what crosses. Plain values and one pure preparation.
 */
import type { StripRefusal } from '../image/strip/strip-location.ts';
import type { CompressProblem } from '../image/make/compress.ts';
import { MESSAGE_TYPE } from '../image/text-message.ts';
import type { ExpectedBytes, OutgoingPicture, ProblemCode } from '../session/model.ts';
import type { ImageFacts, ImageTools } from './image-tools.ts';

/** How a picture is sent. `original` and `without-location` leave the pixels' bytes untouched. */
export type Choice =
  | { kind: 'original' }
  | { kind: 'without-location' }
  | {
      kind: 'smaller';
      /** 0.1 … 1 */
      quality: number;
      /** Pixels. */
      longestSide: number;
    };

/** Good on any screen, and about a tenth of a camera's file. */
export const SMALLER: Choice & { kind: 'smaller' } = { kind: 'smaller', quality: 0.8, longestSide: 2048 };

/** What became of a choice: shown beside it, so that it can be checked. */
export type Outcome =
  | { kind: 'original' }
  /** `words`: title, caption, comment or keywords are still there. */
  | { kind: 'location-removed'; removed: readonly string[]; words: boolean }
  | { kind: 'nothing-to-remove'; words: boolean }
  /** The location cannot be taken out of this file for certain; nothing was sent. */
  | { kind: 'cannot-remove'; reason: StripRefusal }
  | { kind: 'smaller'; before: number; after: number }
  /** Compression would have made it larger, so the original goes. */
  | { kind: 'not-smaller'; before: number }
  /** Only pictures can be made smaller: it goes as it is. */
  | { kind: 'not-a-picture' }
  /** It is an animation, which would lose its motion: the original goes. */
  | { kind: 'moves' }
  /** This browser cannot decode it, or it has too many pixels; nothing was sent. */
  | { kind: 'cannot-shrink' };

export type OutboxStage =
  | { at: 'waiting' }
  | { at: 'preparing'; progress?: number }
  /** Held back: a choice that could not be met. The person chooses another. */
  | { at: 'held' }
  | { at: 'ready'; image: OutgoingPicture }
  /** Handed to the session; `transfer` is the id it is known by there. */
  | { at: 'sent'; transfer: string }
  | { at: 'failed'; problem: ProblemCode };

/** One picked picture: its choice, what is known of it and how far it is. */
export interface OutboxItem {
  /** Known to this page only; a transfer's id changes with each choice. */
  id: string;
  /** Counts the choices made, so that an overtaken preparation is thrown away. */
  revision: number;
  file: File;
  name: string;
  choice: Choice;
  /** The receiver it was picked for (`SessionSnapshot.meeting`); none: whoever joins first. */
  meeting?: number;
  /** In a room of several: who gets it, by `Guest.peer` or as `FIRST`; none: the first. */
  to?: readonly string[];
  /** The person has chosen these: it goes to nobody who comes later. */
  chosen?: boolean;
  /** Drawn as this guest's; what it is made of is chosen where the first one's is drawn. */
  peer?: string;
  /** What crossed of it before this page was loaded anew. */
  expected?: ExpectedBytes;
  /** Whose transfers of it rested before this page was loaded anew, by `Guest.peer` or as `FIRST`. */
  rests?: readonly string[];
  facts?: ImageFacts;
  outcome?: Outcome;
  /** What crosses: the file itself, or the rewritten one. */
  outgoing?: OutgoingPicture;
  stage: OutboxStage;
}

/** The name of its transfer in every session that sends it; what is chosen anew is another one. */
export const transferId = ({ id, revision }: Pick<OutboxItem, 'id' | 'revision'>): string =>
  `${id}.${revision}`;

export interface Prepared {
  facts: ImageFacts;
  outcome: Outcome;
  /** Absent when the choice could not be met. */
  image?: OutgoingPicture;
}

/**
 * Inspects, applies the choice, makes the preview. A preview that cannot be made costs only the preview.
 *
 * @throws Error when the file cannot be read
 */
export async function prepare(
  item: OutboxItem,
  tools: ImageTools,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Prepared> {
  const facts = item.facts ?? (await tools.inspect(item.file));
  if (facts.problem === 'unreadable') throw new Error('the file cannot be read any more');
  const { blob, outcome } = await applyChoice(item, facts, tools, progress, signal);
  if (!blob) return { facts, outcome };
  const changed = outcome.kind === 'smaller';
  const sent = changed ? await tools.inspect(asFile(blob, item)) : facts;
  const shown = await tools.preview(blob, sent, signal).catch(() => ({}) as never);
  const width = sent.width ?? shown.width;
  const height = sent.height ?? shown.height;
  return {
    facts,
    outcome,
    image: {
      id: transferId(item),
      blob,
      name: changed && blob instanceof File && blob.name ? besides(item.name, blob.name) : item.name,
      type: sent.type,
      modified: item.file.lastModified,
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
      ...(shown.thumb ? { thumb: shown.thumb } : {}),
      ...(shown.preview ? { preview: shown.preview } : {}),
    },
  };
}

async function applyChoice(
  item: OutboxItem,
  facts: ImageFacts,
  tools: ImageTools,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ blob?: Blob; outcome: Outcome }> {
  const { file, choice } = item;
  switch (choice.kind) {
    case 'original':
      return { blob: file, outcome: { kind: 'original' } };
    case 'without-location': {
      if (facts.type === MESSAGE_TYPE) return { blob: file, outcome: { kind: 'original' } };
      const result = await tools.strip(file, facts.type);
      if (result.kind === 'stripped') {
        const { blob, removed, words } = result;
        return { blob, outcome: { kind: 'location-removed', removed, words } };
      }
      if (result.kind === 'nothing-to-remove') return { blob: file, outcome: result };
      return { outcome: { kind: 'cannot-remove', reason: result.reason } };
    }
    case 'smaller': {
      if (!facts.type.startsWith('image/')) return { blob: file, outcome: { kind: 'not-a-picture' } };
      const { quality, longestSide } = choice;
      try {
        const smaller = await tools.compress(file, { quality, longestSide }, progress, signal);
        return { blob: smaller, outcome: { kind: 'smaller', before: file.size, after: smaller.size } };
      } catch (error) {
        const code: CompressProblem | undefined = (error as { code?: CompressProblem }).code;
        if (code === 'not-smaller')
          return { blob: file, outcome: { kind: 'not-smaller', before: file.size } };
        if (code === 'moves') return { blob: file, outcome: { kind: 'moves' } };
        if (code === 'not-possible') return { outcome: { kind: 'cannot-shrink' } };
        throw error;
      }
    }
  }
}

/** In the folder of the other. */
const besides = (path: string, name: string): string => path.slice(0, path.lastIndexOf('/') + 1) + name;

function asFile(blob: Blob, item: OutboxItem): File {
  return blob instanceof File ? blob : new File([blob], item.name, { type: blob.type });
}
