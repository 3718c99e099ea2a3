/**
 * Runs the steps of a Dockerfile in clean roots, where no container engine is: each stage in a copy of a base
 * folder, `RUN` and `CMD` by chroot. What an engine adds (namespaces, layers, the health check's schedule) is
 * not there. Needs root.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { isAbsolute, join, posix } from 'node:path';
import { assignments, command, expand, parseDockerfile } from './dockerfile.ts';

export interface Image {
  /** Where its files are. */
  root: string;
  env: Record<string, string>;
  workdir: string;
  user: string;
  cmd: string[];
  healthcheck: string[];
}

export interface BuildOptions {
  /** A folder with what `FROM` names: a system with Node. */
  base: string;
  /** What would be sent to an engine, already without what .dockerignore names. */
  context: string;
  /** Where the stages' roots are made. */
  folder: string;
  /** Of the builder, for `RUN` only, such as the address of a registry. */
  env?: Record<string, string>;
}

/** An engine hands on nothing of the machine's own. */
const environment = (env: Record<string, string>) =>
  ({ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env }) as unknown as NodeJS.ProcessEnv;

export function buildImage(dockerfile: string, options: BuildOptions): Image {
  const built = new Map<string, Image>();
  let last: Image | undefined;
  for (const [index, { name, steps }] of parseDockerfile(readFileSync(dockerfile, 'utf8')).stages.entries()) {
    const root = join(options.folder, name ?? String(index));
    rmSync(root, { recursive: true, force: true });
    execFileSync('cp', ['-a', options.base, root]);
    const image: Image = { root, env: {}, workdir: '/', user: 'root', cmd: [], healthcheck: [] };
    const args: Record<string, string> = {};
    for (const step of steps) {
      const text = expand(step.text, { ...args, ...image.env });
      switch (step.name) {
        case 'ARG':
          Object.assign(args, assignments(text));
          break;
        case 'ENV':
          Object.assign(image.env, assignments(text));
          break;
        case 'WORKDIR':
          image.workdir = text;
          mkdirSync(join(root, text), { recursive: true });
          break;
        case 'COPY':
          copy(text, image, options.context, built);
          break;
        case 'RUN':
          execFileSync('unshare', inRoot(image, 'root', ['sh', '-c', text]), {
            env: environment({ HOME: '/root', ...options.env, ...args, ...image.env }),
            stdio: ['ignore', 'ignore', 'inherit'],
          });
          break;
        case 'USER':
          image.user = text;
          break;
        case 'CMD':
          image.cmd = command(text);
          break;
        case 'HEALTHCHECK':
          image.healthcheck = command(text);
          break;
        case 'EXPOSE':
          break;
      }
    }
    if (name !== undefined) built.set(name, image);
    last = image;
  }
  if (last === undefined) throw new Error('no stage');
  return last;
}

function copy(text: string, image: Image, context: string, built: Map<string, Image>): void {
  const parts = text.split(' ');
  const from = parts[0]?.startsWith('--from=') ? parts.shift()?.slice('--from='.length) : undefined;
  const target = parts.pop() ?? '';
  const source = from === undefined ? context : built.get(from)?.root;
  if (source === undefined) throw new Error(`no stage ${from}`);
  for (const part of parts) {
    const into = posix.join(
      image.workdir,
      isAbsolute(target) ? posix.relative(image.workdir, target) : target,
    );
    const end = target.endsWith('/') && part !== '.' ? posix.join(into, posix.basename(part)) : into;
    cpSync(join(source, part), join(image.root, end), { recursive: true, verbatimSymlinks: true });
  }
}

/** Starts its `CMD` as its user; the root is read-only but for `/tmp`, as `read_only` in a compose file. */
export function runImage(image: Image, env: Record<string, string>, args = image.cmd): ChildProcess {
  return spawn('unshare', inRoot(image, image.user, args, true), {
    env: environment({ HOME: '/tmp', ...image.env, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Arguments of unshare: the command inside the root, with the file systems that an engine provides. */
function inRoot({ root, workdir }: Image, user: string, args: readonly string[], readOnly = false): string[] {
  const script = [
    `mount --bind "${root}" "${root}"`,
    readOnly ? `mount -o remount,ro,bind "${root}" && mount -t tmpfs tmpfs "${root}/tmp"` : 'true',
    `mount -t proc proc "${root}/proc"`,
    `mount --rbind /dev "${root}/dev"`,
    `exec chroot --userspec="${user}" "${root}" sh -c 'cd "$0" && exec "$@"' "$@"`,
  ].join(' && ');
  return ['--mount', 'sh', '-c', script, 'sh', workdir, ...args];
}
