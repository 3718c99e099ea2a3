/** How many symbols to send so that enough arrive. */

const cache = new Map<number, number>();

/**
 * The least n for which at least `need` of n symbols arrive with probability `confidence`, each lost
 * independently with probability `loss`: the negative binomial distribution's quantile. `loss` is taken in
 * steps of 0.5 %, at most 0.9.
 */
export function symbolsToSend(need: number, loss: number, confidence: number): number {
  if (need <= 0) return 0;
  const step = Math.min(180, Math.max(0, Math.round(loss * 200)));
  if (step === 0) return need;
  const percent = Math.min(999, Math.max(1, Math.round(confidence * 1000)));
  const key = (need * 256 + step) * 1024 + percent;
  const known = cache.get(key);
  if (known !== undefined) return known;

  const p = step / 200;
  // P(the need-th arrival is the n-th symbol) = C(n − 1, need − 1) (1 − p)^need p^(n − need), summed from n =
  // need on.
  let term = (1 - p) ** need;
  let sum = term;
  let n = need;
  while (sum < percent / 1000 && n < need * 12 + 64) {
    term *= (p * n) / (n - need + 1);
    sum += term;
    n += 1;
  }
  if (cache.size > 20_000) cache.clear();
  cache.set(key, n);
  return n;
}
