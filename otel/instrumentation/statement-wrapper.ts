import type { Context } from '@opentelemetry/api';
import { ATTR_CHANGED_ROWS, ATTR_DB_RESPONSE_RETURNED_ROWS } from '../base/semconv.ts';
import type { DatabaseObserver } from './database-observer.ts';
import type { Method } from './method-patch.ts';
import { type ObservedStatement, statementFault } from './statement-facts.ts';
import { isControlStatement } from './running-transaction.ts';

/** Rows of a call by method: returned by a reader, changed by a writer. */
const ROWS: Readonly<
  Record<'run' | 'get' | 'all', { readonly attribute: string; readonly count: (result: any) => number }>
> = {
  run: { attribute: ATTR_CHANGED_ROWS, count: (result: { changes: number }) => result.changes },
  get: { attribute: ATTR_DB_RESPONSE_RETURNED_ROWS, count: (row: unknown) => (row === undefined ? 0 : 1) },
  all: { attribute: ATTR_DB_RESPONSE_RETURNED_ROWS, count: (rows: readonly unknown[]) => rows.length },
};

/** Wraps `run`, `get` or `all`: same result, same error, timed. */
export function observeStatementMethod(
  observer: DatabaseObserver,
  name: 'run' | 'get' | 'all',
): (original: Method) => Method {
  const { operations } = observer;
  const { attribute, count } = ROWS[name];
  return (original) =>
    function (this: ObservedStatement, ...args) {
      const parent = observer.parent();
      if (parent === undefined) return Reflect.apply(original, this, args);
      const since = observer.cost?.begin() ?? 0;

      const startNanos = operations.nanos();
      let result: unknown;
      try {
        result = Reflect.apply(original, this, args);
      } catch (error) {
        note(observer, this, parent, startNanos, operations.nanos() - startNanos, undefined, attribute, {
          error,
        });
        throw error;
      }
      const durationNanos = operations.nanos() - startNanos;
      note(
        observer,
        this,
        parent,
        startNanos,
        durationNanos,
        rowsIn(observer, count, result),
        attribute,
        undefined,
      );
      if (since !== 0) observer.cost?.end(since, durationNanos);
      return result;
    };
}

function rowsIn(
  observer: DatabaseObserver,
  count: (result: any) => number,
  result: unknown,
): number | undefined {
  try {
    return count(result);
  } catch (error) {
    observer.guard.report('statement rows', error);
    return undefined;
  }
}

// Positional: called per statement, an options object would be one allocation each.
// oxlint-disable-next-line max-params
function note(
  observer: DatabaseObserver,
  statement: ObservedStatement,
  parent: Context,
  startNanos: number,
  durationNanos: number,
  rows: number | undefined,
  attribute: string,
  thrown: { readonly error: unknown } | undefined,
): void {
  try {
    const subject = observer.subjectOf(statement);
    const fault = thrown === undefined ? undefined : statementFault(thrown.error, 'execute');
    const result = { startNanos, durationNanos, rows, rowsAttribute: attribute, fault };
    const { transaction } = observer;
    if (transaction !== undefined && isControlStatement(statement.source)) {
      transaction.addControl(statement.source, durationNanos);
      if (fault !== undefined || observer.isSlow(durationNanos))
        observer.operations.note(parent, subject, result);
    } else {
      observer.operations.note(parent, subject, result);
    }
  } catch (error) {
    observer.guard.report('statement', error);
  }
}
