import type { Guard } from '../base/guard.ts';
import type { KeepReason } from '../base/operation-types.ts';
import type { EndedSpan } from '../spans/operation.ts';
import { type Bits56, KEEP_ALL } from './consistent-threshold.ts';

/** What a policy may know of the trace of an operation. */
export interface TraceView {
  readonly traceId: string;
  /** R of the trace. */
  readonly randomness: Bits56;
  /** What the local root came to; undefined while it runs, and where it was over before. */
  readonly rootOperation: EndedSpan | undefined;
  /** Something of it failed or was slow, and the rest goes with it. */
  readonly isKeptWhole: boolean;
  /** All that wait for this verdict, in the order of their ends; none for a span that ends after it. */
  readonly operations: readonly EndedSpan[];
}

/**
 * One reason to keep an operation's span. It says by which rejection threshold T: the span is kept iff R >= T, and T is the weight it is
 * exported with, so T must not depend on R. `KEEP_ALL` keeps it for certain. Whatever it does not read is not made: `operation.span.attributes` of a span of
 * the kit are built by being asked for. May throw: the span is then kept.
 */
export interface Policy {
  /** In counts and on pages. */
  readonly name: string;
  /** Default `policy`. */
  readonly reason?: KeepReason;
  /** Undefined: it has nothing to say. Among rules and the policies of what must be kept, `REJECT_ALL` drops the span whatever the later ones say. */
  keep(operation: EndedSpan, trace: TraceView): Bits56 | undefined;
  /** What it keeps is bounded by the budget. */
  readonly isBudgeted?: boolean;
  /** Of an ordinary policy: where it has something to say, the later ones are not asked. */
  readonly isFinal?: boolean;
}

/** What one pipeline does with a span. */
export interface Outcome {
  /** Why it is kept; undefined: it is dropped. */
  readonly reason: KeepReason | undefined;
  /** The threshold that decided, which is the weight of what is kept (G17). Undefined: nobody can tell. */
  readonly weight: Bits56 | undefined;
  /** The policy that kept it, or that dropped it. */
  readonly policy: Policy | undefined;
}

/** What became of an operation that a budgeted policy would keep: the threshold it passed, cut, or kept as an example of its kind. */
export type BudgetFate = Bits56 | 'cut' | 'example';

/** Bounds what is kept for having failed or been slow (G18). */
export interface Budget {
  admit(operation: EndedSpan, randomness: Bits56): BudgetFate;
  /** Returns false in a storm, when there is room only for what must be kept itself. */
  admitsCompanions(operations: readonly EndedSpan[]): boolean;
}

/** The policies in force, in order; replaced as a whole by a change. */
export interface PolicySet {
  /** Rules that keep or drop for certain, whatever an operation came to: the first that matches decides. */
  readonly rules: readonly Policy[];
  /** Asked first: the first that has something to say decides, in the process and for export alike. */
  readonly mustKeep: readonly Policy[];
  /** Asked of what need not be kept: the lowest threshold counts. */
  readonly ordinary: readonly Policy[];
  /** The same for export, asked of the local root alone: a trace is exported whole or not at all (G21). */
  readonly exported: readonly Policy[];
  /** What is still held of a trace goes with an operation of it that failed or was slow. */
  readonly keepsWholeTrace: boolean;
}

/** A budget that breaks cuts nothing. */
export function guardedBudget(budget: Budget, guard: Guard): Budget {
  return {
    admit: (operation, randomness) =>
      guard.run('storm budget', () => budget.admit(operation, randomness), KEEP_ALL),
    admitsCompanions: (operations) =>
      guard.run('storm budget', () => budget.admitsCompanions(operations), false),
  };
}
