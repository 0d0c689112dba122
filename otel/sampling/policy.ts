import type { Guard } from '../base/guard.ts';
import type { DropReason, KeepReason } from '../base/operation-types.ts';
import type { EndedSpan } from '../spans/operation.ts';
import { type Bits56, KEEP_ALL } from './consistent-threshold.ts';

/** What a policy may read of an operation's trace. */
export interface TraceView {
  readonly traceId: string;
  /** R of the trace. */
  readonly randomness: Bits56;
  /** Operation of the local root; undefined while it runs, or if it ended before. */
  readonly rootOperation: EndedSpan | undefined;
  /** Something in the trace failed or was slow, and the rest is kept with it. */
  readonly isKeptWhole: boolean;
  /** All operations under this verdict, in order of their ends; empty for a late span. `live` more go on. */
  readonly operations: readonly EndedSpan[];
  readonly live: number;
}

/**
 * One reason to keep an operation's span: a rejection threshold T; kept iff R >= T. T sets the weight in
 * export, 1/(1 - T/2^56), so it must not depend on R; `KEEP_ALL` keeps it for certain. Attributes are built
 * on first access: a policy that reads none does not pay. May throw; the span is then kept.
 */
export interface Policy {
  /** Shown in counts and on pages. */
  readonly name: string;
  /** What is kept counts as `policy` by default, what is dropped as `rule`. */
  readonly reason?: KeepReason;
  readonly drops?: DropReason;
  /** Undefined for no opinion. `REJECT_ALL` of a rule or must-keep policy is final. */
  keep(operation: EndedSpan, trace: TraceView): Bits56 | undefined;
  /** The storm budget bounds what it keeps. */
  readonly isBudgeted?: boolean;
  /** For an ordinary policy: later ones are not asked if it has an opinion. */
  readonly isFinal?: boolean;
}

/** The verdict of one pipeline on one span. */
export interface Outcome {
  /** Why it is kept; undefined if it is dropped. */
  readonly reason: KeepReason | undefined;
  /** The deciding threshold, which determines the weight of a kept span (G17). Undefined if it is unknown. */
  readonly threshold: Bits56 | undefined;
  /** The policy that kept or dropped it. */
  readonly policy: Policy | undefined;
}

/** Answer of the budget: the threshold the operation passed, cut, or kept as an example of its kind. */
export type BudgetFate = Bits56 | 'cut' | 'example';

/** Bounds what is kept because it failed or was slow (G18). */
export interface Budget {
  admit(operation: EndedSpan, randomness: Bits56): BudgetFate;
  /** Returns false in a storm, when there is room only for must-keep operations themselves. */
  admitsCompanions(operations: readonly EndedSpan[]): boolean;
}

/** The policies in force, in order; a change replaces the whole set. */
export interface PolicySet {
  /** Rules that keep or drop for certain, whatever the operation's result; the first match decides. */
  readonly rules: readonly Policy[];
  /** Asked first; the first one with an opinion decides, for the process and for export. */
  readonly mustKeep: readonly Policy[];
  /** Asked for operations that need not be kept; the lowest threshold applies. */
  readonly ordinary: readonly Policy[];
  /** The same for export, asked for the local root only: a trace is exported whole or not at all (G21). */
  readonly exported: readonly Policy[];
  /** Keeps the buffered rest of a trace with an operation that failed or was slow. */
  readonly keepsWholeTrace: boolean;
}

/** A budget that throws cuts nothing. */
export function guardedBudget(budget: Budget, guard: Guard): Budget {
  return {
    admit: (operation, randomness) =>
      guard.run('storm budget', () => budget.admit(operation, randomness), KEEP_ALL),
    admitsCompanions: (operations) =>
      guard.run('storm budget', () => budget.admitsCompanions(operations), false),
  };
}
