/**
 * A film of a few seconds in which nothing is seen or heard: while one plays, systems keep the screen on. For
 * pages without https, where there is no wake lock.
 */
import { basePath } from '../../base-path.ts';

/** Rejects where the browser plays nothing by itself. @returns ends it */
export async function playStill(): Promise<() => void> {
  const video = document.createElement('video');
  video.loop = true;
  video.playsInline = true;
  // Not muted: browsers let the screen sleep over a film without sound. There is none in it.
  video.volume = 0.01;
  video.setAttribute('aria-hidden', 'true');
  video.dataset['testid'] = 'still';
  video.tabIndex = -1;
  Object.assign(video.style, { position: 'fixed', inlineSize: '1px', blockSize: '1px', opacity: '0.01' });
  for (const [kind, type] of [
    ['webm', 'video/webm'],
    ['mp4', 'video/mp4'],
  ]) {
    const source = document.createElement('source');
    source.src = `${basePath}/still/still.${kind}`;
    source.type = type ?? '';
    video.append(source);
  }
  document.body.append(video);
  try {
    await video.play();
  } catch (error) {
    video.remove();
    throw error;
  }
  return () => {
    video.pause();
    video.remove();
  };
}
