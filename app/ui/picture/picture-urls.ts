'use client';
/** Addresses for pictures in memory, released with their component. */
import { useLayoutEffect, useMemo, useState } from 'react';
import { thumbToDataUrl } from '../../../lib/image/make/thumb.ts';

export function useThumbUrl(thumb: Uint8Array | undefined): string | undefined {
  return useMemo(() => (thumb && thumbToDataUrl(thumb)) || undefined, [thumb]);
}

/** An object URL while the component is mounted; `type` for plain bytes. */
export function useObjectUrl(bytes: Blob | Uint8Array | undefined, type: string): string | undefined {
  const [made, setMade] = useState<{ of: Blob | Uint8Array; url: string }>();
  // Before the paint, not after it: a preview is waited for.
  useLayoutEffect(() => {
    if (!bytes) return undefined;
    const blob = bytes instanceof Blob ? bytes : new Blob([bytes as Uint8Array<ArrayBuffer>], { type });
    const url = URL.createObjectURL(blob);
    // The URL is a resource of the browser's, taken here and given back below.
    // oxlint-disable-next-line react/set-state-in-effect
    setMade({ of: bytes, url });
    return () => URL.revokeObjectURL(url);
  }, [bytes, type]);
  return bytes && made?.of === bytes ? made.url : undefined;
}
