/** Exponential backoff with full jitter, so that many pages do not return in the same second. */

const FIRST_MS = 500;
const LONGEST_MS = 20_000;

/** Milliseconds to wait before attempt `attempt` (from 0); `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number, atLeastMs = 0): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  // Never below half the ceiling: a storm of immediate retries is what this is for.
  return Math.max(atLeastMs, Math.round(ceiling / 2 + (ceiling / 2) * random));
}
