/** Who runs this server, for the page about it. */
import { createHash } from 'node:crypto';
import type { ExportedFile } from './exported-files.ts';

/** Who runs this server, as the page about it says. */
export interface Operator {
  name: string | undefined;
  /** `mailto:` or an address of the web. */
  contact: string | undefined;
  /** Where the source of what is served can be had. */
  source: string | undefined;
}

/** Beside the page, which finds it below any path. */
export const OPERATOR_PATH = '/about/operator.json';

export function operatorFile(operator: Operator): ExportedFile {
  const bytes = Buffer.from(JSON.stringify(operator));
  return {
    type: 'application/json',
    hash: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
    bytes,
    compressed: {},
    policy: undefined,
  };
}
