/** Types of operations; every ended span has exactly one. */
export const OPERATION_TYPES = ['http', 'database', 'render', 'other'] as const;
export type OperationType = (typeof OPERATION_TYPES)[number];

/** Builds a record with one value per type. */
export function byType<V>(make: (type: OperationType) => V): Record<OperationType, V> {
  return { http: make('http'), database: make('database'), render: make('render'), other: make('other') };
}

/**
 * Why a span was kept: it failed or was slow; a rule or policy matched; its target or rate admitted it; its
 * trace failed or was slow (`trace`); it is an ancestor of a kept one, or a must-keep one that ended `late`.
 */
export type KeepReason = (typeof KEEP_REASONS)[number];
/** In the order in which the history file numbers them: append only. */
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

/** Built-in rules: must-keep reasons, the rate of each type, and spans kept along with others. */
export type SamplingRule = 'error' | 'slow' | 'trace' | 'ancestor' | 'late' | OperationType;
export const DROP_REASONS = ['probability', 'storm', 'rule', 'target', 'shedding', 'overflow'] as const;
/** What dropped it: its randomness, storm budget, rule, target, a late event loop, or a full buffer. */
export type DropReason = (typeof DROP_REASONS)[number];

/** seen = kept + dropped. */
export interface RuleCounts {
  readonly seen: number;
  readonly kept: number;
  readonly dropped: number;
}

/** started = live + all kept + all dropped: every operation counts exactly once, with or without a span. */
export interface OperationCounts {
  readonly started: number;
  readonly live: number;
  readonly kept: Readonly<Record<KeepReason, number>>;
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/** Names of a statement. */
export interface StatementNames {
  /** Name of its RED series: its text, which tells more statements apart, or its summary. */
  readonly series: string;
  /** `db.query.text`: parameterised, white space folded. */
  readonly text: string | undefined;
  /** `db.query.summary`: operations and tables, shared by many statements. */
  readonly summary: string;
}
