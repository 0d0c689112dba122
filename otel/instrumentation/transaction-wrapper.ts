import { SpanKind } from '@opentelemetry/api';
import {
  ATTR_TRANSACTION_BEGIN_DURATION,
  ATTR_TRANSACTION_COMMIT_DURATION,
  ATTR_TRANSACTION_MODE,
  ATTR_TRANSACTION_OUTCOME,
} from '../base/semconv.ts';
import type { DatabaseObserver } from './database-observer.ts';
import { type Method, resemble } from './method-patch.ts';
import { databaseAttributes, statementFault } from './statement-facts.ts';
import { OperationSubject } from './operation-subject.ts';
import { RunningTransaction } from './running-transaction.ts';

const MODES = ['default', 'deferred', 'immediate', 'exclusive'] as const;
type Mode = (typeof MODES)[number];
type TransactionFunction = Method & Readonly<Record<Mode, Method>>;

/**
 * Wraps `Database.prototype.transaction`: each of the four variants of the function it returns runs in one INTERNAL span `transaction`, with its
 * statements as children. A nested one is a savepoint. If it throws, it has failed and was rolled back.
 */
export function observeTransaction(observer: DatabaseObserver): (original: Method) => Method {
  return (original) =>
    function (this: { readonly name: string; readonly inTransaction: boolean }, ...args) {
      const native = Reflect.apply(original, this, args) as TransactionFunction;
      return observer.guard.run('transaction', () => variantsOf(observer, native, this), native);
    };
}

/** As in better-sqlite3, each variant has all four, and the database, as properties. */
function variantsOf(
  observer: DatabaseObserver,
  native: TransactionFunction,
  database: { readonly name: string; readonly inTransaction: boolean },
): Method {
  const properties: PropertyDescriptorMap = { database: { value: database, enumerable: true } };
  for (const mode of MODES)
    properties[mode] = { value: observeVariant(observer, native[mode], mode, database) };
  for (const mode of MODES) Object.defineProperties(properties[mode]!.value, properties);
  return properties['default']!.value;
}

function observeVariant(
  observer: DatabaseObserver,
  native: Method,
  mode: Mode,
  database: { readonly name: string; readonly inTransaction: boolean },
): Method {
  const { operations } = observer;
  const variant: Method = function (...args) {
    const parent = observer.parent();
    if (parent === undefined) return Reflect.apply(native, this, args);

    const startNanos = operations.nanos();
    const subject = transactionSubject(
      observer.scopeName,
      database.name,
      database.inTransaction ? 'savepoint' : mode,
    );
    const span = operations.start(parent, subject, startNanos);
    const running = new RunningTransaction();
    const outer = observer.transaction;
    observer.transaction = running;
    let thrown: { readonly error: unknown } | undefined;
    try {
      return operations.runIn(parent, span, () => Reflect.apply(native, this, args));
    } catch (error) {
      thrown = { error };
      throw error;
    } finally {
      observer.transaction = outer;
      const result = {
        startNanos,
        durationNanos: operations.nanos() - startNanos,
        attributes: {
          [ATTR_TRANSACTION_OUTCOME]: thrown === undefined ? 'commit' : 'rollback',
          [ATTR_TRANSACTION_BEGIN_DURATION]: running.beginNanos / 1e9,
          [ATTR_TRANSACTION_COMMIT_DURATION]: running.endNanos / 1e9,
        },
        fault: thrown === undefined ? undefined : statementFault(thrown.error, 'execute'),
      };
      if (span !== undefined) operations.finish(span, result);
    }
  };
  resemble(variant, native);
  return variant;
}

/** Type `other`: its statements are counted as database operations themselves. */
function transactionSubject(scope: string, databaseName: string, mode: Mode | 'savepoint'): OperationSubject {
  return new OperationSubject({
    type: 'other',
    name: 'transaction',
    series: `${scope}: transaction`,
    kind: SpanKind.INTERNAL,
    attributes: {
      ...databaseAttributes(databaseName),
      [ATTR_TRANSACTION_MODE]: mode === 'default' ? 'deferred' : mode,
    },
  });
}
