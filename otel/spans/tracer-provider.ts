import type { TracerOptions, TracerProvider } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { IdGenerator, ReadableSpan, SpanLimits, SpanProcessor } from '@opentelemetry/sdk-trace';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { CostMeter } from '../base/cost-meter.ts';
import { FannedOut } from './fanned-out.ts';
import { DEFAULT_SPAN_LIMITS } from './span-entries.ts';
import { SpanIds } from './span-ids.ts';
import type { SpanSource } from './span-source.ts';
import { RecordingTracer } from './tracer.ts';

/** Cached tracers by name, version and schema; beyond it a new one is created per call. */
const MAX_TRACERS = 1000;

export interface RecordingTracerProviderOptions {
  readonly resource: ReadableSpan['resource'];
  /** Each sees every span start and end, in this order. */
  readonly processors: readonly SpanProcessor[];
  readonly guard: Guard;
  readonly clock?: Clock | undefined;
  readonly limits?: SpanLimits | undefined;
  readonly ids?: IdGenerator | undefined;
  readonly cost?: CostMeter | undefined;
}

/** The tracer provider of the kit: records every span and passes it to its processors. */
export class RecordingTracerProvider implements TracerProvider {
  readonly #options: RecordingTracerProviderOptions;
  readonly #common: Omit<SpanSource, 'scope'>;
  readonly #tracers = new Map<string, RecordingTracer>();

  constructor(options: RecordingTracerProviderOptions) {
    const { processors, guard, resource, clock = systemClock, ids = new SpanIds(), cost } = options;
    const limits = { ...DEFAULT_SPAN_LIMITS, ...options.limits };
    this.#options = options;
    this.#common = {
      resource,
      limits,
      isLimited:
        limits.attributeCountLimit < DEFAULT_SPAN_LIMITS.attributeCountLimit ||
        limits.attributeValueLengthLimit < DEFAULT_SPAN_LIMITS.attributeValueLengthLimit,
      ids,
      sink: processors.length === 1 ? processors[0]! : new FannedOut(processors, guard),
      clock,
      guard,
      cost,
    };
  }

  getTracer(name: string, version?: string, { schemaUrl }: TracerOptions = {}): RecordingTracer {
    const key = JSON.stringify([name, version, schemaUrl]);
    const known = this.#tracers.get(key);
    if (known !== undefined) return known;
    const scope: InstrumentationScope = {
      name,
      ...(version !== undefined && { version }),
      ...(schemaUrl !== undefined && { schemaUrl }),
    };
    const tracer = new RecordingTracer({ ...this.#common, scope });
    if (this.#tracers.size < MAX_TRACERS) this.#tracers.set(key, tracer);
    return tracer;
  }

  async forceFlush(): Promise<void> {
    await this.#each((processor) => processor.forceFlush());
  }

  async shutdown(): Promise<void> {
    await this.#each((processor) => processor.shutdown());
  }

  async #each(call: (processor: SpanProcessor) => Promise<void>): Promise<void> {
    const { processors, guard } = this.#options;
    const report = (error: unknown): void => guard.report('span processor', error);
    await Promise.all(processors.map(async (processor) => call(processor)).map((done) => done.catch(report)));
  }
}
