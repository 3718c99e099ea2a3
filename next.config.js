/** @type {import('next').NextConfig} */
const config = {
  // Plain files: the signaling server serves them, and so can any file host.
  output: 'export',
  trailingSlash: true,
  poweredByHeader: false,
  reactStrictMode: true,
  // Next's own check would repeat `npm run types`, with a compiler it does not bundle.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  // A browser test builds into a folder of its own while a developer's server runs in another.
  ...(process.env.TESSERA_DIST ? { distDir: process.env.TESSERA_DIST } : {}),
  // Checked by scripts/build.mjs.
  ...(process.env.BASE_PATH ? { basePath: process.env.BASE_PATH } : {}),
  env: { NEXT_PUBLIC_BASE_PATH: process.env.BASE_PATH ?? '' },
  devIndicators: false,
};
export default config;
