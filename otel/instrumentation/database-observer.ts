import type { Context } from '@opentelemetry/api';
import type { Guard } from '../base/guard.ts';
import type { WorkSample } from '../base/cost-meter.ts';
import { type ObservedStatement, StatementFacts } from './statement-facts.ts';
import type { OperationSubject } from './operation-subject.ts';
import type { Operations } from './operations.ts';
import type { RunningTransaction } from './running-transaction.ts';

export interface DatabaseObserverOptions {
  readonly operations: Operations;
  readonly guard: Guard;
  /** Name of the instrumentation scope. */
  readonly scopeName: string;
  /** A step covered by another span gets its own if it takes this long. */
  readonly slowNanos: () => number;
  /** Records the cost of tracing statements. */
  readonly cost?: WorkSample | undefined;
}

/** State shared by the wrappers of one instrumentation. Better-sqlite3 is synchronous, so the running call is a plain field. */
export class DatabaseObserver {
  readonly operations: Operations;
  readonly guard: Guard;
  readonly scopeName: string;
  readonly cost: WorkSample | undefined;
  readonly #slowNanos: () => number;
  readonly facts = new StatementFacts();
  /** False after disable(): wrappers that are still reachable only call through. */
  isEnabled = true;
  /** The innermost running transaction function. */
  transaction: RunningTransaction | undefined;
  #absorbing = false;
  readonly #subjects = new WeakMap<ObservedStatement, OperationSubject>();

  constructor(options: DatabaseObserverOptions) {
    this.operations = options.operations;
    this.guard = options.guard;
    this.scopeName = options.scopeName;
    this.cost = options.cost;
    this.#slowNanos = options.slowNanos;
  }

  /** Context of a call; undefined if it must not be recorded: patches removed, tracing suppressed, or inside `absorb`. */
  parent(): Context | undefined {
    return this.isEnabled && !this.#absorbing ? this.operations.parent() : undefined;
  }

  isSlow(durationNanos: number): boolean {
    return durationNanos >= this.#slowNanos();
  }

  /** Runs `call` without recording its statements, because the operation is recorded as a whole. */
  absorb<T>(call: () => T): T {
    const outer = this.#absorbing;
    this.#absorbing = true;
    try {
      return call();
    } finally {
      this.#absorbing = outer;
    }
  }

  /** Created at prepare, or at the first call of a statement prepared before the patch. */
  subjectOf(statement: ObservedStatement): OperationSubject {
    let subject = this.#subjects.get(statement);
    if (subject === undefined) {
      subject = this.facts.describe(statement.source, statement.database.name);
      this.#subjects.set(statement, subject);
    }
    return subject;
  }
}
