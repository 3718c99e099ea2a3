/**
 * A sender's page that cannot make previews: what it asks the preview's worker for fails at once, as in a
 * browser that lacks the means (lib/image/make/preview.ts goes on without). Runs before the page's own
 * scripts; must be self-contained.
 */
function failPreviews(): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with the worker below
  const post = Worker.prototype.postMessage as (...all: unknown[]) => void;
  Worker.prototype.postMessage = function (this: Worker, ...all: unknown[]) {
    const message = all[0] as { id?: unknown; blob?: unknown; width?: unknown } | undefined;
    if (typeof message?.id === 'number' && message.blob instanceof Blob && 'width' in message)
      this.dispatchEvent(new Event('error'));
    else Reflect.apply(post, this, all);
  };
}

export const withoutPreview = `(${failPreviews.toString()})()`;
