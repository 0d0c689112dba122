import {
  type Attributes,
  type Context,
  type SpanContext,
  SpanKind,
  isSpanContextValid,
  trace,
} from '@opentelemetry/api';
import type { CostMeter } from '../sampling/cost-meter.ts';
import type { OperationRecorder } from '../aggregate/ended-operation.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import type { RenderTracer } from '../query.ts';
import type { KnownOperation } from '../sampling/ended-span.ts';
import type { SpanTemplate } from '../sampling/kept-span.ts';
import { ATTR_RENDER_TEMPLATE } from '../base/semconv.ts';
import { requestFactsOf } from './context.ts';
import { errorTypeOf, messageOf, stackFramesOf } from './error-facts.ts';
import { LiveSpan } from './live-span.ts';
import type { LazyAttributes, LiveSpanSource, SpanStart } from './live-span-source.ts';
import { type OperationFault, type OperationSubject, OperationTimer } from './timed-operation.ts';

const SCOPE_NAME = 'glasshouse/render';
/** Distinct templates described at a time; names are literals in the app, so this is only a backstop. */
const MAX_TEMPLATES = 200;

export interface RenderTracerOptions extends Pick<LiveSpanSource, 'guard' | 'resource' | 'sink'> {
  /** Asked before detail is made; without one every call gets a span. */
  readonly recorder?: OperationRecorder;
  readonly clock?: Clock;
  /** Gets what a drawing takes beside itself. */
  readonly cost?: CostMeter;
}

/**
 * An INTERNAL span `render <template>` around a page or feed, active while it is drawn; a promise is followed to its end. What is
 * returned or thrown passes through.
 */
export function createRenderTracer({
  guard,
  recorder,
  clock = systemClock,
  sink,
  resource,
  cost,
}: RenderTracerOptions): RenderTracer {
  const timer = new OperationTimer({ guard, recorder, clock, tracer: () => trace.getTracer(SCOPE_NAME) });
  const source = { kind: SpanKind.INTERNAL, scope: { name: SCOPE_NAME }, resource, sink, clock, guard };
  const templates = new Map<string, Template>();

  return <T>(name: string, render: () => T): T => {
    const parent = timer.parent();
    if (parent === undefined) return render();
    const since = cost?.render.begin() ?? 0;

    const template = templateOf(templates, name);
    const startNanos = timer.nanos();
    const span = timer.isDetailWanted(parent, 'render')
      ? startSpan(source, template, parent, startNanos)
      : undefined;
    let result: T;
    try {
      result = span === undefined ? render() : timer.runIn(parent, span, render);
    } catch (error) {
      end(template, parent, span, startNanos, { error });
      throw error;
    }
    if (!(result instanceof Promise)) {
      const durationNanos = end(template, parent, span, startNanos, undefined);
      if (since !== 0) cost?.render.end(since, durationNanos);
      return result;
    }
    return result.then(
      (value: unknown) => {
        end(template, parent, span, startNanos, undefined);
        return value;
      },
      (error: unknown) => {
        end(template, parent, span, startNanos, { error });
        throw error;
      },
    ) as T;
  };

  function end(
    template: Template,
    parent: Context,
    span: LiveSpan | undefined,
    startNanos: number,
    thrown: { readonly error: unknown } | undefined,
  ): number {
    const durationNanos = timer.nanos() - startNanos;
    if (span !== undefined && thrown === undefined && !Number.isNaN(durationNanos)) {
      span.endAfter(durationNanos);
      return durationNanos;
    }
    const fault = thrown && guard.run('render', () => faultOf(thrown.error), { type: '_OTHER' });
    const result = { startNanos, durationNanos, fault };
    if (span === undefined) timer.note(parent, template.subject, result);
    else timer.finish(span, parent, result);
    return durationNanos;
  }
}

function startSpan(
  source: LiveSpanSource,
  template: Template,
  parent: Context,
  startNanos: number,
): LiveSpan | undefined {
  try {
    return new LiveSpan(
      source,
      template.subject.name,
      parentIn(parent),
      parent,
      startOf(source.clock, parent, startNanos),
      template,
    );
  } catch (error) {
    source.guard.report('operation start', error);
    return undefined;
  }
}

function parentIn(parent: Context): SpanContext | undefined {
  const span = trace.getSpan(parent);
  const spanContext = span?.spanContext();
  if (spanContext === undefined || span instanceof LiveSpan) return spanContext;
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** On the time line of the request, if there is one. */
function startOf(clock: Clock, parent: Context, startNanos: number): SpanStart {
  const request = requestFactsOf(parent)?.span;
  if (request instanceof LiveSpan) {
    const { originMillis, originNanos } = request;
    return { originMillis, originNanos, startNanos };
  }
  return { originMillis: clock.now(), originNanos: startNanos, startNanos };
}

/** What is known of every drawing of one template. */
class Template implements LazyAttributes {
  readonly subject: OperationSubject;

  constructor(name: string) {
    this.subject = {
      type: 'render',
      name: `render ${name}`,
      series: name,
      kind: SpanKind.INTERNAL,
      attributes: { [ATTR_RENDER_TEMPLATE]: name },
    };
  }

  get template(): SpanTemplate {
    return this.subject;
  }

  knownOperation(span: LiveSpan): KnownOperation | undefined {
    if (span.setSinceStart(ATTR_RENDER_TEMPLATE) !== undefined) return undefined;
    const { series } = this.subject;
    return { type: 'render', series, slownessNanos: span.durationNanos, clientError: false, aborted: false };
  }

  startAttributes(): Attributes {
    return { ...this.subject.attributes };
  }
}

function templateOf(templates: Map<string, Template>, name: string): Template {
  let template = templates.get(name);
  if (template === undefined) {
    template = new Template(name);
    if (templates.size < MAX_TEMPLATES) templates.set(name, template);
  }
  return template;
}

function faultOf(error: unknown): OperationFault {
  return { type: errorTypeOf(error), message: messageOf(error), stack: stackFramesOf(error) };
}
