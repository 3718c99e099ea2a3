/** What people copy from hosting/ and the Dockerfile is held against what the server knows. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig, SETTINGS } from '../../signaling/config.ts';
import { DRAIN_MS, SHUTDOWN_MS } from '../../signaling/wire/limits.ts';
import { assignments, command, parseDockerfile } from './dockerfile.ts';

interface Service {
  image?: string;
  build?: string;
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  stop_grace_period?: string;
  read_only?: boolean;
  cap_drop?: string[];
  depends_on?: string[];
  command?: string[];
}

const files = readdirSync('hosting').filter((name) => /^compose.*\.yaml$/.test(name));

const compose = (name: string): Record<string, Service> =>
  (parse(readFileSync(`hosting/${name}`, 'utf8'), { merge: true }) as { services: Record<string, Service> })
    .services;

/** `${NAME}` and `${NAME:?why}` as they would be with hosting/example.env filled in. */
function filled(text: string): string {
  const values: Record<string, string> = {
    TESSERA_HOST: 'pictures.example.org',
    TURN_SECRET: 'north',
    PUBLIC_ADDRESS: '192.0.2.1',
  };
  return text.replaceAll(/\$\{([A-Z_]+)(?::\?[^}]*)?\}/g, (_, name: string) => {
    expect(values, `example.env has ${name}`).toHaveProperty(name);
    return values[name]!;
  });
}

const NOT_OURS = ['NODE_ENV', 'NODE'];

test.each(files)('%s sets what the server knows, to what it takes', (file) => {
  const ours = Object.values(compose(file)).filter(
    ({ build, image }) => build === '..' || image === 'tessera',
  );
  expect(ours.length).toBeGreaterThan(0);
  for (const { environment = {}, ...service } of ours) {
    for (const name of Object.keys(environment)) expect(SETTINGS).toContain(name);
    const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filled(value)]));
    expect(readConfig(env, [])).toMatchObject({ trustedProxies: 1 });
    expect(readConfig(env, []).allowedHosts).toContain('pictures.example.org');
    // The engine must not kill before a stop is through.
    expect(Number(service.stop_grace_period?.replace(/s$/, '')) * 1000).toBeGreaterThan(
      DRAIN_MS + SHUTDOWN_MS,
    );
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  }
});

test.each(files)('%s mounts files that are there and names services that are', (file) => {
  const services = compose(file);
  for (const { volumes = [], depends_on = [], environment, command = [] } of Object.values(services)) {
    for (const volume of volumes.filter((one) => one.startsWith('./')))
      expect(existsSync(`hosting/${volume.split(':')[0]}`), volume).toBe(true);
    for (const name of depends_on) expect(Object.keys(services)).toContain(name);
    for (const node of environment?.['TESSERA_NODES']?.split(' ') ?? []) {
      const [name = '', port] = node.split(':');
      expect(Object.keys(services)).toContain(name);
      expect(port).toBe(String(readConfig({}, []).port));
    }
    for (const part of command) filled(part);
  }
});

test('Caddy asks whether a node is ready under a name that the node goes by', () => {
  expect(readFileSync('hosting/Caddyfile', 'utf8')).toMatch(
    /health_uri \/readyz\n(?:.*\n)?\s*health_headers \{\n\s*Host \{\$TESSERA_HOST:localhost\}\n\s*\}/,
  );
});

test('what is installed to run is what the server imports, ten packages, and tsx that runs it', () => {
  const sources = readdirSync('signaling', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(?:\.test|contract|test-server)\.ts$/.test(name))
    .map((name) => readFileSync(`signaling/${name}`, 'utf8'));
  const imported = sources.flatMap((source) =>
    [...source.matchAll(/(?:from|import\() ?'([^.'][^']*)'/g)].map(([, name = '']) => name),
  );
  // `next` serves the pages that `npm run dev` makes, and nothing that is installed to run.
  const packages = new Set(imported.filter((name) => !name.startsWith('node:') && name !== 'next'));
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
  expect(Object.keys(dependencies).toSorted()).toEqual([...packages, 'tsx'].toSorted());
  expect(packages.size).toBe(10);
  const hosting = readFileSync('docs/HOSTING.md', 'utf8');
  for (const name of packages) expect(hosting).toContain(`\`${name}\``);
});

test('nothing publishes the metrics or Redis', () => {
  for (const file of files)
    for (const { ports = [] } of Object.values(compose(file)))
      for (const port of ports) expect(port).not.toMatch(/9464|6379/);
});

test('the Dockerfile sets what the server and the build know, runs as nobody of rank, and copies what is there', () => {
  const { globals, stages } = parseDockerfile(readFileSync('Dockerfile', 'utf8'));
  expect(stages).toHaveLength(3);
  const known = [...SETTINGS, 'SIGNALING_URL', ...NOT_OURS];
  for (const name of Object.keys(globals)) expect(known).toContain(name);
  for (const { steps } of stages) {
    for (const { name, text } of steps) {
      if (name === 'ARG' || name === 'ENV')
        for (const variable of Object.keys(assignments(text))) expect(known).toContain(variable);
      if (name === 'COPY' && !text.startsWith('--from='))
        for (const part of text.split(' ').slice(0, -1)) expect(existsSync(part), part).toBe(true);
    }
  }
  const last = new Map(stages.at(-1)?.steps.map(({ name, text }) => [name, text]));
  expect(last.get('USER')).toBe('node');
  expect(command(last.get('CMD') ?? '')).toEqual(['node', '--import', 'tsx', 'signaling/main.ts']);
  expect(last.get('EXPOSE')).toContain(`${readConfig({}, []).port}/udp`);
});

test('what is not understood of a Dockerfile is not left out', () => {
  for (const text of ['FROM a\nADD x y', 'RUN x', 'FROM a\nARG a-b', 'FROM a b'])
    expect(() =>
      parseDockerfile(text).stages.map(({ steps }) => steps.map(({ text }) => assignments(text))),
    ).toThrow('not understood');
});

test('the systemd unit is one that systemd takes, and runs the server', ({ skip }) => {
  const unit = readFileSync('hosting/tessera.service', 'utf8');
  expect(unit).toContain('ExecStart=/usr/bin/node --import tsx signaling/main.ts');
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]) * 1000).toBeGreaterThan(DRAIN_MS + SHUTDOWN_MS);
  if (!existsSync('/usr/bin/systemd-analyze')) skip('systemd-analyze is not here');
  // Says nothing about a good one; a misspelt key is a line.
  const said = execFileSync('sh', ['-c', 'systemd-analyze verify hosting/tessera.service 2>&1 || true'], {
    encoding: 'utf8',
  });
  expect(said.split('\n').filter((line) => line.includes('tessera.service'))).toEqual([]);
});
