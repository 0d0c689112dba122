/** Times of the clock are doubles of epoch milliseconds, so that the whole may be missed by a hair. */
const HAIR = 1e-4;

/** What part of a trace something took, 0–1; all of one that took no time. */
export function partOf(millis: number, wholeMillis: number): number {
  const part = wholeMillis > 0 ? millis / wholeMillis : 1;
  return part > 1 - HAIR ? 1 : part;
}
