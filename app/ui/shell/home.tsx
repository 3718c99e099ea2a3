'use client';
/** The first page: what this is, and the way to both rooms. */
import Link from 'next/link';
import { useText } from '../../text/text.tsx';
import css from './home.module.css';
import { Mosaic } from './mosaic.tsx';

export function Home() {
  const { t } = useText();
  return (
    <div className={css.home}>
      <section className={css.hero}>
        <div className={css.words}>
          <h1>{t.home.title}</h1>
          <p className={css.lead}>{t.home.lead}</p>
          <div className={css.choices}>
            <Link href="/send/" className={`${css.choice} ${css.first}`}>
              <strong>{t.home.send}</strong>
              <span>{t.home.sendHint}</span>
            </Link>
            <Link href="/receive/" className={css.choice}>
              <strong>{t.home.receive}</strong>
              <span>{t.home.receiveHint}</span>
            </Link>
            <Link href="/receive/#show" className={css.choice}>
              <strong>{t.home.fromPhone}</strong>
              <span>{t.home.fromPhoneHint}</span>
            </Link>
          </div>
        </div>
        <Mosaic />
      </section>
      <section className={css.how}>
        <div>
          <h2>{t.home.how}</h2>
          <ol>
            {t.home.steps.map((step, at) => (
              <li key={step}>
                <span aria-hidden="true">{at + 1}</span>
                <p>{step}</p>
              </li>
            ))}
          </ol>
        </div>
        <div id="server">
          <h2>{t.home.honestyTitle}</h2>
          <p className={css.honesty}>{t.home.honesty}</p>
        </div>
      </section>
    </div>
  );
}
