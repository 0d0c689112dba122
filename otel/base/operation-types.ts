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

/** Rules that are always there: what must be kept, the rates by type, and what goes along. */
export type SamplingRule = 'error' | 'slow' | 'trace' | 'ancestor' | 'late' | OperationType;
/** Why an operation was dropped: its trace's randomness, the budget of a storm, a rule, a target, or a bound of the trace buffer. */
export type DropReason = 'probability' | 'storm' | 'rule' | 'target' | 'overflow';

/** seen = kept + dropped. */
export interface RuleCounts {
  readonly seen: number;
  readonly kept: number;
  readonly dropped: number;
}

/** started = live + all kept + all dropped, always: every operation is in it once, with a span or without. */
export interface OperationCounts {
  readonly started: number;
  readonly live: number;
  readonly kept: Readonly<Record<KeepReason, number>>;
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/** The three names of a statement. */
export interface StatementNames {
  /** Of its RED series: the text, so that two statements on one table are two; the summary where nobody told a text. */
  readonly series: string;
  /** `db.query.text`: parameterised, white space folded. */
  readonly text: string | undefined;
  /** `db.query.summary`: operations and tables, shared by many statements. */
  readonly summary: string;
}
