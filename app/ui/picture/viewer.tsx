'use client';
import { type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
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
/** An arrow key moves a zoomed picture by this share of the window. */
const PAN_SHARE = 0.2;

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
  const stage = useRef<HTMLDivElement>(null);
  /** What of the picture is in the middle of the window, as shares of its sides. */
  const middle = useRef({ x: 0.5, y: 0.5 });

  useEffect(() => {
    const element = dialog.current;
    // Modal: the browser keeps the focus inside and gives it back afterwards.
    if (element && !element.open) element.showModal();
  }, []);

  const step = (by: number) => {
    const next = transfers[index + by];
    if (next) show(next.id);
  };
  /** From right to left the next picture is the one on the left. */
  const stepRight = (by: number) => step(document.dir === 'rtl' ? -by : by);
  const zoomTo = (value: number) => setZoomed({ at, zoom: Math.min(MAX_ZOOM, Math.max(1, value)) });

  // A zoom keeps the middle of what was seen.
  useLayoutEffect(() => {
    const element = stage.current;
    if (!element) return;
    if (zoom === 1) middle.current = { x: 0.5, y: 0.5 };
    element.scrollLeft = middle.current.x * element.scrollWidth - element.clientWidth / 2;
    element.scrollTop = middle.current.y * element.scrollHeight - element.clientHeight / 2;
  }, [zoom]);

  const pan = (x: number, y: number): void => stage.current?.scrollBy(x, y);
  /** @returns whether the picture is zoomed, and the key moves it */
  const panned = (key: string): boolean => {
    const element = stage.current;
    if (zoom === 1 || !element) return false;
    const [across, down] = [element.clientWidth * PAN_SHARE, element.clientHeight * PAN_SHARE];
    if (key === 'ArrowRight') pan(across, 0);
    else if (key === 'ArrowLeft') pan(-across, 0);
    else if (key === 'ArrowDown') pan(0, down);
    else if (key === 'ArrowUp') pan(0, -down);
    else return false;
    return true;
  };

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (panned(event.key)) event.preventDefault();
      else if (event.key === 'ArrowRight') stepRight(1);
      else if (event.key === 'ArrowLeft') stepRight(-1);
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
    // Also where the drag leaves the window.
    if (event.pointerType === 'mouse') event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    if (!fingers.current.has(event.pointerId)) return;
    const before = fingers.current.get(event.pointerId);
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    // Fingers pan by scrolling; a mouse drags.
    if (before && event.pointerType === 'mouse') pan(before.x - event.clientX, before.y - event.clientY);
    if (start.current.distance > 0) zoomTo((start.current.zoom * distance()) / start.current.distance);
  };
  const up = (event: PointerEvent) => {
    const single = fingers.current.size === 1 && start.current.distance === 0;
    fingers.current.delete(event.pointerId);
    const moved = event.clientX - start.current.x;
    if (single && zoom === 1 && event.pointerType !== 'mouse' && Math.abs(moved) > SWIPE_PX) {
      stepRight(moved < 0 ? 1 : -1);
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
        ref={stage}
        // A picture has no direction: scrolling is counted from its left.
        dir="ltr"
        className={css.stage}
        data-zoomed={zoom > 1}
        onScroll={({ currentTarget: element }) => {
          middle.current = {
            x: (element.scrollLeft + element.clientWidth / 2) / element.scrollWidth,
            y: (element.scrollTop + element.clientHeight / 2) / element.scrollHeight,
          };
        }}
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
            <figcaption className={css.soft} dir="auto">
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
