import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { ConfigError, readConfig, SETTINGS } from './config.ts';

const machine = hostname().toLowerCase();
const ownNames = [machine, `${machine.split('.')[0]}.local`];

test('nothing needs to be set', () => {
  expect(readConfig({}, [])).toEqual({
    port: 3000,
    host: undefined,
    https: false,
    basePath: '',
    development: false,
    allowedHosts: ownNames,
    allowedOrigins: [],
    trustedProxies: 0,
    ice: { stunUrls: [], turnUrls: [] },
    stun: true,
    logLevel: 'info',
    metrics: undefined,
    pagesFolder: undefined,
    operator: { name: undefined, contact: undefined, source: undefined },
  });
});

test('an empty variable is an unset one', () => {
  const empty = Object.fromEntries(SETTINGS.map((name) => [name, ' ']));
  expect(readConfig(empty, [])).toEqual(readConfig({}, []));
});

test('what is set is read', () => {
  const env = {
    PORT: '8443',
    HOST: '::1',
    BASE_PATH: '/a/tessera',
    ALLOWED_HOSTS: 'Pictures.example.org studio',
    ALLOWED_ORIGINS: 'https://a.example/, http://b.example:81',
    TRUST_PROXY: '2',
    STUN_URLS: 'stun:s.example stuns:[2001:db8::1]:5349',
    TURN_URLS: 'turn:192.0.2.1:3478?transport=udp,turns:t.example',
    TURN_SECRET: 'north',
    LOG_LEVEL: 'silent',
    METRICS_LISTEN: '[::]:9464',
    REDIS_URL: 'rediss://user:secret@redis.example:6380/2',
    TESSERA_OUT: '/pages',
    OPERATOR_NAME: 'Ada',
    SOURCE_URL: 'https://example.org/',
  };
  expect(readConfig(env, ['--https'])).toEqual({
    port: 8443,
    host: '::1',
    https: true,
    basePath: '/a/tessera',
    development: false,
    allowedHosts: ['pictures.example.org', 'studio', 'a.example', 'b.example', ...ownNames],
    allowedOrigins: ['https://a.example', 'http://b.example:81'],
    trustedProxies: 2,
    ice: {
      stunUrls: ['stun:s.example', 'stuns:[2001:db8::1]:5349'],
      turnUrls: ['turn:192.0.2.1:3478?transport=udp', 'turns:t.example'],
      turnSecret: 'north',
    },
    // Other servers take its place.
    stun: false,
    logLevel: 'silent',
    metrics: { host: '::', port: 9464 },
    redisUrl: 'rediss://user:secret@redis.example:6380/2',
    pagesFolder: '/pages',
    operator: { name: 'Ada', contact: undefined, source: 'https://example.org/' },
  });
});

test('a development server is at the root', () => {
  expect(readConfig({}, ['--dev']).development).toBe(true);
  expect(() => readConfig({ BASE_PATH: '/tessera' }, ['--dev'])).toThrow(/^BASE_PATH .*root\.$/);
});

test('STUN is answered here unless it is switched off', () => {
  expect(readConfig({ STUN: 'on' }, []).stun).toBe(true);
  expect(readConfig({ STUN: 'off' }, []).stun).toBe(false);
});

test.each([
  ['PORT', 'x'],
  ['PORT', '1e3'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['BASE_PATH', 'tessera'],
  ['BASE_PATH', '/tessera/'],
  ['BASE_PATH', '/../x'],
  ['BASE_PATH', '//host'],
  ['TRUST_PROXY', 'true'],
  ['TRUST_PROXY', '11'],
  ['ALLOWED_HOSTS', 'https://a.example'],
  ['ALLOWED_HOSTS', 'a.example:3000'],
  ['ALLOWED_HOSTS', '*'],
  ['ALLOWED_ORIGINS', 'a.example'],
  ['ALLOWED_ORIGINS', 'https://a.example/path'],
  // Both have the origin "null", as sandboxed pages of any site do.
  ['ALLOWED_ORIGINS', 'file:///pages'],
  ['ALLOWED_ORIGINS', 'null'],
  ['STUN', 'no'],
  ['STUN_URLS', 'stun.example.org'],
  ['STUN_URLS', 'turn:t.example'],
  ['STUN_URLS', 'stun://s.example'],
  ['STUN_URLS', Array.from({ length: 9 }, (_, i) => `stun:s${i}.example`).join()],
  ['STUN_URLS', `stun:${'a'.repeat(300)}`],
  ['TURN_URLS', 'turn:t.example'],
  ['TURN_SECRET', 'north'],
  ['LOG_LEVEL', 'INFO'],
  ['METRICS_LISTEN', 'on'],
  ['METRICS_LISTEN', 'localhost:9464'],
  ['METRICS_LISTEN', '127.0.0.1:70000'],
  ['OPERATOR_CONTACT', 'Ada'],
  ['OPERATOR_CONTACT', 'javascript:alert(1)'],
  ['SOURCE_URL', 'example.org'],
  ['REDIS_URL', 'redis.example:6379'],
  ['REDIS_URL', 'http://redis.example'],
  ['REDIS_URL', 'redis:///0'],
  ['REDIS_URL', 'redis://redis.example/rooms'],
])('%s=%s is refused in a sentence that names it', (name, value) => {
  expect(() => readConfig({ [name]: value }, [])).toThrow(new RegExp(`^${name}[: ].*\\.$`, 'm'));
});

test.each([['--htps'], ['--https=yes'], ['https'], ['-h'], ['--'], ['--port', '80']])(
  'the flag %s is refused',
  (...flags) => {
    expect(() => readConfig({}, flags)).toThrow(/^".+" is not known; the only option is --https\.$/m);
  },
);

test('the operator is reached by mail or on the web', () => {
  const contactOf = (contact: string) => readConfig({ OPERATOR_CONTACT: contact }, []).operator.contact;
  expect(contactOf('ada@example.org')).toBe('mailto:ada@example.org');
  expect(contactOf('https://example.org/ada')).toBe('https://example.org/ada');
});

test('all that is wrong is said at once', () => {
  const read = () => readConfig({ PORT: 'x', LOG_LEVEL: 'x' }, []);
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/^PORT .*\nLOG_LEVEL .*$|^LOG_LEVEL .*\nPORT .*$/);
});

test("README's table documents each setting that is read, and no other", () => {
  const rows = readFileSync('README.md', 'utf8').matchAll(/^\| `([A-Z_]+)` +\|/gm);
  expect(Array.from(rows, ([, name]) => name)).toEqual([...SETTINGS]);
});

test('the server reads no variable elsewhere', () => {
  const files = readdirSync('signaling', { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => /(?<!\.test)\.ts$/.test(file));
  const reading = sources.filter((file) => readFileSync(`signaling/${file}`, 'utf8').includes('process.env'));
  expect(reading).toEqual(['main.ts']);
});
