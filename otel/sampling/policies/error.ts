import { KEEP_ALL } from '../consistent-threshold.ts';
import type { Policy } from '../policy.ts';

/** Keeps operations that failed or could not be read. */
export const error: Policy = {
  name: 'error',
  reason: 'error',
  isBudgeted: true,
  keep: ({ failed, isUnreadable }) => (failed || isUnreadable === true ? KEEP_ALL : undefined),
};
