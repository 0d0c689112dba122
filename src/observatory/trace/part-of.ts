/** Tolerance for rounding of epoch milliseconds in doubles. */
const HAIR = 1e-4;

/** The share of a trace that something took, 0–1; 1 if the trace took no time. */
export function partOf(millis: number, wholeMillis: number): number {
  const part = wholeMillis > 0 ? millis / wholeMillis : 1;
  return part > 1 - HAIR ? 1 : part;
}
