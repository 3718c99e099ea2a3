/** A small text of our own making (report, log) as a download. Pictures go through lib/storage. */
export function saveText(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The click has started the download; a moment later the browser holds its own reference.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
