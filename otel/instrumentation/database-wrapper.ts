import { ATTR_DB_RESPONSE_RETURNED_ROWS } from '../base/semconv.ts';
import type { DatabaseObserver } from './database-observer.ts';
import type { Method } from './method-patch.ts';
import { plainSubject, statementFault } from './statement-facts.ts';
import type { OperationSubject } from './operation-subject.ts';

/** The part of a better-sqlite3 database used here. */
interface ObservedDatabase {
  readonly name: string;
}

/** Wraps `prepare`: describes the statement once, and records a text that SQLite rejects. */
export function observePrepare(observer: DatabaseObserver): (original: Method) => Method {
  const { operations } = observer;
  return (original) =>
    function (this: ObservedDatabase, ...args) {
      const startNanos = operations.nanos();
      let statement: any;
      try {
        statement = Reflect.apply(original, this, args);
      } catch (error) {
        noteFailure(observer, subjectOfText(observer, this, args[0]), startNanos, error, 'prepare');
        throw error;
      }
      observer.guard.run('statement', () => observer.subjectOf(statement), undefined);
      return statement;
    };
}

/** Wraps `exec`: one span for all statements of the text. */
export function observeExec(observer: DatabaseObserver): (original: Method) => Method {
  return (original) =>
    function (this: ObservedDatabase, ...args) {
      return observeCall(
        observer,
        () => subjectOfText(observer, this, args[0]),
        () => Reflect.apply(original, this, args),
        undefined,
      );
    };
}

/** Wraps `pragma`, which prepares and runs a statement internally: one span, not two. */
export function observePragma(observer: DatabaseObserver): (original: Method) => Method {
  return (original) =>
    function (this: ObservedDatabase, ...args) {
      const call = (): unknown => observer.absorb(() => Reflect.apply(original, this, args));
      return observeCall(
        observer,
        () => subjectOfText(observer, this, `PRAGMA ${String(args[0])}`),
        call,
        (result) => (Array.isArray(result) ? result.length : 1),
      );
    };
}

/** Wraps `backup`: from the call to the settled promise, turns of the event loop included. */
export function observeBackup(observer: DatabaseObserver): (original: Method) => Method {
  const { operations } = observer;
  return (original) =>
    function (this: ObservedDatabase, ...args) {
      const parent = observer.parent();
      if (parent === undefined) return Reflect.apply(original, this, args);
      const startNanos = operations.nanos();
      const note = (thrown?: { readonly error: unknown }): void => {
        observer.guard.run(
          'backup',
          () =>
            operations.note(parent, plainSubject('BACKUP', this.name), {
              startNanos,
              durationNanos: operations.nanos() - startNanos,
              fault: thrown === undefined ? undefined : statementFault(thrown.error, 'execute'),
            }),
          undefined,
        );
      };
      return (Reflect.apply(original, this, args) as Promise<unknown>).then(
        (progress) => {
          note();
          return progress;
        },
        (error: unknown) => {
          note({ error });
          throw error;
        },
      );
    };
}

function observeCall(
  observer: DatabaseObserver,
  describe: () => OperationSubject,
  call: () => unknown,
  countRows: ((result: unknown) => number) | undefined,
): unknown {
  const { operations, guard } = observer;
  const parent = observer.parent();
  if (parent === undefined) return call();
  const startNanos = operations.nanos();
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    guard.run('database', () => noteFailure(observer, describe(), startNanos, error, 'execute'), undefined);
    throw error;
  }
  const durationNanos = operations.nanos() - startNanos;
  guard.run(
    'database',
    () =>
      operations.note(parent, describe(), {
        startNanos,
        durationNanos,
        rows: countRows?.(result),
        rowsAttribute: ATTR_DB_RESPONSE_RETURNED_ROWS,
      }),
    undefined,
  );
  return result;
}

function noteFailure(
  observer: DatabaseObserver,
  subject: OperationSubject,
  startNanos: number,
  error: unknown,
  phase: 'prepare' | 'execute',
): void {
  const { operations } = observer;
  const parent = observer.parent();
  if (parent === undefined) return;
  operations.note(parent, subject, {
    startNanos,
    durationNanos: operations.nanos() - startNanos,
    fault: statementFault(error, phase),
  });
}

function subjectOfText(
  observer: DatabaseObserver,
  database: ObservedDatabase,
  source: unknown,
): OperationSubject {
  return observer.guard.run(
    'statement',
    () => observer.facts.describe(String(source), database.name),
    plainSubject('unknown', ':memory:'),
  );
}
