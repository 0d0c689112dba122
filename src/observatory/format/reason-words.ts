import type { KeepReason } from '../../../otel/query.ts';

/** Reasons why an operation was kept. */
export const REASON_WORDS: Readonly<Record<KeepReason, string>> = {
  error: 'failed',
  slow: 'slow',
  probability: 'by the rate',
  late: 'ended late',
  ancestor: 'called a kept operation',
  rule: 'by a rule',
  policy: 'by a policy of the app',
  target: 'by a target',
  trace: 'with the rest of its trace',
};
