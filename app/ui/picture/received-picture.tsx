/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a canvas cannot be an <img> */
'use client';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ReceiverSession, TransferSnapshot } from '../../../lib/session/model.ts';
import { isMoving } from '../../../lib/session/transfer-state.ts';
import { useText } from '../../text/text.tsx';
import { useNamed } from '../kit/named.tsx';
import { markFirstPicture } from '../transfer/first-picture.ts';
import { isPreviewSize } from '../../../lib/image/inspect/is-preview.ts';
import { fileKind } from '../../../lib/image/file-kind.ts';
import { CheckedImage } from './checked-image.tsx';
import { FileIcon } from './file-icon.tsx';
import { FullPicture } from './full-picture.tsx';
import { fills, PictureBox, type Stage } from './picture-box.tsx';
import css from './picture-box.module.css';
import { useObjectUrl, useThumbUrl } from './picture-urls.ts';
import { type ReceivedFile, receivedFile } from '../transfer/received-file.ts';
import { usePartialPicture } from './use-partial-picture.ts';

interface Props {
  session: Pick<ReceiverSession, 'file' | 'read'>;
  transfer: TransferSnapshot;
  /** Pressed on this page: the session says so itself only with its next snapshot. */
  accepted: boolean;
  /** The verified file, once: for the buttons beside the picture. */
  onFile: (file: ReceivedFile) => void;
  open: (() => void) | undefined;
}

/**
 * Thumb, preview, growing original, whole picture: layers of one box, each put over the last once it is
 * decoded, so that the picture sharpens in place and never flickers.
 */
export function ReceivedPicture({ session, transfer, accepted, onFile, open }: Props) {
  const { t } = useText();
  const named = useNamed();
  const { name, state } = transfer;
  const [previewLoaded, setPreviewLoaded] = useState(false);
  const [previewRefused, setPreviewRefused] = useState(false);
  const [fullShown, setFullShown] = useState(false);
  const [file, setFile] = useState<ReceivedFile>();
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box);
  const done = state === 'done';

  const began = accepted || isMoving(transfer) || done;
  const thumbUrl = useThumbUrl(transfer.thumb);
  const previewUrl = useObjectUrl(transfer.preview, 'image/webp');
  const { canvas, shown: partialShown } = usePartialPicture({
    session,
    transfer,
    active: isMoving(transfer) && near && !fullShown,
    // Twelve megabytes each: kept only until something better is there, and only where somebody may see it.
    keep: near && !fullShown,
  });

  const took = useCallback(
    (received: ReceivedFile) => {
      setFile(received);
      onFile(received);
    },
    [onFile],
  );

  useEffect(() => {
    if (!done) return undefined;
    let current = true;
    receivedFile(session, transfer).then(
      (received) => {
        if (current) took(received);
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
    // Once: a finished transfer keeps its identity from snapshot to snapshot (see keep-identity.ts).
  }, [session, transfer, done, took]);

  // It is here, and loaded, before the answer. Nobody is shown a picture that they have not accepted.
  const previewShown = began && previewLoaded;
  const stage: Stage | undefined = fullShown
    ? 'full'
    : partialShown
      ? 'partial'
      : previewShown
        ? 'preview'
        : thumbUrl
          ? 'thumb'
          : undefined;

  useEffect(() => {
    if (began && stage) markFirstPicture(transfer);
  }, [began, stage, transfer]);

  const alt = t.transfer.pictureOf(name);
  // A box for a picture that never comes would only be empty.
  if (
    !thumbUrl &&
    !transfer.preview &&
    file?.show !== 'yes' &&
    fileKind(name, file?.kind?.type ?? transfer.type) !== 'picture'
  )
    return <FileIcon name={name} type={transfer.type} />;
  return (
    <div ref={box}>
      <PictureBox size={transfer} stage={stage}>
        {!stage && (
          <p className={css.none}>{file && file.show !== 'yes' ? '' : began ? '' : t.transfer.noPreview}</p>
        )}
        {/* Its proportions are rough: nothing of it may look out from under what follows it. */}
        {thumbUrl && !previewShown && !fullShown && (
          <img
            className={`${css.layer} ${fills(transfer) ? css.fills : ''}`}
            src={thumbUrl}
            alt={stage === 'thumb' ? alt : ''}
          />
        )}
        {previewUrl && !fullShown && !previewRefused && (
          <CheckedImage
            className={previewShown ? css.layer : `${css.layer} ${css.hidden}`}
            src={previewUrl}
            alt={stage === 'preview' ? alt : ''}
            expected={isPreviewSize}
            onReady={() => setPreviewLoaded(true)}
            onRefused={() => setPreviewRefused(true)}
          />
        )}
        <canvas
          ref={canvas}
          className={partialShown && !fullShown ? css.layer : `${css.layer} ${css.hidden}`}
          role="img"
          aria-label={stage === 'partial' ? alt : ''}
          aria-hidden={stage !== 'partial'}
        />
        {file?.show === 'yes' && near && (
          <FullPicture
            file={file}
            alt={alt}
            ready={fullShown}
            onReady={setFullShown}
            onRefused={() => took({ ...file, show: 'unsure' })}
          />
        )}
        {open && (fullShown || (file && file.show !== 'yes' && stage)) && (
          <button type="button" className={css.open} onClick={open} aria-label={named(t.transfer.view)} />
        )}
      </PictureBox>
    </div>
  );
}

/** Far from the screen the full picture is let go, so that two hundred of them do not stay in memory. */
const NEAR = '600px';

function useNear(box: React.RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(true);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    // A busy page hears of several crossings at once: the last one holds.
    const sight = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting ?? true), {
      rootMargin: NEAR,
    });
    sight.observe(element);
    return () => sight.disconnect();
  }, [box]);
  return near;
}
