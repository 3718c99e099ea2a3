/** File handles with an operation that is pending. */
const asked = new Set<object>();

/**
 * Waits for an operation of a file handle, and keeps the handle referenced until it settles. In Chromium some
 * of many such promises never settled: as it seems, their handles were collected as garbage meanwhile. Of two
 * thousand small pictures up to a tenth waited for ever for their files.
 */
export async function whileKept<T>(handle: object, answer: Promise<T>): Promise<T> {
  asked.add(handle);
  try {
    return await answer;
  } finally {
    asked.delete(handle);
  }
}
