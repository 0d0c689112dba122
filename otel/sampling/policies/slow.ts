import type { OperationType } from '../../base/operation-types.ts';
import { KEEP_ALL } from '../consistent-threshold.ts';
import type { Policy } from '../policy.ts';

/** Keeps what took at least as long as the threshold of its type; Infinity: nothing for that. */
export function slow(thresholdNanos: Readonly<Record<OperationType, number>>): Policy {
  return {
    name: 'slow',
    reason: 'slow',
    isBudgeted: true,
    keep: ({ type, slownessNanos }) => (slownessNanos >= thresholdNanos[type] ? KEEP_ALL : undefined),
  };
}
