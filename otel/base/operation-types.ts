/** What an ended span counts as; each is exactly one of them. */
export const OPERATION_TYPES = ['http', 'database', 'render', 'other'] as const;
export type OperationType = (typeof OPERATION_TYPES)[number];

/** What `make` makes of each type. */
export function byType<V>(make: (type: OperationType) => V): Record<OperationType, V> {
  return { http: make('http'), database: make('database'), render: make('render'), other: make('other') };
}

/**
 * Why a span was kept: it failed or was slow, a rule or a policy of the app's asked for it, its target or its rate admitted it, something
 * else of its trace failed or was slow, it is a parent of what was kept, or it must be kept and ended after its trace was decided.
 */
export type KeepReason = (typeof KEEP_REASONS)[number];
/** In the order in which the history file numbers them: a new one goes to the end. */
export const KEEP_REASONS = [
  'error',
  'slow',
  'probability',
  'ancestor',
  'late',
  'rule',
  'policy',
  'target',
  'trace',
] as const;
