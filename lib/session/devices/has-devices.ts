/** Whether this browser remembers any device: a page without one loads nothing for it. */

/** Of local storage; there while the list has an entry. */
export const DEVICES_KEY = 'tessera.devices';

/** Asks storage alone; cheap enough for each drawing of a page. */
export function hasDevices(): boolean {
  try {
    return localStorage.getItem(DEVICES_KEY) !== null;
  } catch {
    // Storage is off: then none is remembered.
    return false;
  }
}
