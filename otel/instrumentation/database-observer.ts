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
  /** At or above it a step that another span stands for gets a span of its own. */
  readonly slowNanos: () => number;
  /** Gets what statements take beside themselves. */
  readonly cost?: WorkSample | undefined;
}

/** What the wrappers of one instrumentation share. Better-sqlite3 is synchronous, so the state of the running call is a plain field. */
export class DatabaseObserver {
  readonly operations: Operations;
  readonly guard: Guard;
  readonly scopeName: string;
  readonly cost: WorkSample | undefined;
  readonly #slowNanos: () => number;
  readonly facts = new StatementFacts();
  /** False after disable(): wrappers that are still reachable only call. */
  isEnabled = true;
  /** The innermost transaction function that is running. */
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

  /** The context a call belongs to; undefined when it is not to be noted: patches off, tracing suppressed, inside `absorb`. */
  parent(): Context | undefined {
    return this.isEnabled && !this.#absorbing ? this.operations.parent() : undefined;
  }

  isSlow(durationNanos: number): boolean {
    return durationNanos >= this.#slowNanos();
  }

  /** Statements inside `call` are part of an operation that is noted as a whole. */
  absorb<T>(call: () => T): T {
    const outer = this.#absorbing;
    this.#absorbing = true;
    try {
      return call();
    } finally {
      this.#absorbing = outer;
    }
  }

  /** Made at prepare, or at the first call of a statement that was prepared before the patch. */
  subjectOf(statement: ObservedStatement): OperationSubject {
    let subject = this.#subjects.get(statement);
    if (subject === undefined) {
      subject = this.facts.describe(statement.source, statement.database.name);
      this.#subjects.set(statement, subject);
    }
    return subject;
  }
}
