/** Where a picked file came from, as far as a page that is loaded anew can get it again by itself. */
export type FileOrigin =
  /** On the person's disk; opening it anew may take their permission. */
  | { readonly kind: 'handle'; readonly handle: FileSystemFileHandle }
  /** Only in this page's memory: pasted, shared to the app, written here. */
  | { readonly kind: 'memory' };

const origins = new WeakMap<Blob, FileOrigin>();

/** For as long as this page lives; what it means for a reload is `lib/store/outbox-keeper.ts`. */
export function rememberOrigin(file: Blob, origin: FileOrigin): void {
  origins.set(file, origin);
}

/** `undefined`: from an ordinary file input; only the person can pick it again. */
export const originOf = (file: Blob): FileOrigin | undefined => origins.get(file);
