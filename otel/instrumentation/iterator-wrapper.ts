import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { ATTR_DB_RESPONSE_RETURNED_ROWS } from '../base/semconv.ts';
import type { DatabaseObserver } from './database-observer.ts';
import type { Method } from './method-patch.ts';
import { type ObservedStatement, statementFault } from './statement-facts.ts';
import type { OperationSubject } from './operation-subject.ts';

/** Sums over the steps of one iteration; holds no Context, so that it may outlive the request. */
interface Steps {
  readonly subject: OperationSubject;
  readonly startNanos: number;
  /** Sum of the steps: the time between them is the app's own. */
  nanos: number;
  rows: number;
}

/**
 * Observes the native iterators of `iterate()`. Each is recorded once: at its end, at `return()`, when it throws, or, if the app abandoned it, once
 * it is garbage-collected. The state of an open one is stored on the iterator itself.
 */
export class IteratorObserver {
  readonly #observer: DatabaseObserver;
  readonly #open = new WeakMap<object, { readonly parent: Context; readonly steps: Steps }>();
  readonly #abandoned: FinalizationRegistry<{ readonly parent: Context; readonly steps: Steps }>;

  constructor(observer: DatabaseObserver) {
    this.#observer = observer;
    this.#abandoned = new FinalizationRegistry(({ parent, steps }) => this.#note(parent, steps, undefined));
  }

  /** Wraps `Statement.prototype.iterate`. */
  readonly iterate = (original: Method): Method => {
    const observer = this.#observer;
    const { operations } = observer;
    const opened = this.#opened.bind(this);
    return function (this: ObservedStatement, ...args) {
      const parent = observer.parent();
      if (parent === undefined) return Reflect.apply(original, this, args);
      const startNanos = operations.nanos();
      let iterator: object;
      try {
        iterator = Reflect.apply(original, this, args);
      } catch (error) {
        opened(this, undefined, parent, startNanos, { error });
        throw error;
      }
      opened(this, iterator, parent, startNanos, undefined);
      return iterator;
    };
  };

  /** Wraps `next` and `return` of the iterators' prototype. */
  readonly step = (original: Method): Method => {
    const { operations } = this.#observer;
    const openIterators = this.#open;
    const stepped = this.#stepped.bind(this);
    return function (this: object, ...args) {
      const open = openIterators.get(this);
      if (open === undefined) return Reflect.apply(original, this, args);
      const startNanos = operations.nanos();
      let result: IteratorResult<unknown>;
      try {
        result = Reflect.apply(original, this, args);
      } catch (error) {
        stepped(this, open.parent, open.steps, operations.nanos() - startNanos, true, { error });
        throw error;
      }
      stepped(
        this,
        open.parent,
        open.steps,
        operations.nanos() - startNanos,
        result.done !== false,
        undefined,
      );
      return result;
    };
  };

  #opened(
    statement: ObservedStatement,
    iterator: object | undefined,
    parent: Context,
    startNanos: number,
    thrown: { error: unknown } | undefined,
  ): void {
    try {
      const { operations } = this.#observer;
      const steps: Steps = {
        subject: this.#observer.subjectOf(statement),
        startNanos,
        nanos: operations.nanos() - startNanos,
        rows: 0,
      };
      if (iterator === undefined) return this.#note(parent, steps, thrown);
      this.#open.set(iterator, { parent, steps });
      this.#abandoned.register(iterator, { parent: spanOnly(parent), steps }, steps);
    } catch (error) {
      this.#observer.guard.report('iterator', error);
    }
  }

  // Positional: called per row, an options object would be one allocation each.
  // oxlint-disable-next-line max-params
  #stepped(
    iterator: object,
    parent: Context,
    steps: Steps,
    nanos: number,
    ended: boolean,
    thrown: { error: unknown } | undefined,
  ): void {
    try {
      steps.nanos += nanos;
      if (!ended) {
        steps.rows++;
        return;
      }
      this.#open.delete(iterator);
      this.#abandoned.unregister(steps);
      this.#note(parent, steps, thrown);
    } catch (error) {
      this.#observer.guard.report('iterator', error);
    }
  }

  #note(
    parent: Context,
    { subject, startNanos, nanos, rows }: Steps,
    thrown: { error: unknown } | undefined,
  ): void {
    this.#observer.operations.note(parent, subject, {
      startNanos,
      durationNanos: nanos,
      rows,
      rowsAttribute: ATTR_DB_RESPONSE_RETURNED_ROWS,
      fault: thrown === undefined ? undefined : statementFault(thrown.error, 'execute'),
    });
  }
}

/** A context with the ids of the active span only, without anything else it holds. */
function spanOnly(parent: Context): Context {
  const active = trace.getSpanContext(parent);
  return active === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, active);
}
