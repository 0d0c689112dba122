import type { Bits56 } from '../consistent-threshold.ts';
import type { Policy } from '../policy.ts';

/** Keeps a trace by its kind's threshold at the time of the verdict, which yields the target number per second. */
export function target(threshold: Bits56): Policy {
  return { name: 'target', reason: 'target', drops: 'target', keep: () => threshold };
}
