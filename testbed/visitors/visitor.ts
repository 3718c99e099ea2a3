/** A page in some browser, with as little as every way of driving one offers. */

export interface Visitor {
  readonly browser: string;
  /** Uncaught errors, as the page reported them. */
  readonly errors: readonly string[];
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  /** The value of an expression, awaited, as JSON carries it. */
  evaluate<T>(expression: string): Promise<T>;
  /** Files for the page's one `input` with this handle. */
  choose(testid: string, files: readonly string[]): Promise<void>;
  /** Where the browser puts what a page saves. */
  readonly downloads: string;
  /** A picture of the screen, PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}
