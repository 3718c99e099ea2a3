/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */
'use client';
import { useEffect, useState } from 'react';
import type { OutgoingPicture } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import css from './demonstration.module.css';
import { hexLines } from './hex.ts';
import ui from '../kit/ui.module.css';

/** Of the protocol: every chunk but the last carries this many bytes of the picture. */
const CHUNK_BYTES = 1024;

/** As much as one looks at. */
const SHOWN_BYTES = 256;

/**
 * What the original project showed in its demonstration: the header before the stream, and the encoded bytes.
 */
export function Demonstration({
  image,
  header,
}: {
  image: OutgoingPicture;
  header: () => Uint8Array | undefined;
}) {
  const { t, f } = useText();
  const [front, setFront] = useState<Uint8Array>();

  useEffect(() => {
    let current = true;
    image.blob
      .slice(0, SHOWN_BYTES)
      .arrayBuffer()
      .then((bytes) => {
        if (current) setFront(new Uint8Array(bytes));
      })
      // The file went away; the transfer itself says so.
      .catch(() => undefined);
    return () => {
      current = false;
    };
  }, [image.blob]);

  const byteLength = image.blob.size;
  const chunks = Math.ceil(byteLength / CHUNK_BYTES);
  const last = byteLength - Math.max(0, chunks - 1) * CHUNK_BYTES;
  const headerBytes = header();
  const fields: readonly (readonly [string, string])[] = [
    [t.demo.name, image.name],
    [t.demo.type, image.type],
    [t.demo.length, `${f.number(byteLength)} ${t.demo.bytes}`],
    [t.demo.modified, f.dateTime(image.modified)],
    ...(image.width && image.height
      ? [[t.demo.size, t.facts.pixels(f.number(image.width), f.number(image.height))] as const]
      : []),
  ];
  return (
    <div className={css.demo} data-testid="demonstration">
      <h4>{t.demo.header}</h4>
      <dl className={ui.table}>
        {fields.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className={css.value}>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      <p className={ui.numbers}>{t.demo.chunking(f.number(chunks), f.number(CHUNK_BYTES), f.number(last))}</p>
      <h4>{t.demo.headerBytes}</h4>
      <Hex bytes={headerBytes?.subarray(0, SHOWN_BYTES)} />
      <h4>{t.demo.imageBytes}</h4>
      <Hex bytes={front} />
    </div>
  );
}

function Hex({ bytes }: { bytes: Uint8Array | undefined }) {
  const { t } = useText();
  if (!bytes) return <p className={ui.soft}>{t.demo.later}</p>;
  return (
    <pre className={css.hex} dir="ltr" tabIndex={0}>
      {hexLines(bytes).join('\n')}
    </pre>
  );
}
