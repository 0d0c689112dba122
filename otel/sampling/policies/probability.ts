import { byType, type OperationType } from '../../base/operation-types.ts';
import { thresholdOf } from '../consistent-threshold.ts';
import type { Policy } from '../policy.ts';

/** Keeps a share of each type, 0–1. All operations of a trace share its randomness, so a higher rate keeps a superset. */
export function probability(rates: Readonly<Record<OperationType, number>>): Policy {
  const thresholds = byType((type) => thresholdOf(rates[type]));
  return {
    name: 'probability',
    reason: 'probability',
    drops: 'probability',
    keep: ({ type }) => thresholds[type],
  };
}
