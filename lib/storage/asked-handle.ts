/** Handles of files that are being asked something. */
const asked = new Set<object>();

/**
 * Waits for the answer of a handle, and keeps the handle until then: Chromium forgets a question with the
 * handle that was asked, and one that is collected as garbage meanwhile never answers. Of two thousand small
 * pictures a tenth waited for ever for their files.
 */
export async function whileKept<T>(handle: object, answer: Promise<T>): Promise<T> {
  asked.add(handle);
  try {
    return await answer;
  } finally {
    asked.delete(handle);
  }
}
