/**
 * Path below which the pages are served, `/tessera`; empty: the root. For what Next.js does not put it before
 * by itself: files of `public/`, and whole addresses.
 */
export const basePath = process.env.NEXT_PUBLIC_BASE_PATH ?? '';
