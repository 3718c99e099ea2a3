import { afterEach, expect, test, vi } from 'vitest';
import { watchNetwork } from './network-watch.ts';

afterEach(() => void vi.unstubAllGlobals());

test.each([['wifi'], [undefined]])(
  '[P-120] only another type of network than %s counts as a change, not another estimate of its delay or rate',
  (first) => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    const connection = Object.assign(new EventTarget(), { type: first });
    vi.stubGlobal('navigator', { connection });
    const changed = vi.fn<() => void>();
    const unwatch = watchNetwork(changed);
    const change = (type: string | undefined): void => {
      connection.type = type;
      connection.dispatchEvent(new Event('change'));
    };
    change(first);
    change(first);
    expect(changed).toHaveBeenCalledTimes(0);
    change('cellular');
    change('cellular');
    expect(changed).toHaveBeenCalledTimes(1);
    change(first);
    expect(changed).toHaveBeenCalledTimes(2);
    page.dispatchEvent(new Event('online'));
    expect(changed).toHaveBeenCalledTimes(3);

    unwatch();
    change('cellular');
    page.dispatchEvent(new Event('online'));
    expect(changed).toHaveBeenCalledTimes(3);
  },
);

test('[P-120] a browser that says nothing of its networks is watched for its return online', () => {
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('navigator', {});
  const changed = vi.fn<() => void>();
  watchNetwork(changed);
  page.dispatchEvent(new Event('online'));
  expect(changed).toHaveBeenCalledTimes(1);
});
