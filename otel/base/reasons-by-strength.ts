import type { KeepReason } from './operation-types.ts';

/** The strongest first: a trace is named by the strongest reason of its spans. */
export const REASONS_BY_STRENGTH: readonly KeepReason[] = [
  'error',
  'slow',
  'rule',
  'policy',
  'target',
  'probability',
  'late',
  'trace',
  'ancestor',
];
