import { SpanKind, type Span, type Tracer } from '@opentelemetry/api';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import { ATTR_RENDER_TEMPLATE } from '../base/semconv.ts';
import type { RenderTracer } from '../query.ts';
import type { CostMeter } from '../base/cost-meter.ts';
import { errorTypeOf, messageOf, stackFramesOf } from './error-facts.ts';
import { OperationSubject } from './operation-subject.ts';
import { type OperationFault, Operations } from './operations.ts';

/** Distinct templates cached; names are literals in the app, so this is only a backstop. */
const MAX_TEMPLATES = 200;

export interface RenderTracerOptions {
  readonly guard: Guard;
  readonly tracer: () => Tracer;
  readonly clock?: Clock;
  /** Records the cost of tracing renders. */
  readonly cost?: CostMeter;
}

/**
 * An INTERNAL span `render <template>` around a page or feed, active while it renders; a promise is awaited to its end. Return values and errors
 * pass through.
 */
export function createRenderTracer({ guard, tracer, clock, cost }: RenderTracerOptions): RenderTracer {
  const operations = new Operations(guard, tracer, clock);
  const subjects = new Map<string, OperationSubject>();

  return <T>(name: string, render: () => T): T => {
    const parent = operations.parent();
    if (parent === undefined) return render();
    const since = cost?.render.begin() ?? 0;
    const startNanos = operations.nanos();
    const span = operations.start(parent, subjectOf(subjects, name), startNanos);
    let result: T;
    try {
      result = operations.runIn(parent, span, render);
    } catch (error) {
      end(span, startNanos, { error });
      throw error;
    }
    if (!(result instanceof Promise)) {
      const durationNanos = end(span, startNanos, undefined);
      if (since !== 0) cost?.render.end(since, durationNanos);
      return result;
    }
    return result.then(
      (value: unknown) => {
        end(span, startNanos, undefined);
        return value;
      },
      (error: unknown) => {
        end(span, startNanos, { error });
        throw error;
      },
    ) as T;
  };

  function end(
    span: Span | undefined,
    startNanos: number,
    thrown: { readonly error: unknown } | undefined,
  ): number {
    const durationNanos = operations.nanos() - startNanos;
    const fault = thrown && guard.run('render', () => faultOf(thrown.error), { type: '_OTHER' });
    if (span !== undefined) operations.finish(span, { startNanos, durationNanos, fault });
    return durationNanos;
  }
}

function subjectOf(subjects: Map<string, OperationSubject>, name: string): OperationSubject {
  let subject = subjects.get(name);
  if (subject === undefined) {
    const attributes = { [ATTR_RENDER_TEMPLATE]: name };
    const words = { name: `render ${name}`, series: name, kind: SpanKind.INTERNAL, attributes };
    subject = new OperationSubject({ type: 'render', ...words });
    if (subjects.size < MAX_TEMPLATES) subjects.set(name, subject);
  }
  return subject;
}

function faultOf(error: unknown): OperationFault {
  return { type: errorTypeOf(error), message: messageOf(error), stack: stackFramesOf(error) };
}
