import type { Clock } from '../base/clock.ts';
import type { ExportControl } from '../base/export-facts.ts';
import type { Guard } from '../base/guard.ts';
import { missingNodeFeatures } from '../instrumentation/node-features.ts';
import type {
  AuditFacts,
  BufferFacts,
  BusinessMetric,
  Coverage,
  CountSource,
  EffectiveSetting,
  HeatMap,
  HeatMapOptions,
  HistoryFacts,
  Marker,
  MetricsPage,
  MissingTrace,
  OperationFilter,
  OperationList,
  OperationSummary,
  OperationType,
  OwnCost,
  ProcessFacts,
  SamplingFacts,
  SeriesSummary,
  SettingsOutcome,
  SettingsRequest,
  OperationCounts,
  SpanRow,
  TelemetryControl,
  MissingNodeFeature,
  TelemetryFault,
  TelemetryQuery,
  TimelinePoint,
  TimeRange,
  TraceDetail,
  TraceFilter,
  TraceList,
} from '../query.ts';
import type { AnyProfileSource } from '../base/heap-profile-facts.ts';
import type { AggregateReader } from './aggregate-reader.ts';
import { ChangeNotifier } from './change-notifier.ts';
import { KeptTraces, type TraceArchive } from './kept-traces.ts';
import { processFacts } from './process-facts.ts';
import type { RuntimeReader } from './process-facts.ts';
import { toSpanRow } from './span-record.ts';
import type { SamplingControl } from './sampling-control.ts';
import type { SpanRecord } from './span-record.ts';
import { contains } from '../base/time-range.ts';
import { linesTogether } from './trace-logs.ts';
import type { TraceLogs } from './trace-logs.ts';
import type { TraceRing } from './trace-ring.ts';

/** Longer texts are not trace ids; what is echoed back stays short. */
const MAX_TRACE_ID_CHARS = 64;

/** Answered elsewhere. */
type Given = 'prometheus' | 'business' | 'stalls' | 'stallsOfTrace' | 'ownCode' | 'logLines' | 'logStore';
type OfProcesses = 'downtime' | 'memoryFloors' | 'processes';

export interface TelemetryStoreOptions extends Pick<TelemetryQuery, Given | OfProcesses> {
  /** Of the service. */
  readonly version?: string | undefined;
  readonly aggregates: AggregateReader;
  readonly ring: TraceRing;
  /** Handles deferred spans; called before each read of aggregates and ring. Must not throw. */
  readonly settle?: () => void;
  readonly spans: () => OperationCounts;
  readonly sampling: () => SamplingFacts;
  readonly audit: () => AuditFacts;
  readonly settings: () => readonly EffectiveSetting[];
  readonly samplingControl: Pick<SamplingControl, 'facts' | 'limits' | 'trySettings' | 'changeSettings'>;
  readonly exports: ExportControl;
  /** Default: the start of this process. */
  readonly businessFromMillis?: () => number;
  /** Without it, counts of a source are ignored. */
  readonly countFrom?: TelemetryControl['countFrom'];
  readonly runtime: RuntimeReader;
  readonly samples: TelemetryQuery['runtime'];
  readonly profiling: AnyProfileSource;
  readonly guard: Guard;
  readonly ownCost: () => OwnCost;
  readonly markers: () => readonly Marker[];
  /** Without it, events are ignored. */
  readonly mark?: TelemetryControl['mark'];
  readonly clock: Clock;
  /** What the processor remembers of a trace without kept spans; bounded. */
  readonly wasSeen?: (traceId: string) => 'running' | 'never-kept' | undefined;
  /** Traces on disk; undefined without a file, or before it is open. */
  readonly archive?: () => TraceArchive | undefined;
  /** Collects business metrics; also called before listeners are notified. Must not reject. */
  readonly refresh?: () => Promise<void>;
  /** Log lines by trace; without it they are unknown. */
  readonly logs?: Pick<TraceLogs, 'of'>;
}

/** Answers pages from aggregates, the trace ring and the parts it is composed of. Holds no state of its own. */
export class TelemetryStore implements TelemetryQuery, TelemetryControl {
  readonly enabled = true;
  readonly requestLists: TelemetryQuery['requestLists'] = (...asked) =>
    this.#settled.aggregates.requestLists(...asked);
  readonly downtime: TelemetryQuery['downtime'] = () => this.#options.downtime();
  readonly runtime: TelemetryQuery['runtime'] = (...asked) => this.#options.samples(...asked);
  readonly heldRequests: TelemetryQuery['heldRequests'] = (range) => this.#kept.requests(range);
  readonly memoryFloors: TelemetryQuery['memoryFloors'] = (range) => this.#options.memoryFloors(range);
  readonly processes: TelemetryQuery['processes'] = () => this.#options.processes();
  readonly stalls: TelemetryQuery['stalls'] = (range) => this.#options.stalls(range);
  readonly stallsOfTrace: TelemetryQuery['stallsOfTrace'] = (traceId) => this.#options.stallsOfTrace(traceId);
  readonly ownCode: TelemetryQuery['ownCode'];
  readonly logLines: TelemetryQuery['logLines'] = (filter) => this.#options.logLines(filter);
  readonly logStore: TelemetryQuery['logStore'] = () => this.#options.logStore();
  readonly failures: TelemetryQuery['failures'] = (filter) => this.#kept.failures(filter);
  readonly errorLists: TelemetryQuery['errorLists'] = (...of) => this.#settled.aggregates.errorLists(...of);
  readonly notFound: TelemetryQuery['notFound'] = (range) => this.#settled.aggregates.notFound(range);
  readonly profiles: TelemetryQuery['profiles'] = () => this.#options.profiling.profiles();
  readonly profileFile: TelemetryQuery['profileFile'] = (id) => this.#options.profiling.profileFile(id);
  readonly startProfile: TelemetryControl['startProfile'] = (seconds) =>
    this.#options.profiling.startProfile(seconds);
  readonly heapProfiling: AnyProfileSource['heapProfiling'];
  readonly sampleTraces: TelemetryQuery['sampleTraces'] = (filter) =>
    this.#kept.sample(filter, this.#options.sampling().thresholdsSeconds);
  readonly liveSettings: TelemetryQuery['liveSettings'] = () => this.#options.samplingControl.facts();
  readonly limits: TelemetryQuery['limits'] = () => this.#options.samplingControl.limits();
  readonly #options: TelemetryStoreOptions;
  readonly #changes: ChangeNotifier;

  constructor(options: TelemetryStoreOptions) {
    this.#options = options;
    this.heapProfiling = options.profiling.heapProfiling;
    this.ownCode = options.ownCode;
    this.#changes = new ChangeNotifier({
      guard: options.guard,
      now: () => options.clock.now(),
      ...(options.refresh === undefined ? {} : { prepare: options.refresh }),
    });
  }

  readonly now = (): number => this.#options.clock.now();

  readonly settings = (): readonly EffectiveSetting[] => this.#options.settings();

  sampling(): SamplingFacts {
    return this.#options.sampling();
  }

  audit(): AuditFacts {
    return this.#settled.audit();
  }

  operations(range?: TimeRange): Readonly<Record<OperationType, OperationSummary>> {
    return this.#settled.aggregates.operations(range);
  }

  timeline(
    type: OperationType,
    range: TimeRange,
    options?: { readonly series?: string; readonly maxPoints?: number },
  ): readonly TimelinePoint[] {
    return this.#settled.aggregates.timeline(type, range, options);
  }

  heatMap(type: OperationType, range: TimeRange, options?: HeatMapOptions): HeatMap {
    return this.#settled.aggregates.heatMap(type, range, options);
  }

  series(type: OperationType, range?: TimeRange): readonly SeriesSummary[] {
    return this.#settled.aggregates.series(type, range);
  }

  prometheus(accept?: string): Promise<MetricsPage> {
    return this.#options.prometheus(accept);
  }

  traces(filter?: TraceFilter): TraceList {
    return this.#kept.list(filter ?? {});
  }

  trace(traceId: string): TraceDetail | MissingTrace {
    const id = traceId.slice(0, MAX_TRACE_ID_CHARS).toLowerCase();
    const found = this.#kept.find(id);
    if (found !== undefined) {
      const held = this.#options.logs?.of(id, found.trace.startMillis);
      const logs = linesTogether(found.logs, held);
      return found.trace.detail((span) => this.#toRow(span), logs);
    }
    return this.#missing(id);
  }

  readonly missingTraces: TelemetryQuery['missingTraces'] = (traceIds) =>
    new Map(this.#kept.missing(traceIds).map((id) => [id, this.#missing(id).reason]));

  #missing(id: string): MissingTrace {
    const evicted = this.#settled.ring.tombstone(id);
    if (evicted !== undefined) return { traceId: id, reason: 'evicted', evicted };
    const reason = this.#options.wasSeen?.(id) ?? 'unknown';
    if (reason !== 'unknown') return { traceId: id, reason };
    return { traceId: id, reason, rememberedFromMillis: this.process().startedAtMillis };
  }

  slow(filter?: OperationFilter): OperationList {
    return this.#kept.slow(this.#options.sampling().thresholdsSeconds, filter);
  }

  countedFromMillis(): number {
    return this.#settled.aggregates.countedFromMillis;
  }

  coverage(range: TimeRange): Coverage {
    return this.#settled.aggregates.coverage(range);
  }

  process(): ProcessFacts {
    return { ...processFacts(this.#options.runtime), version: this.#options.version };
  }

  buffer(): BufferFacts {
    return this.#settled.ring.facts();
  }

  history(): HistoryFacts | undefined {
    return this.#options.archive?.()?.facts();
  }

  spans(): OperationCounts {
    return this.#options.spans();
  }

  export(): ReturnType<TelemetryQuery['export']> {
    return this.#options.exports.facts();
  }

  business(range?: TimeRange): readonly BusinessMetric[] {
    return this.#options.business(range);
  }

  businessFromMillis(): number {
    return this.#options.businessFromMillis?.() ?? this.#options.runtime.startedAtMillis;
  }

  /** Resolves when `business()` includes everything recorded before this call. Never rejects. */
  async refresh(): Promise<void> {
    await this.#options.refresh?.();
  }

  readonly faults = (): readonly TelemetryFault[] => this.#options.guard.faults();

  readonly missingNodeFeatures = (): readonly MissingNodeFeature[] => missingNodeFeatures();

  ownCost(): OwnCost {
    return this.#options.ownCost();
  }

  markers(range: TimeRange): readonly Marker[] {
    return this.#options.markers().filter((marker) => contains(range, marker.atMillis));
  }

  onChange(listener: () => void): () => void {
    return this.#changes.subscribe(listener);
  }

  /** Records a change of aggregates or kept traces; free without listeners, so every ended span may call it. */
  touch(): void {
    this.#changes.touch();
  }

  countFrom(name: string, source: CountSource): void {
    this.#options.countFrom?.(name, source);
  }

  mark(label: string): void {
    this.#options.mark?.(label);
    this.touch();
  }

  pin(traceId: string, pinned: boolean): boolean {
    const id = traceId.toLowerCase();
    const { ring, archive } = this.#settled;
    const done = ring.get(id) === undefined ? (archive?.()?.pin(id, pinned) ?? false) : ring.pin(id, pinned);
    if (done) this.touch();
    return done;
  }

  trySettings(request: SettingsRequest): ReturnType<TelemetryControl['trySettings']> {
    return this.#settled.samplingControl.trySettings(request);
  }

  changeSettings(request: SettingsRequest, revision: string, who: string): SettingsOutcome {
    const outcome = this.#options.samplingControl.changeSettings(request, revision, who);
    if ('change' in outcome) this.touch();
    return outcome;
  }

  switchExport(isOn: boolean): void {
    this.#options.exports.switch(isOn);
    this.touch();
  }

  testExport(): ReturnType<TelemetryControl['testExport']> {
    return this.#options.exports.test();
  }

  get #settled(): TelemetryStoreOptions {
    this.#options.settle?.();
    return this.#options;
  }

  get #kept(): KeptTraces {
    const { ring, archive } = this.#settled;
    return new KeptTraces(ring, archive?.());
  }

  #toRow(span: SpanRecord): SpanRow {
    return toSpanRow(
      span,
      this.#settled.aggregates.percentileOf(span.type, span.series, span.durationMillis),
    );
  }
}
