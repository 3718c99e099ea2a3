'use client';
import { Component, type ReactNode, Suspense } from 'react';
import { useText } from '../../text/text.tsx';
import ui from './ui.module.css';

interface Props {
  children: ReactNode;
  /** While it loads. */
  fallback?: ReactNode;
}

/**
 * A part of a page that is loaded when it is needed. When it cannot be (the server has a newer version, or
 * there is no network), a notice takes its place and the rest of the page stays.
 */
export class Part extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (this.state.failed) return <PartMissing />;
    return <Suspense fallback={this.props.fallback}>{this.props.children}</Suspense>;
  }
}

function PartMissing() {
  const { t } = useText();
  return (
    <div className={ui.notice} data-kind="warn" data-problem="page-outdated" role="alert">
      <p>{t.problems['page-outdated']}</p>
      <button type="button" className={ui.button} onClick={() => window.location.reload()}>
        {t.app.reload}
      </button>
    </div>
  );
}
