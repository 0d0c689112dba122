import type { KeepReason } from './operation-types.ts';

/** Strongest first: a trace is labelled with the strongest reason of its spans. */
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
