'use client';
/** The closing report of one picture, on the card and as a file. */
import type { SessionSnapshot, TransferSnapshot } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import { useNamed } from '../kit/named.tsx';
import { saveText } from './save-text.ts';
import ui from '../kit/ui.module.css';

/** The closing report, the same on both sides. Each figure is defined in docs/PROTOCOL.md. */
export function Report({ transfer, snapshot }: { transfer: TransferSnapshot; snapshot: SessionSnapshot }) {
  const { t, f } = useText();
  const named = useNamed();
  const { figures } = transfer;
  const path = snapshot.path ? t.report[snapshot.path] : t.report.unknown;
  const rows: readonly (readonly [string, string])[] = [
    [t.report.chunksTotal, f.number(figures.chunksTotal)],
    [t.report.packetsSent, f.number(figures.packetsSent)],
    [t.report.packetsLost, f.number(figures.packetsLost)],
    [t.report.loss, f.percent(figures.lossPercent)],
    [t.report.success, f.percent(figures.successPercent)],
    [t.report.repaired, f.number(figures.chunksRepaired)],
    [t.report.retransmitted, f.number(figures.retransmitted)],
    [t.report.duplicates, f.number(figures.duplicates)],
    [t.report.seconds, f.duration(figures.seconds)],
    [t.report.averageRate, figures.averageRate > 0 ? f.rate(figures.averageRate) : t.report.unknown],
    [t.report.roundTrip, figures.roundTrip === undefined ? t.report.unknown : f.millis(figures.roundTrip)],
    [t.report.lanes, f.number(figures.lanes)],
    [t.report.path, path],
  ];
  return (
    // No landmark: an album would have two hundred of the same name.
    <div data-testid="report">
      <details className={ui.details}>
        <summary aria-label={named(t.report.title)}>{t.report.title}</summary>
        <div>
          <dl className={ui.table}>
            {rows.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <button
            type="button"
            className={`${ui.button} ${ui.quiet}`}
            aria-label={named(t.report.json)}
            onClick={() =>
              saveText(reportJson(transfer, snapshot), 'tessera-report.json', 'application/json')
            }
          >
            {t.report.json}
          </button>
        </div>
      </details>
    </div>
  );
}

/** No names of people and no addresses: a report may be passed on. */
export function reportJson(transfer: TransferSnapshot, snapshot: SessionSnapshot): string {
  const { name, type, byteLength: bytes, width, height, state, problem, sha256, figures } = transfer;
  return JSON.stringify(
    {
      format: 'tessera-report-1',
      role: snapshot.role,
      path: snapshot.path ?? 'unknown',
      picture: { name, type, bytes, width, height, sha256 },
      state,
      problem: problem?.code,
      verified: state === 'done',
      figures,
    },
    undefined,
    2,
  );
}
