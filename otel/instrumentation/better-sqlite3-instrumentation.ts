import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { InstrumentationBase, type InstrumentationConfig } from '@opentelemetry/instrumentation';
import type DatabaseConstructor from 'better-sqlite3';
import type { Clock } from '../base/clock.ts';
import { Guard } from '../base/guard.ts';
import type { CostMeter } from '../base/cost-meter.ts';
import type { ThreadStatement } from '../base/thread-statement.ts';
import { DatabaseObserver } from './database-observer.ts';
import { observeBackup, observeExec, observePragma, observePrepare } from './database-wrapper.ts';
import { IteratorObserver } from './iterator-wrapper.ts';
import { type Method, patchMethod } from './method-patch.ts';
import { observeStatementMethod } from './statement-wrapper.ts';
import { Operations } from './operations.ts';
import { noteThreadStatement } from './thread-statement.ts';
import { observeTransaction } from './transaction-wrapper.ts';

const SCOPE_NAME = 'better-sqlite3';
const VERSION = '0.1.0';

type DatabaseClass = typeof DatabaseConstructor;

export interface BetterSqlite3InstrumentationConfig extends InstrumentationConfig {
  /** A BEGIN or COMMIT that takes this long gets a span of its own inside its transaction's. Default: never. */
  readonly slowNanos?: () => number;
  /** Counts faults of the instrumentation itself. */
  readonly guard?: Guard;
  readonly clock?: Clock;
  /** Records the cost of tracing statements. */
  readonly cost?: CostMeter;
}

/**
 * CLIENT spans for every better-sqlite3 call and INTERNAL spans for transactions. Patches nothing until `manuallyInstrument` receives the class, so
 * import order does not matter; `disable` removes the patches.
 */
export class BetterSqlite3Instrumentation extends InstrumentationBase<BetterSqlite3InstrumentationConfig> {
  readonly #observer: DatabaseObserver;
  readonly #unpatches = new Map<DatabaseClass, readonly (() => void)[]>();

  constructor(config: BetterSqlite3InstrumentationConfig = {}) {
    // The base class would enable itself before the fields below are initialised.
    super(SCOPE_NAME, VERSION, { ...config, enabled: false });
    const guard = config.guard ?? new Guard();
    this.#observer = new DatabaseObserver({
      operations: new Operations(guard, () => this.tracer, config.clock),
      guard,
      scopeName: SCOPE_NAME,
      slowNanos: config.slowNanos ?? (() => Infinity),
      cost: config.cost?.statement,
    });
  }

  protected override init(): undefined {}

  /** Patches a better-sqlite3 class once; existing statements are traced too. Throws TypeError for anything else. */
  manuallyInstrument(Database: DatabaseClass): void {
    if (this.#unpatches.has(Database)) return;
    if (typeof Database?.prototype?.prepare !== 'function') {
      throw new TypeError(`Expected the Database class of better-sqlite3, got ${typeof Database}`);
    }
    this.#observer.isEnabled = true;
    this.#unpatches.set(Database, patchAll(Database, this.#observer));
  }

  /** Records a statement of a worker thread, in which nothing is patched. */
  noteStatement(statement: ThreadStatement): void {
    noteThreadStatement(this.#observer, statement);
  }

  override enable(): void {}

  /** Restores every patched method. */
  override disable(): void {
    this.#observer.isEnabled = false;
    for (const unpatches of this.#unpatches.values()) for (const unpatch of unpatches) unpatch();
    this.#unpatches.clear();
  }
}

function patchAll(Database: DatabaseClass, observer: DatabaseObserver): readonly (() => void)[] {
  // Suppressed, in case another instrumentation traces it.
  const { statement, iterator } = context.with(suppressTracing(context.active()), () =>
    nativePrototypes(Database),
  );
  const iterators = new IteratorObserver(observer);
  const patches: readonly (readonly [object, string, (original: Method) => Method])[] = [
    [Database.prototype, 'prepare', observePrepare(observer)],
    [Database.prototype, 'exec', observeExec(observer)],
    [Database.prototype, 'pragma', observePragma(observer)],
    [Database.prototype, 'transaction', observeTransaction(observer)],
    [Database.prototype, 'backup', observeBackup(observer)],
    [statement, 'run', observeStatementMethod(observer, 'run')],
    [statement, 'get', observeStatementMethod(observer, 'get')],
    [statement, 'all', observeStatementMethod(observer, 'all')],
    [statement, 'iterate', iterators.iterate],
    [iterator, 'next', iterators.step],
    [iterator, 'return', iterators.step],
  ];
  return patches.map(([target, name, wrap]) => patchMethod(target, name, wrap));
}

/** The classes of statements and iterators are native and not exported; an in-memory database provides instances. */
function nativePrototypes(Database: DatabaseClass): {
  readonly statement: object;
  readonly iterator: object;
} {
  const database = new Database(':memory:');
  try {
    const statement = database.prepare('SELECT 1');
    const iterator = statement.iterate();
    iterator.return?.();
    return {
      statement: Object.getPrototypeOf(statement) as object,
      iterator: Object.getPrototypeOf(iterator) as object,
    };
  } finally {
    database.close();
  }
}
