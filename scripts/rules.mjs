/**
 * Ties docs/PROTOCOL.md and docs/RATE.md to the tests: each rule (`**P-29**`) is in the title of a test
 * (`[P-29] …`), and no title names a rule that neither has. `node scripts/rules.mjs --list` shows which tests
 * prove which rule.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = ['docs/PROTOCOL.md', 'docs/RATE.md'];
const rooms = ['app', 'bench', 'e2e', 'lib', 'scripts', 'signaling', 'testbed'];

/** @param {string} text of the documents @returns {string[]} rules in their order */
export function rulesOf(text) {
  return [...text.matchAll(/^\*\*(P-\d+)\*\*/gm)].map((match) => match[1]);
}

/**
 * @param {string} source of a test file @returns {{ title: string, rules: string[] }[]} the titles that name
 * rules
 */
export function titlesOf(source) {
  return [...source.matchAll(/(['"`])\[(P-\d+(?:, P-\d+)*)\] (.*?)(?<!\\)\1/g)].map((match) => ({
    title: match[3],
    rules: match[2].split(', '),
  }));
}

/**
 * @param {string} text of the documents @param {{ file: string, source: string }[]} tests
 * @returns {{ complaints: string[], proofs: Map<string, string[]> }}
 */
export function tie(text, tests) {
  const rules = rulesOf(text);
  const complaints = [];
  const proofs = new Map(rules.map((rule) => [rule, []]));
  for (const rule of rules)
    if (rules.indexOf(rule) !== rules.lastIndexOf(rule)) complaints.push(`${rule} stands twice`);
  for (const { file, source } of tests)
    for (const { title, rules: named } of titlesOf(source))
      for (const rule of named) {
        const known = proofs.get(rule);
        if (known === undefined) complaints.push(`${file} › ${title}: there is no rule ${rule}`);
        else known.push(`${file} › ${title}`);
      }
  for (const [rule, titles] of proofs) if (titles.length === 0) complaints.push(`${rule}: no test names it`);
  return { complaints: [...new Set(complaints)], proofs };
}

function testFiles() {
  return rooms
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true }).map((name) => join(room, String(name))),
    )
    .filter((name) => /\.(test|spec|contract)\.tsx?$/.test(name))
    .map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { complaints, proofs } = tie(
    documents.map((file) => readFileSync(join(root, file), 'utf8')).join('\n'),
    testFiles(),
  );
  if (process.argv.includes('--list'))
    for (const [rule, titles] of proofs) console.log([rule, ...titles].join('\n  '));
  for (const complaint of complaints) console.error(complaint);
  const proved = [...proofs.values()].filter((titles) => titles.length > 0).length;
  console.log(`${proved} of ${proofs.size} rules stand in a test title`);
  process.exit(complaints.length > 0 ? 1 : 0);
}
