'use client';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useText } from '../../text/text.tsx';
import css from './scanner.module.css';
import ui from '../kit/ui.module.css';

/** Not in the DOM types yet (Shape Detection API). */
interface BarcodeReader {
  detect(source: HTMLVideoElement): Promise<readonly { rawValue: string }[]>;
}

interface BarcodeDetectorClass {
  new (options: { formats: readonly string[] }): BarcodeReader;
  getSupportedFormats(): Promise<readonly string[]>;
}

const LOOK_EVERY_MS = 200;

function detectorClass(): BarcodeDetectorClass | undefined {
  return (globalThis as { BarcodeDetector?: BarcodeDetectorClass }).BarcodeDetector;
}

/** The browser's own reader where it reads QR pictures, else our own, fetched only now. */
async function makeReader(): Promise<BarcodeReader> {
  const api = detectorClass();
  const formats = (await api?.getSupportedFormats().catch(() => undefined)) ?? [];
  if (api && formats.includes('qr_code')) return new api({ formats: ['qr_code'] });
  const { FrameReader } = await import('./read-qr.ts');
  return new FrameReader();
}

const never = () => () => {};
/** Missing on plain http. */
const hasCamera = () => 'mediaDevices' in navigator;

/** A button that opens the camera, where there may be one; nothing elsewhere. */
export function Scanner({ opened, found }: { opened: () => void; found: (text: string) => void }) {
  const { t } = useText();
  const can = useSyncExternalStore(never, hasCamera, () => false);
  const [on, setOn] = useState(false);
  const [failed, setFailed] = useState(false);

  if (!can) return null;
  return (
    <div className={css.scanner}>
      {on && (
        <Camera
          found={(text) => {
            setOn(false);
            found(text);
          }}
          failed={() => {
            setOn(false);
            setFailed(true);
          }}
        />
      )}
      <button
        type="button"
        className={`${ui.button} ${ui.wide}`}
        data-testid="scan"
        onClick={() => {
          setFailed(false);
          setOn(!on);
          if (!on) opened();
        }}
      >
        {on ? t.join.stopScanning : t.join.scan}
      </button>
      {failed && <p role="alert">{t.join.noCamera}</p>}
    </div>
  );
}

function Camera({ found, failed }: { found: (text: string) => void; failed: () => void }) {
  const { t } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const report = useRef({ found, failed });
  useEffect(() => {
    report.current = { found, failed };
  });

  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    let stream: MediaStream | undefined;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (reader: BarcodeReader) => {
      const codes = await reader.detect(element).catch(() => []);
      if (over) return;
      const text = codes[0]?.rawValue;
      if (text) report.current.found(text);
      else timer = setTimeout(() => void look(reader), LOOK_EVERY_MS);
    };
    const start = async () => {
      try {
        const reader = await makeReader();
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
        if (over) throw new Error('closed meanwhile');
        element.srcObject = stream;
        await element.play();
        void look(reader);
      } catch {
        for (const track of stream?.getTracks() ?? []) track.stop();
        if (!over) report.current.failed();
      }
    };
    void start();
    return () => {
      over = true;
      clearTimeout(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, []);

  return (
    <figure className={css.camera}>
      <video ref={video} playsInline muted />
      <figcaption>{t.join.scanning}</figcaption>
    </figure>
  );
}
