'use client';
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { fileKind, fileLabel } from '../../../lib/image/file-kind.ts';
import type { ReceiverSession, TransferSnapshot } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import { sameSize } from '../../../lib/image/inspect/element-size.ts';
import { isPreviewSize } from '../../../lib/image/inspect/is-preview.ts';
import { CheckedImage } from './checked-image.tsx';
import { useObjectUrl } from './picture-urls.ts';
import { type ReceivedFile, receivedFile } from '../transfer/received-file.ts';
import ui from '../kit/ui.module.css';
import css from './viewer.module.css';

interface Props {
  session: ReceiverSession;
  /** Received ones only. */
  transfers: readonly TransferSnapshot[];
  at: string;
  show: (transfer: string) => void;
  close: () => void;
}

/** A finger that moved this far sideways meant the next picture. */
const SWIPE_PX = 60;
const MAX_ZOOM = 8;

/**
 * One picture over the whole window: arrow keys, swipe, zoom with wheel, keys or two fingers; Escape closes.
 */
export function Viewer({ session, transfers, at, show, close }: Props) {
  const { t, f } = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const index = transfers.findIndex(({ id }) => id === at);
  const transfer = transfers[index];
  const file = useReceivedFile(session, transfer);
  const url = useObjectUrl(file?.show === 'yes' ? file.blob : undefined, '');
  const previewUrl = useObjectUrl(file && file.show !== 'yes' ? transfer?.preview : undefined, 'image/webp');
  const [refusedFile, setRefused] = useState<ReceivedFile>();
  const refused = file !== undefined && refusedFile === file;
  // A zoom belongs to one picture: the next one starts whole.
  const [zoomed, setZoomed] = useState({ at, zoom: 1 });
  const zoom = zoomed.at === at ? zoomed.zoom : 1;
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  const start = useRef({ x: 0, distance: 0, zoom: 1 });

  useEffect(() => {
    const element = dialog.current;
    // Modal: the browser keeps the focus inside and gives it back afterwards.
    if (element && !element.open) element.showModal();
  }, []);

  const step = (by: number) => {
    const next = transfers[index + by];
    if (next) show(next.id);
  };
  const zoomTo = (value: number) => setZoomed({ at, zoom: Math.min(MAX_ZOOM, Math.max(1, value)) });

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      const rtl = document.dir === 'rtl';
      if (event.key === 'ArrowRight') step(rtl ? -1 : 1);
      else if (event.key === 'ArrowLeft') step(rtl ? 1 : -1);
      else if (event.key === '+' || event.key === '=') zoomTo(zoom * 1.5);
      else if (event.key === '-') zoomTo(zoom / 1.5);
      else if (event.key === '0') zoomTo(1);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  });

  const distance = () => {
    const [a, b] = [...fingers.current.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  const down = (event: PointerEvent) => {
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    start.current = { x: event.clientX, distance: distance(), zoom };
  };
  const move = (event: PointerEvent) => {
    if (!fingers.current.has(event.pointerId)) return;
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (start.current.distance > 0) zoomTo((start.current.zoom * distance()) / start.current.distance);
  };
  const up = (event: PointerEvent) => {
    const single = fingers.current.size === 1 && start.current.distance === 0;
    fingers.current.delete(event.pointerId);
    const moved = event.clientX - start.current.x;
    if (single && zoom === 1 && event.pointerType !== 'mouse' && Math.abs(moved) > SWIPE_PX) {
      step(moved < 0 ? 1 : -1);
    }
  };

  if (!transfer) return null;
  return (
    <dialog
      ref={dialog}
      className={css.viewer}
      data-testid="viewer"
      aria-label={t.transfer.pictureOf(transfer.name)}
      onClose={close}
    >
      <div className={css.bar}>
        <p>
          <bdi>{file?.name ?? transfer.name}</bdi>{' '}
          <span className={css.soft}>
            {t.gallery.position(f.number(index + 1), f.number(transfers.length))}
          </span>
        </p>
        <div className={ui.row}>
          <Tool label={t.gallery.zoomOut} sign="−" press={() => zoomTo(zoom / 1.5)} />
          <Tool label={t.gallery.zoomIn} sign="+" press={() => zoomTo(zoom * 1.5)} />
          <Tool label={t.gallery.close} sign="×" press={() => dialog.current?.close()} />
        </div>
      </div>
      <div
        className={css.stage}
        data-zoomed={zoom > 1}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={(event) => fingers.current.delete(event.pointerId)}
        onWheel={(event) => zoomTo(zoom * (event.deltaY < 0 ? 1.15 : 1 / 1.15))}
        onDoubleClick={() => zoomTo(zoom > 1 ? 1 : 2.5)}
      >
        {url && !refused && (
          <CheckedImage
            src={url}
            alt={t.transfer.pictureOf(transfer.name)}
            expected={(natural) => file?.natural !== undefined && sameSize(natural, file.natural)}
            onRefused={() => setRefused(file)}
            style={{ inlineSize: `${zoom * 100}%`, blockSize: `${zoom * 100}%` }}
            draggable={false}
          />
        )}
        {file && (file.show !== 'yes' || refused) && (
          <figure className={css.unshown}>
            {previewUrl && (
              <CheckedImage
                src={previewUrl}
                alt={t.transfer.pictureOf(transfer.name)}
                draggable={false}
                expected={isPreviewSize}
                onRefused={() => undefined}
              />
            )}
            <figcaption className={css.soft}>
              {file.show === 'too-many-pixels'
                ? t.transfer.tooManyPixels
                : file.show !== 'unknown-format'
                  ? t.transfer.unsure
                  : fileKind(transfer.name, typeOf(file, transfer)) === 'picture'
                    ? t.transfer.notShowable(fileLabel(transfer.name, typeOf(file, transfer)))
                    : t.transfer.savedOnly}
            </figcaption>
          </figure>
        )}
      </div>
      {transfers.length > 1 && (
        <div className={css.bar}>
          <Tool label={t.gallery.previous} sign="‹" press={() => step(-1)} disabled={index <= 0} />
          <Tool
            label={t.gallery.next}
            sign="›"
            press={() => step(1)}
            disabled={index >= transfers.length - 1}
          />
        </div>
      )}
    </dialog>
  );
}

const typeOf = (file: ReceivedFile, transfer: TransferSnapshot): string => file.kind?.type ?? transfer.type;

function Tool({
  label,
  sign,
  press,
  disabled,
}: {
  label: string;
  sign: string;
  press: () => void;
  disabled?: boolean;
}) {
  return (
    <button
      type="button"
      className={css.tool}
      aria-label={label}
      title={label}
      onClick={press}
      disabled={disabled}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}

function useReceivedFile(
  session: ReceiverSession,
  transfer: TransferSnapshot | undefined,
): ReceivedFile | undefined {
  const [loaded, setLoaded] = useState<{ of: TransferSnapshot; file: ReceivedFile }>();
  // A finished transfer keeps its identity from snapshot to snapshot (see keep-identity.ts), so this runs
  // once for each.
  useEffect(() => {
    if (!transfer) return undefined;
    let current = true;
    receivedFile(session, transfer).then(
      (file) => {
        if (current) setLoaded({ of: transfer, file });
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [session, transfer]);
  return transfer && loaded?.of === transfer ? loaded.file : undefined;
}
