import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { MetricReader } from '@opentelemetry/sdk-metrics';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { type Clock, systemClock } from '../base/clock.ts';
import type { CostMeter } from '../base/cost-meter.ts';
import type { DatabaseClass } from '../base/database-class.ts';
import type { TelemetryConfig } from '../config.ts';
import type { ThreadWork } from '../base/thread-work.ts';
import { Deadline } from '../base/deadline.ts';
import { createLogPipelines, createMetricPipelines, createSpanPipelines } from '../export/create-exports.ts';
import { Exports } from '../export/exports.ts';
import { PrometheusPage } from '../export/prometheus-page.ts';
import { SpanPipelines } from '../export/span-pipelines.ts';
import type { Guard } from '../base/guard.ts';
import { ActiveRequests } from '../instrumentation/active-requests.ts';
import { assertBetterSqlite3 } from '../instrumentation/better-sqlite3-class.ts';
import { BetterSqlite3Instrumentation } from '../instrumentation/better-sqlite3-instrumentation.ts';
import { HeapProfiles } from '../instrumentation/heap-profiles.ts';
import { Profiles } from '../instrumentation/profiles.ts';
import { createRenderTracer } from '../instrumentation/render.ts';
import { createThreadWork, THREADS_SCOPE } from '../instrumentation/thread-work.ts';
import type { RenderTracer, StormFacts } from '../query.ts';
import { StormBudget } from '../sampling/policies/storm-budget.ts';
import { LiveSampling } from '../sampling/live-sampling.ts';
import type { Policy } from '../sampling/policy.ts';
import { SamplingAudit } from '../sampling/sampling-audit.ts';
import { samplingFacts } from '../sampling/sampling-facts.ts';
import { samplingSettings } from '../sampling/sampling-settings.ts';
import type { SamplingSpanProcessor } from '../sampling/sampling-span-processor.ts';
import type { Sink } from '../sampling/outcomes.ts';
import { logProcessors } from '../spans/log-processors.ts';
import { createMetrics } from './create-metrics.ts';
import { createProcessor } from './create-processor.ts';
import { createStallWatch, notesOf, type Watched } from './create-stall-watch.ts';
import { createStore } from './create-store.ts';
import { createHeldFacts, type HeldFacts } from './held-facts.ts';
import { createHistoryOpener, type OpenHistory } from './history-opener.ts';
import { reportSdkFaults } from './sdk-faults.ts';
import type { MakeSpans, SpanMaker } from './span-makers.ts';
import type { History } from '../store/history.ts';
import { SamplingControl } from '../store/sampling-control.ts';
import { LogLineProcessor } from '../store/log-line-processor.ts';
import type { TelemetryStore } from '../store/telemetry-store.ts';
import { telemetryResource } from '../base/resource.ts';
import type { Telemetry } from './telemetry-handle.ts';

/** A process manager usually waits 10 s before it kills; a person after Ctrl-C waits less. */
const SHUTDOWN_TIMEOUT_MILLIS = 4000;
const NO_STORM: StormFacts = { active: false, probability: 1, cut: 0, examples: 0 };
const FLUSH_TIMEOUT_MILLIS = 10_000;

export interface EnabledTelemetryOptions {
  readonly guard: Guard;
  readonly log: (message: string) => void;
  readonly onShutdown: (telemetry: Telemetry) => void;
  readonly makeSpans: MakeSpans;
  /** Additional must-keep policies. */
  readonly policies?: readonly Policy[] | undefined;
  /** Additional destinations of kept spans. */
  readonly sinks?: readonly Sink[] | undefined;
  /** Additional processors; each sees every span. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined;
  readonly instrumentations?: readonly Instrumentation[] | undefined;
}

/** Telemetry that is on. Loads the SDK, so import it only then. Throws what the SDK throws. */
export class EnabledTelemetry implements Telemetry {
  readonly query: TelemetryStore;
  readonly render: RenderTracer;
  readonly noteThreadWork: (work: ThreadWork) => void;
  readonly #guard: Guard;
  readonly #onShutdown: (telemetry: Telemetry) => void;
  readonly #openHistory: OpenHistory;
  readonly #processor: SamplingSpanProcessor;
  readonly #metricReaders: readonly MetricReader[];
  readonly #database: BetterSqlite3Instrumentation | undefined;
  readonly #held: Pick<HeldFacts, 'runtime' | 'lines'>;
  readonly #watched: Watched;
  readonly #heapProfiles: HeapProfiles;
  readonly #spans: SpanMaker;
  readonly #stopReporting: () => void;
  /** Needs the Database class, so it opens when that is passed in. */
  #history: History | undefined;
  #shutdown: Promise<void> | undefined;

  constructor(config: TelemetryConfig, options: EnabledTelemetryOptions) {
    const { guard, log, onShutdown, makeSpans, policies = [], sinks = [] } = options;
    const clock = systemClock;
    const live = new LiveSampling(samplingSettings(config), config.settings, clock);
    const held = createHeldFacts(config, { live, guard, clock, log });
    const { aggregates, ring, traceLogs, markers, cost, business } = held;
    const samplingControl = new SamplingControl({ live, policies, ring, aggregates, markers, guard, clock });
    const around = { storage: held.waiting, log };
    const spans = createSpanPipelines(config, around, (traceIds) => {
      for (const traceId of traceIds) ring.markExported(traceId);
    });
    const logs = createLogPipelines(config, around);
    const audit = new SamplingAudit();
    const budget = new StormBudget({}, clock.monotonicNanos);
    const storm = (): StormFacts => guard.run('storm budget', () => budget.facts(), NO_STORM);

    this.#guard = guard;
    this.#onShutdown = onShutdown;
    this.#held = held;
    const touch = (): void => this.query.touch();
    const exporter = spans.length === 0 ? undefined : new SpanPipelines(spans);
    const decided = { held, live, audit, budget, exporter, policies, sinks, touch, guard, clock };
    const { exportsClientAddresses } = config;
    const notes = notesOf(() => this.#watched);
    const processor = createProcessor({ ...decided, ...notes, exportsClientAddresses });
    this.#processor = processor;
    const settle = (): void => processor.settle();
    this.#openHistory = createHistoryOpener({ config, held, samplingControl, settle, guard, clock, log });
    const active = new ActiveRequests();
    const heapProfiling = (this.#heapProfiles = new HeapProfiles({ clock, guard, onChange: touch }));
    const thread = (): Watched['stallWatch'] => this.#watched.stallWatch;
    const profiles = new Profiles({ clock, thread, onChange: touch, heapProfiling });
    this.#watched = createStallWatch({ ...decided, config, active, profiles, settle });
    const produced = createMetrics({
      held,
      active,
      clock,
      books: () => ({ tally: () => processor.tally(), pipelines: exports.pipelines }),
    });
    const metrics = createMetricPipelines(config, around, produced, guard);
    const exports = new Exports([...spans, ...metrics.pipelines, ...logs.pipelines]);
    const page = new PrometheusPage(produced.forPrometheus, guard);
    this.query = createStore({
      held,
      guard,
      clock,
      processor,
      settings: () => live.effective(config.settings),
      sampling: () => samplingFacts(live.settings(), processor.tally(), storm(), held.shedding.facts()),
      audit,
      samplingControl,
      exports,
      prometheus: (accept) => page.read(accept),
      history: () => this.#history,
      ...this.#watched.facts,
      profiling: profiles,
    });
    this.#metricReaders = [business, page, ...metrics.readers];
    this.#database = databaseInstrumentation(config, live, { guard, clock, cost });
    this.#stopReporting = reportSdkFaults(config, guard);
    this.#spans = makeSpans({
      config,
      guard,
      clock,
      cost,
      active,
      resource: telemetryResource(config.resourceAttributes, config.resourceDetectors),
      processors: [processor, ...(options.spanProcessors ?? [])],
      metricReaders: this.#metricReaders,
      logRecordProcessors: logProcessors(
        config,
        guard,
        new LogLineProcessor({ logs: traceLogs, store: held.lines, guard }),
        logs.processors,
      ),
      instrumentations: [...(this.#database ? [this.#database] : []), ...(options.instrumentations ?? [])],
    });
    this.render = createRenderTracer({ guard, tracer: () => this.#spans.tracer('render'), clock, cost });
    this.noteThreadWork = threadWork(this.#spans, this.#database, { guard, clock });
    this.#start();
  }

  get control(): TelemetryStore {
    return this.query;
  }

  #start(): void {
    try {
      this.#held.runtime.start();
      this.#watched.stallWatch.start();
    } catch (error) {
      this.#guard.run('start', () => this.#letGo(), undefined);
      throw error;
    }
  }

  instrumentDatabase(Database: DatabaseClass): void {
    const begin = (): void => {
      assertBetterSqlite3(Database);
      this.#database?.manuallyInstrument(Database);
      this.#history ??= this.#openHistory(Database);
      this.#held.lines.start(Database);
    };
    this.#guard.run('instrumentDatabase', begin, undefined);
  }

  async flush(): Promise<void> {
    if (this.#shutdown !== undefined) return this.#shutdown;
    await this.#bounded('flush', FLUSH_TIMEOUT_MILLIS, [
      this.#processor.forceFlush(),
      ...this.#metricReaders.map((reader) => reader.forceFlush()),
    ]);
    this.#history?.flush();
    this.#held.lines.flush();
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#close();
    return this.#shutdown;
  }

  async #close(): Promise<void> {
    await this.#bounded('shutdown', SHUTDOWN_TIMEOUT_MILLIS, [
      this.#spans.shutdown(),
      this.#watched.stallWatch.stop(),
    ]);
    this.#guard.run('shutdown', () => this.#letGo(), undefined);
    this.#onShutdown(this);
  }

  async #bounded(
    place: string,
    timeoutMillis: number,
    work: readonly (Promise<void> | undefined)[],
  ): Promise<void> {
    const guarded = work.map((part) => part?.catch((error: unknown) => this.#guard.report(place, error)));
    await new Deadline(timeoutMillis).of(Promise.all(guarded));
  }

  #letGo(): void {
    void this.#watched.stallWatch.stop();
    this.#heapProfiles.lost('telemetry was stopped');
    this.#held.runtime.end();
    this.#history?.close();
    this.#held.lines.close();
    this.#database?.disable();
    this.#spans.remove();
    this.#stopReporting();
  }
}

function threadWork(
  spans: SpanMaker,
  database: BetterSqlite3Instrumentation | undefined,
  parts: { readonly guard: Guard; readonly clock: Clock },
): Telemetry['noteThreadWork'] {
  return createThreadWork({
    ...parts,
    tracer: () => spans.tracer(THREADS_SCOPE),
    noteStatement: (statement) => database?.noteStatement(statement),
  });
}

function databaseInstrumentation(
  config: TelemetryConfig,
  live: LiveSampling,
  parts: { readonly guard: Guard; readonly clock: Clock; readonly cost: CostMeter },
): BetterSqlite3Instrumentation | undefined {
  if (!config.instrumentations['better-sqlite3']) return undefined;
  const slowNanos = (): number => live.settings().slowThresholdNanos.database;
  return new BetterSqlite3Instrumentation({ slowNanos, ...parts });
}
