import { OPERATION_TYPES, type OperationType } from '../../base/operation-types.ts';
import { type Bits56, thresholdOf } from '../consistent-threshold.ts';
import type { Policy } from '../policy.ts';

/** Keeps a share of each type, 0-1: all operations of a trace share its randomness, so a higher rate keeps what a lower one does. */
export function probability(rates: Readonly<Record<OperationType, number>>): Policy {
  const thresholds = Object.fromEntries(
    OPERATION_TYPES.map((type) => [type, thresholdOf(rates[type])]),
  ) as Readonly<Record<OperationType, Bits56>>;
  return { name: 'probability', reason: 'probability', keep: ({ type }) => thresholds[type] };
}
