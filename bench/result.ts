/** What a measurement hands to whoever writes it down. */
import type { Chart } from './report/draw.ts';

/** What a sub-command hands to the writer. */
export interface Table {
  caption: string;
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

export interface Result {
  /** File name without ending. */
  name: string;
  title: string;
  /** Sentences above the tables: what was measured, and how. */
  notes: readonly string[];
  tables: readonly Table[];
  /** Charts by the part of the file name that distinguishes them. */
  charts: readonly { name: string; chart: Chart }[];
  /** No time of it is compared: a relay that is late on a busy machine spoils nothing. */
  untimed?: boolean;
  /** Every single run, for the JSON file. */
  data: unknown;
}
