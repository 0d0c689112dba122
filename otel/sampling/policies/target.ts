import type { Bits56 } from '../consistent-threshold.ts';
import type { Policy } from '../policy.ts';

/** Keeps a trace by the threshold that its kind had when it was decided, for so many of them per second. */
export function target(threshold: Bits56): Policy {
  return { name: 'target', reason: 'target', keep: () => threshold };
}
