import { endsScan, EOI, SOS, standsAlone } from './jpeg-segments.ts';

/**
 * Finds the end of a JPEG in a file that is still arriving (ITU-T T.81 Annex B): behind it there may be
 * megabytes more, a second picture or the film of a motion photo, that change nothing of what is seen.
 */
export class JpegEnd {
  /** Behind the end-of-image marker, from the file's first byte; `undefined`: it is not here yet. */
  at: number | undefined;
  #passed = 0;
  /** Bytes to pass unread: at first the start-of-image marker, then what segments hold. */
  #skip = 2;
  #expects: 'marker' | 'code' | 'length' | 'length-low' | 'scan' | 'code-in-scan' = 'marker';
  #code = 0;
  #length = 0;

  /** The next bytes of the file. */
  push(bytes: Uint8Array): void {
    let i = 0;
    while (i < bytes.length && this.at === undefined) {
      const passed = Math.min(this.#skip, bytes.length - i);
      this.#skip -= passed;
      i += passed;
      if (i === bytes.length) break;
      if (this.#expects === 'scan') {
        const marker = bytes.indexOf(0xff, i);
        i = marker < 0 ? bytes.length : marker + 1;
        if (marker >= 0) this.#expects = 'code-in-scan';
      } else {
        this.#take(bytes[i] as number, this.#passed + ++i);
      }
    }
    this.#passed += bytes.length;
  }

  #take(byte: number, end: number): void {
    switch (this.#expects) {
      case 'marker':
        // No marker where one has to be: it is broken, and has no end.
        if (byte === 0xff) this.#expects = 'code';
        else this.#skip = Infinity;
        break;
      case 'code-in-scan':
        if (endsScan(byte)) this.#begin(byte, end);
        else if (byte !== 0xff) this.#expects = 'scan';
        break;
      case 'code':
        if (byte !== 0xff) this.#begin(byte, end);
        break;
      case 'length':
        this.#length = byte << 8;
        this.#expects = 'length-low';
        break;
      case 'length-low':
        this.#skip = Math.max(0, this.#length + byte - 2);
        this.#expects = this.#code === SOS ? 'scan' : 'marker';
        break;
      case 'scan':
    }
  }

  #begin(code: number, end: number): void {
    this.#code = code;
    if (code === EOI) this.at = end;
    this.#expects = standsAlone(code) ? 'marker' : 'length';
  }
}
