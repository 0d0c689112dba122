/** Types of operations; every ended span has exactly one. */
export const OPERATION_TYPES = ['http', 'database', 'render', 'other'] as const;
export type OperationType = (typeof OPERATION_TYPES)[number];

/** Builds a record with one value per type. */
export function byType<V>(make: (type: OperationType) => V): Record<OperationType, V> {
  return { http: make('http'), database: make('database'), render: make('render'), other: make('other') };
}

/**
 * Why a span was kept: it failed or was slow; a rule or an app's policy matched; its target or rate admitted it; something else in its trace failed
 * or was slow (`trace`); it is an ancestor of a kept span; or it must be kept and ended after its trace was decided (`late`).
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
/** Why an operation was dropped: by its trace's randomness, the storm budget, a rule, a target, or a bound of the trace buffer. */
export type DropReason = 'probability' | 'storm' | 'rule' | 'target' | 'overflow';

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
  /** Name of its RED series: the text, so that two statements on one table are two series; the summary if there is no text. */
  readonly series: string;
  /** `db.query.text`: parameterised, white space folded. */
  readonly text: string | undefined;
  /** `db.query.summary`: operations and tables, shared by many statements. */
  readonly summary: string;
}
