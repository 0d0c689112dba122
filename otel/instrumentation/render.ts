import { SpanKind, trace } from '@opentelemetry/api';
import type { OperationRecorder } from '../aggregate/ended-operation.ts';
import type { Clock } from '../clock.ts';
import type { Guard } from '../guard.ts';
import type { RenderTracer } from '../query.ts';
import { ATTR_RENDER_TEMPLATE } from '../semconv.ts';
import { errorTypeOf, messageOf, stackFramesOf } from './error-facts.ts';
import { type OperationFault, type OperationSubject, OperationTimer } from './timed-operation.ts';

const SCOPE_NAME = 'glasshouse/render';
/** Distinct templates described at a time; names are literals in the app, so this is only a backstop. */
const MAX_TEMPLATES = 200;

export interface RenderTracerOptions {
  readonly guard: Guard;
  /** Asked before detail is made; without one every call gets a span. */
  readonly recorder?: OperationRecorder;
  readonly clock?: Clock;
}

/**
 * An INTERNAL span `render <template>` around a page or feed, active while it is drawn; a promise is followed to its end. What is
 * returned or thrown passes through.
 */
export function createRenderTracer(options: RenderTracerOptions): RenderTracer {
  const timer = new OperationTimer({ ...options, tracer: () => trace.getTracer(SCOPE_NAME) });
  const subjects = new Map<string, OperationSubject>();

  return <T>(template: string, render: () => T): T => {
    const parent = timer.parent();
    if (parent === undefined) return render();

    const subject = subjectOf(subjects, template);
    const startNanos = timer.nanos();
    const span = timer.isDetailWanted(parent, subject.type)
      ? timer.start(parent, subject, startNanos)
      : undefined;
    const end = (thrown?: { readonly error: unknown }): void => {
      const result = {
        startNanos,
        durationNanos: timer.nanos() - startNanos,
        fault: thrown && options.guard.run('render', () => faultOf(thrown.error), { type: '_OTHER' }),
      };
      if (span === undefined) timer.note(parent, subject, result);
      else timer.finish(span, parent, result);
    };

    let result: T;
    try {
      result = timer.runIn(parent, span, render);
    } catch (error) {
      end({ error });
      throw error;
    }
    if (!(result instanceof Promise)) {
      end();
      return result;
    }
    return result.then(
      (value: unknown) => {
        end();
        return value;
      },
      (error: unknown) => {
        end({ error });
        throw error;
      },
    ) as T;
  };
}

function subjectOf(subjects: Map<string, OperationSubject>, template: string): OperationSubject {
  let subject = subjects.get(template);
  if (subject === undefined) {
    subject = {
      type: 'render',
      name: `render ${template}`,
      series: template,
      kind: SpanKind.INTERNAL,
      attributes: { [ATTR_RENDER_TEMPLATE]: template },
    };
    if (subjects.size < MAX_TEMPLATES) subjects.set(template, subject);
  }
  return subject;
}

function faultOf(error: unknown): OperationFault {
  return { type: errorTypeOf(error), message: messageOf(error), stack: stackFramesOf(error) };
}
