/**
 * Reads the part of the Dockerfile language that ours uses, so that a test can check it and run its steps in
 * a clean root. Throws for anything else: what is not understood is not silently left out.
 */
export interface Step {
  name: 'ARG' | 'COPY' | 'ENV' | 'RUN' | 'WORKDIR' | 'USER' | 'EXPOSE' | 'HEALTHCHECK' | 'CMD';
  /** Arguments as they are written. */
  text: string;
}

export interface Stage {
  image: string;
  name: string | undefined;
  steps: Step[];
}

const NAMES = /^(?:ARG|COPY|ENV|RUN|WORKDIR|USER|EXPOSE|HEALTHCHECK|CMD)$/;

export function parseDockerfile(text: string): { globals: Record<string, string>; stages: Stage[] } {
  const globals: Record<string, string> = {};
  const stages: Stage[] = [];
  const lines = text.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  for (const line of lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')) {
    const [, name = '', rest = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    const stage = stages.at(-1);
    if (name === 'FROM') {
      const [, image = '', as] = /^(\S+)(?: AS (\S+))?$/.exec(expand(rest, globals)) ?? [];
      if (image === '') throw new Error(`not understood: ${line}`);
      stages.push({ image, name: as, steps: [] });
    } else if (stage === undefined && name === 'ARG') Object.assign(globals, assignments(rest));
    else if (stage !== undefined && NAMES.test(name))
      stage.steps.push({ name: name as Step['name'], text: rest });
    else throw new Error(`not understood: ${line}`);
  }
  return { globals, stages };
}

/** `A=1 B=` of ARG and ENV. */
export function assignments(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(' ').map((pair) => {
      const [, key, value = ''] = /^([A-Z_]+)(?:=(\S*))?$/.exec(pair) ?? [];
      if (key === undefined) throw new Error(`not understood: ${text}`);
      return [key, value];
    }),
  );
}

export const expand = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\{([A-Z_]+)\}/g, (_, name: string) => values[name] ?? '');

/** CMD and HEALTHCHECK in their form as a list. */
export function command(text: string): string[] {
  const list = JSON.parse(text.slice(text.indexOf('['))) as unknown;
  if (Array.isArray(list) && list.every((part) => typeof part === 'string')) return list;
  throw new Error(`not understood: ${text}`);
}
