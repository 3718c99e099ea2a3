/** What every way of decoding the front of a file offers to the painter, which tries them in turn. */

/** One way to turn the front of a file into something to draw. */
export interface PartialDecoder {
  /** @param prefix bytes that can be read @returns what to draw, upright, or `undefined`: nothing new yet */
  decode(prefix: number): Promise<DrawableFrame | undefined>;
  close(): void;
}

export interface DrawableFrame {
  /** All of the picture: what is still missing of the file is not seen. */
  last?: boolean;
  draw(context: CanvasRenderingContext2D, width: number, height: number): void;
  close(): void;
}
