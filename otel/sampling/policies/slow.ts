import type { OperationType } from '../../base/operation-types.ts';
import { KEEP_ALL } from '../consistent-threshold.ts';
import type { Policy } from '../policy.ts';

/** Keeps operations that took at least the threshold of their type; Infinity keeps none. */
export function slow(thresholdNanos: Readonly<Record<OperationType, number>>): Policy {
  return {
    name: 'slow',
    reason: 'slow',
    isBudgeted: true,
    keep: ({ type, slownessNanos }) => (slownessNanos >= thresholdNanos[type] ? KEEP_ALL : undefined),
  };
}
