import { expect, test } from 'vitest';
import { orientationTransform } from './orientation.ts';

/** Where the stored picture's top left and top right corners must be seen, by EXIF 2.32's own words ("0th row", "0th column"). */
const CORNERS: Record<number, readonly [topLeft: string, topRight: string]> = {
  1: ['top left', 'top right'],
  2: ['top right', 'top left'],
  3: ['bottom right', 'bottom left'],
  4: ['bottom left', 'bottom right'],
  5: ['top left', 'bottom left'],
  6: ['top right', 'bottom right'],
  7: ['bottom right', 'top right'],
  8: ['bottom left', 'top left'],
};

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'orientation %i puts the stored corners where EXIF says',
  (orientation) => {
    const [width, height] = [30, 20];
    const [a, b, c, d, e, f] = orientationTransform(orientation, width, height);
    const storedWidth = orientation >= 5 ? height : width;
    const seen = (x: number, y: number): string => {
      const [atX, atY] = [a * x + c * y + e, b * x + d * y + f];
      return `${{ 0: 'top', [height]: 'bottom' }[atY]} ${{ 0: 'left', [width]: 'right' }[atX]}`;
    };
    expect([seen(0, 0), seen(storedWidth, 0)]).toEqual(CORNERS[orientation]);
  },
);
