/** A decode that takes longer is stuck. */
const MAX_DECODE_MS = 8_000;

/** Rejects when a decode is stuck; it goes on by itself, if it ever does. */
export async function withinLimit<T>(work: Promise<T>): Promise<T> {
  let limit: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error('the decoder is stuck')), MAX_DECODE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(limit);
  }
}
