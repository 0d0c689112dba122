import { SpanKind, type Tracer } from '@opentelemetry/api';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import { ATTR_THREAD_NAME } from '../base/semconv.ts';
import type { ThreadStatement } from '../base/thread-statement.ts';
import type { ThreadWork } from '../base/thread-work.ts';
import { OperationSubject } from './operation-subject.ts';
import { Operations } from './operations.ts';

/** Name of the instrumentation scope. */
export const THREADS_SCOPE = 'threads';

export interface ThreadWorkOptions {
  readonly guard: Guard;
  readonly tracer: () => Tracer;
  readonly clock?: Clock;
  readonly noteStatement: (statement: ThreadStatement) => void;
}

/**
 * Records what a worker thread did, as children of the active span: an INTERNAL span for the time that it waited for the thread, and one, with
 * `thread.name`, for the work with its statements.
 */
export function createThreadWork({
  guard,
  tracer,
  clock,
  noteStatement,
}: ThreadWorkOptions): (work: ThreadWork) => void {
  const operations = new Operations(guard, tracer, clock);

  return ({ thread, askedNanos, startNanos, durationNanos, statements }) => {
    const parent = operations.parent();
    if (parent === undefined) return;
    const noteStatements = (): void => statements.forEach(noteStatement);
    guard.run(
      'work of a thread',
      () => {
        const since = operations.nanos() - Number(process.hrtime.bigint());
        const waited = { startNanos: since + askedNanos, durationNanos: startNanos - askedNanos };
        operations.note(parent, subjectOf(`wait for the ${thread} thread`), waited);
        const worked = { startNanos: since + startNanos, durationNanos };
        const span = operations.start(parent, subjectOf(`${thread} thread`), worked.startNanos);
        operations.runIn(parent, span, noteStatements);
        if (span !== undefined)
          operations.finish(span, { ...worked, attributes: { [ATTR_THREAD_NAME]: thread } });
      },
      undefined,
    );
  };
}

function subjectOf(name: string): OperationSubject {
  const series = `${THREADS_SCOPE}: ${name}`;
  return new OperationSubject({ type: 'other', name, series, kind: SpanKind.INTERNAL, attributes: {} });
}
