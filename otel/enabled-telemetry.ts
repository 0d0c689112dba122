import { randomUUID } from 'node:crypto';
import type DatabaseConstructor from 'better-sqlite3';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { MetricReader } from '@opentelemetry/sdk-metrics';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { RedAggregator } from './aggregate/red-aggregator.ts';
import { systemClock } from './base/clock.ts';
import type { DatabaseClass } from './base/database-class.ts';
import type { TelemetryConfig } from './config.ts';
import { Deadline } from './base/deadline.ts';
import { NO_EXPORT } from './export/export-health.ts';
import { createLogExport, createMetricExport, createSpanPipeline } from './export/create-exports.ts';
import type { MetricExports } from './export/create-exports.ts';
import { PrometheusPage } from './export/prometheus-page.ts';
import { TelemetryMetrics } from './export/telemetry-metrics.ts';
import type { Guard } from './base/guard.ts';
import { assertBetterSqlite3 } from './instrumentation/better-sqlite3-class.ts';
import { BetterSqlite3Instrumentation } from './instrumentation/better-sqlite3-instrumentation.ts';
import { createRenderTracer } from './instrumentation/render.ts';
import { RuntimeSampler } from './instrumentation/runtime.ts';
import type { RenderTracer, StormFacts } from './query.ts';
import { CostMeter, ownCostOf } from './sampling/cost-meter.ts';
import { StormBudget } from './sampling/policies/storm-budget.ts';
import { LiveSampling } from './sampling/live-sampling.ts';
import type { Policy } from './sampling/policy.ts';
import { livePolicies } from './sampling/policy-set.ts';
import { SamplingAudit } from './sampling/sampling-audit.ts';
import { samplingFacts } from './sampling/sampling-facts.ts';
import { samplingSettings } from './sampling/sampling-settings.ts';
import { SamplingSpanProcessor } from './sampling/sampling-span-processor.ts';
import { exporterSink } from './sampling/exporter-sink.ts';
import type { Sink } from './sampling/outcomes.ts';
import { operationReader } from './spans/read-operation.ts';
import { reportSdkFaults } from './start/sdk-faults.ts';
import type { MakeSpans, SpanMaker } from './start/span-makers.ts';
import { BusinessHistory } from './store/business-history.ts';
import { BusinessMetricReader } from './store/business-metrics.ts';
import { CallerHistory } from './store/caller-history.ts';
import { StatementHistory } from './store/statement-history.ts';
import { History } from './store/history.ts';
import { clockMarker } from './store/clock-marker.ts';
import { InProcessSpanExporter } from './store/in-process-span-exporter.ts';
import { Markers } from './store/markers.ts';
import { ProcessRuns } from './store/process-runs.ts';
import { RuntimeHistory } from './store/runtime-history.ts';
import { SamplingControl } from './store/sampling-control.ts';
import { TraceLogProcessor } from './store/trace-log-processor.ts';
import { TraceLogs } from './store/trace-logs.ts';
import { TelemetryStore } from './store/telemetry-store.ts';
import { TraceRing } from './store/trace-ring.ts';
import { telemetryResource } from './base/resource.ts';
import type { Telemetry } from './start/telemetry-handle.ts';

/** A process manager asks, waits 10 s as a rule, and kills; who pressed Ctrl-C waits less. */
const SHUTDOWN_TIMEOUT_MILLIS = 4000;
/** For a metric export that is still under way to be cut off. */
const EXPORTER_TIMEOUT_MILLIS = 500;
const NO_STORM: StormFacts = { active: false, probability: 1, cut: 0, examples: 0 };
const FLUSH_TIMEOUT_MILLIS = 10_000;
/** Some forty pages, less than a millisecond of work; ~150 KB. */
const DEFERRED_SPANS = 256;

export interface EnabledTelemetryOptions {
  readonly guard: Guard;
  readonly log: (message: string) => void;
  readonly onShutdown: (telemetry: Telemetry) => void;
  readonly makeSpans: MakeSpans;
  /** More policies of what must be kept. */
  readonly policies?: readonly Policy[] | undefined;
  /** More places for kept spans. */
  readonly sinks?: readonly Sink[] | undefined;
  /** More processors: each sees every span. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined;
  readonly instrumentations?: readonly Instrumentation[] | undefined;
}

/** Everything but the switch: loads the SDK, so import it only when telemetry is on. Throws what the SDK throws. */
export class EnabledTelemetry implements Telemetry {
  readonly query: TelemetryStore;
  readonly control: TelemetryStore;
  readonly render: RenderTracer;
  readonly #guard: Guard;
  readonly #onShutdown: (telemetry: Telemetry) => void;
  readonly #openHistory: (Database: typeof DatabaseConstructor) => History | undefined;
  readonly #processor: SamplingSpanProcessor;
  readonly #metricReaders: readonly MetricReader[];
  readonly #metricExport: MetricExports | undefined;
  readonly #database: BetterSqlite3Instrumentation | undefined;
  readonly #runtime: RuntimeSampler;
  readonly #spans: SpanMaker;
  readonly #stopReporting: () => void;
  /** Needs the Database class, so it begins when that is handed in. */
  #history: History | undefined;
  #shutdown: Promise<void> | undefined;

  constructor(config: TelemetryConfig, options: EnabledTelemetryOptions) {
    const { guard, log, onShutdown, makeSpans } = options;
    const clock = systemClock;
    const cost = new CostMeter();
    const markers = new Markers();
    const samples = new RuntimeHistory();
    const live = new LiveSampling(samplingSettings(config), config.settings, clock);
    const aggregates = new RedAggregator({
      clock,
      rates: () => live.settings().rates,
      processId: randomUUID(),
      onClockStep: (step) => markers.add(clockMarker(step)),
    });
    const { maxTraces, maxTraceBytes: maxBytes } = config;
    const ring = new TraceRing({ maxTraces, maxBytes, now: clock.now });
    const policies = options.policies ?? [];
    const samplingControl = new SamplingControl({ live, policies, ring, aggregates, markers, guard, clock });
    const pipeline = createSpanPipeline(config, (traceId) => ring.markExported(traceId));
    const traceLogs = new TraceLogs({ sinceMillis: clock.now(), onLine: (id) => ring.markChanged(id) });
    const logExport = createLogExport(config);
    const local = new InProcessSpanExporter({ ring, guard, onStored: () => this.query.touch() });

    this.#guard = guard;
    this.#onShutdown = onShutdown;
    this.#openHistory = (Database) => {
      const { historyFile: path, historyDays: days } = config;
      if (path === undefined) return undefined;
      const rollUps = aggregates.rollUps(() => this.#processor.settle());
      const callers = new CallerHistory(aggregates.book, clock, days);
      const statements = new StatementHistory(aggregates.book, clock);
      const parts = [samplingControl, runs, markers, samples, counts, callers, statements];
      const runMeasured = <T>(write: () => T): T => cost.background(write);
      const kept = { runMeasured, Database, path, days, ring, logs: traceLogs, rollUps, parts };
      const history = new History({ ...kept, guard, clock, log });
      history.start();
      return history;
    };
    this.#runtime = new RuntimeSampler({
      intervalSeconds: config.runtimeIntervalMillis / 1000,
      clock,
      guard,
      onSample: (sample) => samples.record(sample),
    });
    const { startedAtMillis } = this.#runtime;
    const counts = new BusinessHistory(clock, startedAtMillis);
    const business = new BusinessMetricReader({
      guard,
      clock,
      onCounted: (...counted) => counts.add(...counted),
    });
    const runs = new ProcessRuns({ clock, pid: process.pid, startedMillis: startedAtMillis });
    const audit = new SamplingAudit();
    const budget = new StormBudget({}, clock.monotonicNanos);
    const storm = (): StormFacts => guard.run('storm budget', () => budget.facts(), NO_STORM);
    this.#processor = new SamplingSpanProcessor({
      read: operationReader(guard, clock),
      aggregates: {
        record: (operation) => {
          this.query.touch();
          return aggregates.record(operation);
        },
        recordKept: (type, series, countedMillis) => aggregates.recordKept(type, series, countedMillis),
      },
      guard,
      clock,
      policies: audit.policies(livePolicies(live.settings, policies, guard, clock)),
      budget: audit.budget(budget),
      deferredSpans: DEFERRED_SPANS,
      onHandled: (spans, operations, nanos) => {
        audit.settle();
        cost.handled(nanos, spans, operations);
      },
      sinks: [
        audit.sink(local),
        ...(pipeline === undefined ? [] : [exporterSink(pipeline, 'export', guard)]),
        ...(options.sinks ?? []),
      ],
    });
    const processor = this.#processor;
    const produced = new TelemetryMetrics({
      clock,
      aggregates,
      runtime: this.#runtime,
      books: () => ({
        tally: () => processor.tally(),
        pipelines: pipeline?.pipelines ?? [],
        tallies: [...(this.#metricExport?.tallies ?? []), ...logExport.tallies],
      }),
    });
    const page = new PrometheusPage(produced, guard);
    this.query = new TelemetryStore({
      aggregates,
      ring,
      guard,
      clock,
      settle: () => processor.settle(),
      spans: () => processor.tally().counts(),
      sampling: () => samplingFacts(live.settings(), processor.tally(), storm()),
      audit: () => audit.facts(),
      settings: () => live.effective(config.settings),
      samplingControl,
      exportFacts: () => pipeline?.facts() ?? NO_EXPORT,
      prometheus: () => page.text(),
      business: (range) => (range === undefined ? business.business() : counts.counts(range)),
      businessFromMillis: () => counts.fromMillis,
      countFrom: (name, source) => business.countFrom(name, source),
      refresh: () => business.refresh(),
      runtime: this.#runtime,
      samples: (range, maxPoints) => samples.samples(range, this.#runtime.current(), maxPoints),
      ownCost: () => ({
        ...ownCostOf(cost.totals()),
        bytesHeld:
          ring.facts().bytes +
          aggregates.bytes +
          traceLogs.bytes +
          samples.bytes +
          (pipeline?.queuedBytes ?? 0),
        historyFileBytes: this.#history?.fileBytes ?? 0,
      }),
      markers: () => [...runs.starts(), ...markers.all()].sort((a, b) => a.atMillis - b.atMillis),
      wasSeen: (traceId) => processor.seen(traceId),
      logs: traceLogs,
      archive: () => this.#history,
    });
    this.control = this.query;
    const resource = telemetryResource(config.resourceAttributes, config.resourceDetectors);
    this.#metricExport = createMetricExport(config, produced);
    this.#metricReaders = [business, page, ...(this.#metricExport?.readers ?? [])];
    const slowNanos = (): number => live.settings().slowThresholdNanos.database;
    this.#database = config.instrumentations['better-sqlite3']
      ? new BetterSqlite3Instrumentation({ slowNanos, guard, clock, cost })
      : undefined;
    this.#stopReporting = reportSdkFaults(config, guard);
    this.#spans = makeSpans({
      config,
      guard,
      clock,
      cost,
      resource,
      processors: [processor, ...(options.spanProcessors ?? [])],
      metricReaders: this.#metricReaders,
      logRecordProcessors: [new TraceLogProcessor({ logs: traceLogs, guard }), ...logExport.processors],
      instrumentations: [
        ...(this.#database === undefined ? [] : [this.#database]),
        ...(options.instrumentations ?? []),
      ],
    });
    this.render = createRenderTracer({ guard, tracer: () => this.#spans.tracer('render'), clock, cost });
    try {
      this.#runtime.start();
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
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#close();
    return this.#shutdown;
  }

  async #close(): Promise<void> {
    await this.#bounded('shutdown', SHUTDOWN_TIMEOUT_MILLIS, [this.#spans.shutdown()]);
    await this.#bounded('shutdown', EXPORTER_TIMEOUT_MILLIS, [this.#metricExport?.shutdown()]);
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
    this.#runtime.end();
    this.#history?.close();
    this.#database?.disable();
    this.#spans.remove();
    this.#stopReporting();
  }
}
