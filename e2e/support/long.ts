/** `TESSERA_LONG=1`: also what takes minutes, or what other tests of an ordinary run show too. */
export const LONG = process.env['TESSERA_LONG'] === '1';
