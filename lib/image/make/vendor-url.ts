/**
 * Where a file of `public/vendor/` is. Absolute, since a worker made from a blob has no address that a
 * relative one could start from.
 */
export function vendorUrl(file: string): string {
  // Set by the build, for pages that are served below a path.
  return new URL(`${process.env.NEXT_PUBLIC_BASE_PATH ?? ''}/vendor/${file}`, location.origin).href;
}
