/**
 * Habits that no lint rule holds, each once: fields are hidden with `#`, bounds are named `MAX_…` or `MIN_…`,
 * a time says its unit, a class has few fields, and a test that may be skipped says what it needs.
 */
import { fileURLToPath } from 'node:url';
import { sources } from './sources.mjs';

/** `#` hides at run time too. Constructors have none, and what a base class shares is `protected`. */
const HIDDEN_MEMBER = /^\s+(?:private|public) (?!constructor\b)/;

const BOUND =
  /^(?:.*_)?(?:MOST|LEAST|GREATEST|LONGEST|SHORTEST|LARGEST|SMALLEST|HIGHEST|LOWEST|WIDEST|TALLEST|FEWEST|MAXIMUM|MINIMUM)(?:_.*)?$|_(?:MAX|MIN|LIMIT)$|^LIMIT$/;

/** Names of constants that are times, if their value is a plain number. */
const TIME =
  /(?:^|_)(?:TIMEOUT|(?<!A_)TIME|DELAY|WAIT|PAUSE|PATIENCE|INTERVAL|PERIOD|LIFETIME|LINGER|SILENCE|SLEPT)$/;
const MILLIS_NAME = /\w(?:Millis|Milliseconds|_MILLIS|_MILLISECONDS)$/;
const MS_NAME = /(?:[a-z0-9]Ms|_MS)$/;

/** Where classes are counted: what runs for people, not what tests them. */
const PRODUCT = /^(?:app|bench|lib|signaling)\/(?!.*\.(?:test|fixture|contract)\.)/;
/** A class with more owns parts that have no name yet. */
const MAX_FIELDS = 20;
const CLASS = /^(?:export )?(?:default )?(?:abstract )?class (\w+)/;
const FIELD =
  /^  (?:(?:protected|readonly|override|declare|accessor) )*#?[A-Za-z_]\w*[?!]?(?:: .*|:| = .*|;)$/;

/**
 * @param {string} source of a file
 * @returns {string[]} complaints about classes with too many fields of their own
 */
export function crowdedClasses(source) {
  const complaints = [];
  /** @type {{ name: string, line: number, fields: number } | undefined} */
  let open;
  for (const [index, line] of source.split('\n').entries()) {
    const begun = CLASS.exec(line);
    if (begun !== null) open = { name: begun[1], line: index + 1, fields: 0 };
    else if (open !== undefined && FIELD.test(line)) open.fields += 1;
    else if (open !== undefined && line === '}') {
      if (open.fields > MAX_FIELDS)
        complaints.push(`${open.line}: ${open.name} has ${open.fields} fields, more than ${MAX_FIELDS}`);
      open = undefined;
    }
  }
  return complaints;
}

/**
 * @param {string} source of a file
 * @returns {string[]} complaints, each with the number of its line
 */
export function complaintsOf(source) {
  const complaints = [];
  for (const [index, text] of source.split('\n').entries()) {
    const line = text.replace(/(['"`]).*?\1/g, '$1$1');
    const complain = (/** @type {string} */ what) => complaints.push(`${index + 1}: ${what}`);
    if (/^\s*(?:\/\/|\/?\*)/.test(line)) continue;
    if (HIDDEN_MEMBER.test(line)) complain('a member is hidden with #, or not at all');
    const constant = /^\s*(?:export )?const ([A-Z][A-Z0-9_]*)(: [\w<>[\]]+)? = (.*)/.exec(line);
    if (constant !== null) {
      const [, name, type, value] = constant;
      if (BOUND.test(name)) complain(`${name}: a bound is named MAX_… or MIN_…`);
      if (TIME.test(name) && type !== ': Millis' && /^[\d_.]+(?: \*|;)/.test(value))
        complain(`${name}: a time ends in _MS or _SECONDS, or has the type Millis`);
    }
    for (const [, name, type] of line.matchAll(/([A-Za-z_]\w*)\??: (Millis)?/g)) {
      if (MILLIS_NAME.test(name)) complain(`${name}: milliseconds are Ms, or have the type Millis`);
      if (type !== undefined && MS_NAME.test(name))
        complain(`${name}: the type Millis says the unit already`);
    }
  }
  // In a title, where the summary of a run finds it.
  if (count(source, '.skipIf(') > count(source, ' [needs '))
    complaints.push('1: each skipIf has its reason at the end of a title, [needs …]');
  return complaints;
}

function count(/** @type {string} */ source, /** @type {string} */ text) {
  return source.split(text).length - 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = sources();
  const complaints = files.flatMap(({ file, source }) =>
    [...complaintsOf(source), ...(PRODUCT.test(file) ? crowdedClasses(source) : [])].map(
      (complaint) => `${file}:${complaint}`,
    ),
  );
  for (const complaint of complaints) console.error(complaint);
  console.log(`${files.length} files, ${complaints.length} against the habits`);
  process.exit(complaints.length > 0 ? 1 : 0);
}
