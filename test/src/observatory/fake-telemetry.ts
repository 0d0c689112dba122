import type {
  AuditFacts,
  BufferFacts,
  BusinessMetric,
  Coverage,
  EffectiveSetting,
  ExportFacts,
  HeatMap,
  HistoryFacts,
  LiveSettings,
  Marker,
  MissingTrace,
  OperationFilter,
  OperationList,
  OperationRow,
  OperationSummary,
  OperationType,
  OwnCost,
  ProcessFacts,
  RuleCounts,
  RuntimeSample,
  SamplingFacts,
  SamplingRule,
  SeriesSummary,
  SettingsOutcome,
  SettingsRequest,
  OperationCounts,
  StormFacts,
  TelemetryControl,
  MissingNodeFeature,
  TelemetryFault,
  TelemetryQuery,
  TimelinePoint,
  TimeRange,
  TraceDetail,
  TraceFilter,
  TraceList,
  TraceSummary,
} from '../../../otel/query.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { LiveSampling } from '../../../otel/sampling/live-sampling.ts';
import { SamplingAudit } from '../../../otel/sampling/sampling-audit.ts';
import { samplingSettings } from '../../../otel/sampling/sampling-settings.ts';
import { Markers } from '../../../otel/store/markers.ts';
import { SamplingControl } from '../../../otel/store/sampling-control.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { merge, MODELS, noise, seriesRow, summarise, type Model } from './fake/series.ts';
import { abortedTrace, failingTrace, plainTrace, searchTrace } from './fake/traces.ts';

export const FAKE_NOW = Date.UTC(2026, 10, 23, 13, 50, 20);
export const SEARCH_TRACE = '5f0c27b1a8d94e6f8a3b2c1d0e9f9a41';
export const FAILING_TRACE = 'b7ad6b7169203331a8d94e6f8a3b2c1d';
export const ABORTED_TRACE = 'aa00c27b1a8d94e6f8a3b2c1d0e9f000';
export const EVICTED_TRACE = 'eeeec27b1a8d94e6f8a3b2c1d0e9feee';
const HOUR = 3_600_000;

export interface FakeOptions {
  readonly now?: () => number;
  readonly enabled?: boolean;
  /** Nothing has happened yet. */
  readonly empty?: boolean;
  readonly models?: readonly Model[];
  readonly traces?: readonly TraceDetail[];
  readonly startedMillisAgo?: number;
}

/** A blog of middling traffic with a slow search, an N+1, a failing page, an aborted download, a gap and two restarts. */
export class FakeTelemetry implements TelemetryQuery, TelemetryControl {
  readonly enabled: boolean;
  readonly now: () => number;
  readonly #models: readonly Model[];
  readonly #traces: readonly TraceDetail[];
  readonly #startedMillis: number;
  readonly #listeners = new Set<() => void>();
  readonly pinned = new Set<string>();
  #liveOnce: SamplingControl | undefined;
  rate = 0.1;
  missing: readonly MissingNodeFeature[] = [];
  storm: StormFacts = { active: false, probability: 1, cut: 0, examples: 0 };
  readonly countedFromMillis = (): number => this.#startedMillis;
  readonly coverage = (range: TimeRange): Coverage => ({
    ...range,
    stepMillis: 1000,
    countedFromMillis: this.#startedMillis,
    missing: [],
    coarser: undefined,
  });
  readonly refresh = (): Promise<void> => Promise.resolve();

  constructor(options: FakeOptions = {}) {
    this.now = options.now ?? (() => FAKE_NOW);
    this.enabled = options.enabled ?? true;
    const silent = options.empty === true || !this.enabled;
    this.#models = silent ? [] : (options.models ?? MODELS);
    this.#startedMillis = this.now() - (options.startedMillisAgo ?? 26 * HOUR);
    this.#traces = silent ? [] : (options.traces ?? this.#invent());
  }

  #invent(): TraceDetail[] {
    const now = this.now();
    const id = (index: number): string =>
      `${index.toString(16).padStart(8, '0')}a8d94e6f8a3b2c1d0e9f${index.toString(16).padStart(4, '0')}`;
    return [
      searchTrace(SEARCH_TRACE, now - 9 * 60_000),
      failingTrace(FAILING_TRACE, now - 6 * 60_000),
      abortedTrace(ABORTED_TRACE, now - 14 * 60_000),
      ...Array.from({ length: 4 }, (_, index) => searchTrace(id(index + 1), now - (index * 7 + 11) * 60_000)),
      ...Array.from({ length: 2 }, (_, index) =>
        failingTrace(id(index + 20), now - (index * 9 + 8) * 60_000),
      ),
      ...Array.from({ length: 40 }, (_, index) => plainTrace(id(index + 100), now - (index * 80 + 4) * 1000)),
    ];
  }

  #of(type: OperationType, series?: string): readonly Model[] {
    return this.#models.filter(
      (model) => model.type === type && (series === undefined || model.name === series),
    );
  }

  #seconds(range?: TimeRange): number {
    const from = Math.max(range?.fromMillis ?? this.#startedMillis, this.#startedMillis);
    return Math.max(0, (Math.min(range?.toMillis ?? this.now(), this.now()) - from) / 1000);
  }

  operations(range?: TimeRange): Readonly<Record<OperationType, OperationSummary>> {
    const of = (type: OperationType): OperationSummary =>
      merge(
        this.#of(type).map((model) => summarise(model, this.#seconds(range), this.rate)),
        this.rate,
      );
    return { http: of('http'), database: of('database'), render: of('render'), other: of('other') };
  }

  timeline(
    type: OperationType,
    range: TimeRange,
    options: { readonly series?: string; readonly maxPoints?: number } = {},
  ): readonly TimelinePoint[] {
    const points = options.maxPoints ?? 60;
    const widthMillis = (range.toMillis - range.fromMillis) / points;
    const now = this.now();
    return Array.from({ length: points }, (_, index): TimelinePoint | undefined => {
      const startMillis = range.fromMillis + index * widthMillis;
      // The process was away for a while, early in the range.
      if (
        startMillis < this.#startedMillis ||
        startMillis > now ||
        (index > points * 0.16 && index < points * 0.2)
      )
        return undefined;
      const partial = startMillis + widthMillis > now - 1000;
      const wave = 0.75 + 0.5 * Math.sin((index / points) * Math.PI) + 0.2 * noise(type, index);
      const storm = index > points * 0.75 && index < points * 0.82 ? 1.8 : 1;
      const parts = this.#of(type, options.series).map((model) =>
        summarise(
          model,
          (widthMillis / 1000) * wave * (partial ? 0.4 : 1),
          this.rate,
          storm * (0.85 + 0.35 * noise(model.name, index)),
        ),
      );
      return { ...merge(parts, this.rate), startMillis, widthMillis, partial };
    }).filter((point) => point !== undefined);
  }

  heatMap(
    type: OperationType,
    range: TimeRange,
    options: { readonly series?: string; readonly maxColumns?: number } = {},
  ): HeatMap {
    const bandEdgesMillis = Array.from({ length: 25 }, (_, index) => 0.05 * 10 ** (index / 5));
    const columns = this.timeline(type, range, { ...options, maxPoints: options.maxColumns ?? 60 }).map(
      (point, column) => ({
        startMillis: point.startMillis,
        widthMillis: point.widthMillis,
        counts: bandEdgesMillis.slice(1).map((edge, band) => {
          const low = bandEdgesMillis[band]!;
          return this.#of(type, options.series).reduce((total, model) => {
            const z = Math.log(Math.sqrt(low * edge) / model.medianMillis) / model.sigma;
            const density =
              (Math.exp((-z * z) / 2) / (model.sigma * Math.sqrt(2 * Math.PI))) * Math.log(edge / low);
            return (
              total +
              Math.round(
                ((model.perSecond * point.widthMillis) / 1000) * density * (0.6 + 0.8 * noise(column, band)),
              )
            );
          }, 0);
        }),
      }),
    );
    return { bandEdgesMillis, columns };
  }

  series(type: OperationType, range?: TimeRange): readonly SeriesSummary[] {
    return this.#of(type)
      .map((model) => seriesRow(model, this.#seconds(range), this.rate))
      .filter((row) => row.count > 0)
      .sort((a, b) => b.totalMillis - a.totalMillis);
  }

  prometheus(): Promise<string> {
    return Promise.resolve('# nothing here\n');
  }

  traces(filter: TraceFilter = {}): TraceList {
    const text = filter.text?.toLowerCase();
    const rows = this.#traces
      .filter(
        (trace) =>
          filter.range === undefined ||
          (trace.startMillis >= filter.range.fromMillis && trace.startMillis < filter.range.toMillis),
      )
      .filter((trace) => filter.type === undefined || trace.type === filter.type)
      .filter(
        (trace) => filter.series === undefined || trace.spans.some((span) => span.series === filter.series),
      )
      .filter((trace) => filter.reason === undefined || trace.keepReason === filter.reason)
      .filter((trace) => filter.status === undefined || trace.errorCount > 0 === (filter.status === 'error'))
      .filter(
        (trace) =>
          trace.durationMillis >= (filter.minMillis ?? 0) &&
          trace.durationMillis <= (filter.maxMillis ?? Infinity),
      )
      .filter((trace) => text === undefined || JSON.stringify(trace).toLowerCase().includes(text))
      .sort((a, b) =>
        filter.sort === 'slowest' ? b.durationMillis - a.durationMillis : b.startMillis - a.startMillis,
      )
      .map(
        ({
          spans: _spans,
          droppedSpans: _dropped,
          truncated: _truncated,
          remoteParent: _remote,
          exported: _exported,
          ...summary
        }): TraceSummary => summary,
      );
    return { rows: rows.slice(0, filter.limit ?? 100), total: rows.length };
  }

  trace(traceId: string): TraceDetail | MissingTrace {
    const found = this.#traces.find((trace) => trace.traceId === traceId);
    if (found) return { ...found, pinned: this.pinned.has(traceId) };
    if (traceId !== EVICTED_TRACE)
      return { traceId, reason: /^[0-9a-f]{32}$/.test(traceId) ? 'never-kept' : 'unknown' };
    const startMillis = this.now() - 2 * HOUR;
    return {
      traceId,
      reason: 'evicted',
      evicted: { atMillis: this.now() - HOUR, reason: 'count', name: 'GET /search', startMillis },
    };
  }

  #operationRows(
    wanted: 'slow' | 'error',
    { range, type, series, limit = 100 }: OperationFilter,
  ): OperationList {
    const rows = this.#traces
      .filter(
        (trace) =>
          range === undefined ||
          (trace.startMillis >= range.fromMillis && trace.startMillis < range.toMillis),
      )
      .flatMap((trace) =>
        trace.spans
          .filter((span) => span.keepReason === wanted)
          .filter((span) => type === undefined || span.type === type)
          .filter((span) => series === undefined || span.series === series)
          .map((span): OperationRow => ({
            traceId: trace.traceId,
            spanId: span.spanId,
            name: span.name,
            type: span.type,
            series: span.series,
            startMillis: span.startMillis,
            durationMillis: span.durationMillis,
            status: span.status,
            errorType:
              span.attributes['error.type'] === undefined ? undefined : String(span.attributes['error.type']),
            errorMessage: span.statusMessage,
          })),
      )
      .sort((a, b) =>
        wanted === 'slow' ? b.durationMillis - a.durationMillis : b.startMillis - a.startMillis,
      );
    return { rows: rows.slice(0, limit), total: rows.length };
  }

  slow(filter: OperationFilter = {}): OperationList {
    return this.#operationRows('slow', filter);
  }

  failures(filter: OperationFilter = {}): OperationList {
    return this.#operationRows('error', filter);
  }

  #sample(atMillis: number): RuntimeSample {
    const age = (atMillis - this.#startedMillis) / HOUR;
    const wobble = noise(Math.floor(atMillis / 30_000));
    return {
      fromMillis: atMillis - 30_000,
      atMillis,
      processStartedAtMillis: this.#startedMillis,
      rssMaxBytes: 101 * 2 ** 20,
      rssBytes: (86 + age * 0.2 + wobble * 6) * 2 ** 20,
      heapUsedBytes: (34 + wobble * 9) * 2 ** 20,
      heapTotalBytes: 62 * 2 ** 20,
      externalBytes: 4.2 * 2 ** 20,
      cpuUtilization: 0.04 + wobble * 0.09,
      eventLoopDelayP50Millis: 0.9 + wobble * 0.3,
      eventLoopDelayP99Millis: 9 + wobble * 6 + (wobble > 0.98 ? 120 : 0),
      eventLoopDelayMaxMillis: 14 + wobble * 60 + (wobble > 0.98 ? 400 : 0),
      eventLoopUtilization: 0.05 + wobble * 0.08,
      gcPauseMillis: wobble * 3,
      gcPauseMaxMillis: wobble * 2,
      gcCount: Math.round(wobble * 6),
      activeHandles: 11,
      openFiles: 31,
      openFilesMax: 34,
    };
  }

  process(): ProcessFacts {
    return {
      pid: 4711,
      nodeVersion: 'v24.21.0',
      startedAtMillis: this.#startedMillis,
      uptimeSeconds: (this.now() - this.#startedMillis) / 1000,
      current: this.#sample(this.now()),
      problem: undefined,
      highWaterRssBytes: 101 * 2 ** 20,
      openFilesLimit: 1024,
      heapLimitBytes: 2096 * 2 ** 20,
      handles: { TCPSocketWrap: 6, TCPServerWrap: 1, Timeout: 3, FSReqCallback: 1 },
      machine: {
        processors: 2,
        loadAverage: 0.42,
        memoryBytes: 4 * 2 ** 30,
        availableMemoryBytes: 2.6 * 2 ** 30,
      },
    };
  }

  runtime(range: TimeRange): readonly RuntimeSample[] {
    if (this.#models.length === 0) return [];
    const step = Math.max(30_000, (range.toMillis - range.fromMillis) / 120);
    const from = Math.max(range.fromMillis, this.#startedMillis);
    return Array.from(
      { length: Math.max(0, Math.floor((Math.min(range.toMillis, this.now()) - from) / step)) },
      (_, index) => ({ ...this.#sample(from + index * step), fromMillis: from + (index - 1) * step }),
    );
  }

  named: Pick<SamplingFacts, 'named' | 'unreachable' | 'ruleTexts' | 'target'> = { named: [] };

  sampling(): SamplingFacts {
    const rates = { http: this.rate, database: this.rate, render: this.rate, other: 1 };
    return {
      enabled: this.enabled,
      rates,
      exportRates: rates,
      thresholdsSeconds: { database: 1, http: 1, render: 0.25 },
      rules: this.#rules(),
      ...this.named,
      storm: this.storm,
    };
  }

  #rules(): Readonly<Record<SamplingRule, RuleCounts>> {
    const { kept } = this.spans();
    const operations = this.operations();
    const rule = (keptOnes: number, seen = keptOnes): RuleCounts => ({
      seen,
      kept: keptOnes,
      dropped: seen - keptOnes,
    });
    const byRate = (type: OperationType): RuleCounts =>
      rule(Math.round(operations[type].count * this.rate), operations[type].count);
    return {
      error: rule(kept.error),
      slow: rule(kept.slow),
      http: byRate('http'),
      database: byRate('database'),
      render: byRate('render'),
      other: byRate('other'),
      trace: rule(kept.trace),
      ancestor: rule(kept.ancestor),
      late: rule(kept.late),
    };
  }

  /** The real thing, over the settings above; made when it is first asked, so that a test may set the rate. */
  get #live(): SamplingControl {
    return (this.#liveOnce ??= this.#makeLive());
  }

  #makeLive(): SamplingControl {
    const config = readTelemetryConfig({ env: { METRICS_SAMPLING_RATE: String(this.rate) } });
    const live = new LiveSampling(samplingSettings(config), config.settings, { now: this.now });
    const ring = new TraceRing({ maxTraces: 10, maxBytes: 1e6, now: this.now });
    const aggregates = {
      operations: (range?: TimeRange) => this.operations(range),
      series: (type: OperationType, range?: TimeRange) => this.series(type, range),
      percentileOf: () => 0.99,
    };
    const guard = new Guard();
    const markers = new Markers();
    return new SamplingControl({ live, policies: [], ring, aggregates, markers, guard, clock: this });
  }

  audited: AuditFacts = new SamplingAudit().facts();
  audit(): AuditFacts {
    return this.audited;
  }

  liveSettings(): LiveSettings {
    return this.#live.facts();
  }
  trySettings(request: SettingsRequest): ReturnType<TelemetryControl['trySettings']> {
    return this.#live.trySettings(request);
  }
  changeSettings(request: SettingsRequest, revision: string, who: string): SettingsOutcome {
    return this.#live.changeSettings(request, revision, who);
  }

  settings(): readonly EffectiveSetting[] {
    return [
      { name: 'METRICS_ENABLED', value: String(this.enabled), source: 'default', meaning: 'measure at all' },
      {
        name: 'METRICS_SAMPLING_RATE',
        value: String(this.rate),
        source: 'environment',
        meaning: 'share of ordinary operations whose detail is kept',
      },
      {
        name: 'METRICS_TOKEN',
        value: '(set)',
        source: '.env',
        meaning: 'a bearer token that may read /admin/metrics',
      },
    ];
  }

  buffer(): BufferFacts {
    return {
      traces: this.#traces.length,
      maxTraces: 1000,
      bytes: this.#traces.reduce((total, trace) => total + trace.bytes, 0),
      maxBytes: 16 * 2 ** 20,
      evicted: { count: this.#traces.length * 40, bytes: 3, age: 0 },
      oldestMillis:
        this.#traces.length === 0 ? undefined : Math.min(...this.#traces.map((trace) => trace.startMillis)),
    };
  }

  history(): HistoryFacts | undefined {
    return undefined;
  }

  spans(): OperationCounts {
    const total = Object.values(this.operations()).reduce((sum, operation) => sum + operation.count, 0);
    const kept = {
      error: Math.round(total * 0.0005),
      slow: Math.round(total * 0.001),
      probability: Math.round(total * 0.1),
      ancestor: Math.round(total * 0.002),
      late: total === 0 ? 0 : 2,
      rule: 0,
      policy: 0,
      target: 0,
      trace: 0,
    };
    const live = total === 0 ? 0 : 3;
    const keptTotal = Object.values(kept).reduce((sum, count) => sum + count, 0);
    return {
      started: total + live,
      live,
      kept,
      dropped: {
        probability: Math.max(0, total - keptTotal - 12),
        storm: 12,
        rule: 0,
        target: 0,
        overflow: 0,
      },
    };
  }

  export(): ExportFacts {
    const lastError = { atMillis: this.now() - 3 * HOUR, message: 'connect ECONNREFUSED 127.0.0.1:4318' };
    return {
      configured: true,
      endpoint: 'http://127.0.0.1:4318/v1/traces',
      sent: 9032,
      failed: 12,
      queued: 4,
      dropped: 0,
      lastError,
      lastSuccessMillis: this.now() - 4000,
    };
  }

  business(): readonly BusinessMetric[] {
    if (this.#models.length === 0) return [];
    return [
      { name: 'glasshouse.posts.created', attributes: {}, value: 12 },
      { name: 'glasshouse.posts.updated', attributes: {}, value: 31 },
      { name: 'glasshouse.posts.deleted', attributes: {}, value: 1 },
      ...['rss', 'atom', 'json'].map((format, index) => ({
        name: 'glasshouse.feed.requests',
        attributes: { format },
        value: 400 - index * 150,
      })),
      { name: 'glasshouse.feed.generated', attributes: { format: 'rss' }, value: 9 },
      { name: 'glasshouse.cache.hits', attributes: { cache: 'feed' }, value: 741 },
      { name: 'glasshouse.cache.misses', attributes: { cache: 'feed' }, value: 9 },
      { name: 'glasshouse.cache.entries', attributes: {}, value: 4, gauge: true },
      { name: 'glasshouse.media.served', attributes: {}, value: 48_300_000 },
      { name: 'glasshouse.post.reads', attributes: { path: '2026/03/glass & light' }, value: 1204 },
      { name: 'glasshouse.post.reads', attributes: { path: 'about' }, value: 37 },
    ];
  }

  missingNodeFeatures(): readonly MissingNodeFeature[] {
    return this.missing;
  }

  faults(): readonly TelemetryFault[] {
    return [];
  }

  ownCost(): OwnCost {
    return {
      nanosPerSpan: 412,
      cpuShare: 0.004,
      coreShare: 0.0004,
      shares: { making: 0.001, handling: 0.0005, background: 0.0005, unseen: 0.002 },
      bytesHeld: 3.1 * 2 ** 20,
      historyFileBytes: 18.4 * 2 ** 20,
    };
  }

  markers(range: TimeRange): readonly Marker[] {
    const now = this.now();
    const all: Marker[] = [
      { atMillis: this.#startedMillis, kind: 'start', label: 'start' },
      { atMillis: now - 48 * 60_000, kind: 'start', label: 'restart' },
      { atMillis: now - 42 * 60_000, kind: 'settings', label: 'rate 1 → 0.1' },
    ];
    return this.enabled
      ? all.filter((marker) => marker.atMillis >= range.fromMillis && marker.atMillis < range.toMillis)
      : [];
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Something was kept or counted. */
  change(): void {
    for (const listener of this.#listeners) listener();
  }

  businessFromMillis(): number {
    return this.#startedMillis;
  }

  countFrom(): void {}

  pin(traceId: string, pinned: boolean): boolean {
    if (!this.#traces.some((trace) => trace.traceId === traceId)) return false;
    if (pinned) this.pinned.add(traceId);
    else this.pinned.delete(traceId);
    return true;
  }
}
