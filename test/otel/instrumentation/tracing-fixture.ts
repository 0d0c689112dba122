import { type Context, ROOT_CONTEXT, type Span, context, trace } from '@opentelemetry/api';
import { defaultResource } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Clock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import type { RecordingTracer } from '../../../otel/spans/tracer.ts';
import { RecordingTracerProvider } from '../../../otel/spans/tracer-provider.ts';

/** The global tracer provider and context manager of a test file, with the exported spans. */
export class TracingFixture {
  readonly exporter = new InMemorySpanExporter();
  /** For spans created without a tracer. */
  readonly sink = new SimpleSpanProcessor({ exporter: this.exporter });
  readonly resource = defaultResource();
  readonly guard = new Guard();
  readonly provider = new TracerProvider({ spanProcessors: [this.sink], resource: this.resource });

  /** A tracer of the kit with the same exporter. */
  ownTracer(clock?: Clock): RecordingTracer {
    const { resource, sink, guard } = this;
    return new RecordingTracerProvider({ resource, processors: [sink], guard, clock }).getTracer('own');
  }

  constructor() {
    trace.setGlobalTracerProvider(this.provider);
    context.setGlobalContextManager(new AsyncContextManager());
  }

  get spans(): readonly ReadableSpan[] {
    return this.exporter.getFinishedSpans();
  }

  /** Spans since the last call. */
  take(): readonly ReadableSpan[] {
    const spans = [...this.spans];
    this.exporter.reset();
    return spans;
  }

  /** Calls inside a span of the test, which is not exported because it does not end. */
  inSpan<T>(call: (span: Span) => T): T {
    const span = this.provider.getTracer('test').startSpan('parent');
    const active: Context = trace.setSpan(ROOT_CONTEXT, span);
    return context.with(active, call, undefined, span);
  }

  stop(): void {
    trace.disable();
    context.disable();
  }
}

/** Each reading of the monotonic clock is `stepNanos` after the previous one. */
export class SteppingClock implements Clock {
  stepNanos = 1_000;
  #nanos = 0;

  now(): number {
    return 1_800_000_000_000;
  }
  monotonicNanos(): number {
    return (this.#nanos += this.stepNanos);
  }
}
