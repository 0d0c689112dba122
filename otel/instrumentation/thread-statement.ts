import type { ThreadStatement } from '../base/thread-statement.ts';
import { ATTR_DB_RESPONSE_RETURNED_ROWS, ATTR_THREAD_NAME } from '../base/semconv.ts';
import type { DatabaseObserver } from './database-observer.ts';
import { statementFault } from './statement-facts.ts';

/** Records it as if it had run here, but for the name of its thread. */
export function noteThreadStatement(observer: DatabaseObserver, statement: ThreadStatement): void {
  const { sql, file, thread, startNanos, durationNanos, rows, failure } = statement;
  const { operations, guard, facts } = observer;
  const parent = observer.parent();
  if (parent === undefined) return;
  guard.run(
    'statement of a thread',
    () => {
      const since = observer.cost?.begin() ?? 0;
      const ago = Number(process.hrtime.bigint()) - startNanos;
      operations.note(parent, facts.describe(sql, file), {
        startNanos: operations.nanos() - ago,
        durationNanos,
        rows,
        rowsAttribute: ATTR_DB_RESPONSE_RETURNED_ROWS,
        attributes: { [ATTR_THREAD_NAME]: thread },
        fault: failure && statementFault(failure, 'execute'),
      });
      if (since !== 0) observer.cost?.end(since, 0);
    },
    undefined,
  );
}
