/**
 * A picture for the laboratory, looked at as the sender's page would: type from its bytes, size, thumb and
 * preview.
 */
import { inspectImage } from '../image/inspect/inspect.ts';
import { measure } from '../image/inspect/measure.ts';
import { makePreview } from '../image/make/preview.ts';

/** The picture whose quality over time is compared. */
export interface LabPicture {
  /** Empty for the page's own sample, which is called something else in each language. */
  readonly name: string;
  readonly type: string;
  readonly blob: Blob;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** As seen. */
  readonly width: number;
  readonly height: number;
  /** What an element that holds it has to say of its size. */
  readonly natural: { readonly width: number; readonly height: number };
  readonly thumb: Uint8Array | undefined;
  readonly preview: Uint8Array | undefined;
}

/** Ours to say, all of them: the laboratory takes less than Tessera does. */
export type PictureProblem = 'unreadable' | 'not-shown' | 'too-large';

/** Every packet of it is simulated four times over: a few seconds of one core for this much. */
export const MAX_LAB_BYTES = 16 * 1024 * 1024;

/**
 * @returns the reason instead, when the laboratory cannot use the file: larger than `MAX_LAB_BYTES`, not
 * readable, or not painted from its front
 */
export async function openPicture(file: Blob, name: string): Promise<LabPicture | PictureProblem> {
  if (file.size > MAX_LAB_BYTES) return 'too-large';
  const facts = await inspectImage(file);
  if (facts.problem === 'unreadable') return 'unreadable';
  if (!facts.partial || facts.width === undefined || facts.height === undefined) return 'not-shown';
  if (facts.problem === 'too-many-pixels') return 'too-large';
  const { natural } = await measure(file);
  if (natural === undefined) return 'not-shown';
  const { thumb, preview, width = facts.width, height = facts.height } = await makePreview(file, facts);
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { name, type: facts.type, blob: file, bytes, width, height, natural, thumb, preview };
  } catch {
    return 'unreadable';
  }
}
