/**
 * A lane's SDP differs from the first connection's in three or four lines. Both sides hold the first
 * connection's, so only those lines cross: about 80 bytes instead of 500, which matters where the control
 * channel carries half a megabit.
 */
import { MAX_SDP_LENGTH } from './limits.ts';

/** A number means this many lines of the template, a string for a line that replaces the template's. */
export type SdpDifference = readonly (number | string)[];

/** `o=` names the session for renegotiation, which lanes never do: the template's will do. */
const isOrigin = (line: string): boolean => line.startsWith('o=');

export function differenceOf(sdp: string, template: string): SdpDifference {
  const known = template.split('\r\n');
  const difference: (number | string)[] = [];
  sdp.split('\r\n').forEach((line, i) => {
    const same = line === known[i] || (isOrigin(line) && isOrigin(known[i] ?? ''));
    const last = difference.at(-1);
    if (!same) difference.push(line);
    else if (typeof last === 'number') difference[difference.length - 1] = last + 1;
    else difference.push(1);
  });
  return difference;
}

/** The SDP, or `undefined` if the difference is malformed. */
export function applyDifference(difference: unknown, template: string): string | undefined {
  if (!Array.isArray(difference)) return undefined;
  const known = template.split('\r\n');
  const lines: string[] = [];
  for (const step of difference as unknown[]) {
    if (typeof step === 'string') {
      lines.push(step);
    } else {
      const end = lines.length + (Number.isInteger(step) ? (step as number) : -1);
      if (end <= lines.length || end > known.length) return undefined;
      lines.push(...known.slice(lines.length, end));
    }
    if (lines.length > MAX_SDP_LENGTH / 2) return undefined;
  }
  const sdp = lines.join('\r\n');
  return sdp.length <= MAX_SDP_LENGTH ? sdp : undefined;
}
