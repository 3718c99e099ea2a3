/**
 * The door to libheif, for browsers that do not decode HEIC themselves: 1.4 MB of WebAssembly (0.4 MB as it
 * crosses), loaded for the first such picture. Runs in the preview's worker, which the page ends when it
 * takes too long.
 */
import { fitsDecodeLimit } from '../inspect/dimensions.ts';
import { vendorUrl } from './vendor-url.ts';

interface HeifImage {
  get_width(): number;
  get_height(): number;
  display(target: ImageData, done: (painted: ImageData | null) => void): void;
  free(): void;
}

interface Libheif {
  HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] };
}

type LibheifModule = { default: (options: { locateFile: (name: string) => string }) => Promise<Libheif> };

let library: Promise<Libheif> | undefined;

/** The first picture of the file, upright. Rejects for anything it cannot or should not decode. */
export async function decodeHeic(blob: Blob): Promise<ImageData> {
  library ??= load();
  const { HeifDecoder } = await library;
  const images = new HeifDecoder().decode(new Uint8Array(await blob.arrayBuffer()));
  try {
    const [image] = images;
    if (image === undefined) throw new Error('no picture that libheif knows');
    // Nothing is decoded yet: the sizes are the header's, and may be others than ours read.
    const [width, height] = [image.get_width(), image.get_height()];
    if (!fitsDecodeLimit({ width, height })) throw new Error('too many pixels');
    return await new Promise((resolve, reject) => {
      image.display(new ImageData(width, height), (painted) => {
        if (painted === null) reject(new Error('libheif could not decode it'));
        else resolve(painted);
      });
    });
  } finally {
    for (const image of images) image.free();
  }
}

async function load(): Promise<Libheif> {
  // Copied from the package when the site is built; it finds its `libheif.wasm` beside itself.
  const address = vendorUrl('libheif/libheif.mjs');
  // A file of its own, not bundled: see scripts/vendor.mjs.
  const { default: start } = (await import(
    /* webpackIgnore: true */ /* turbopackIgnore: true */ address
  )) as LibheifModule;
  return start({ locateFile: (name) => new URL(name, address).href });
}
