import type { AttributeMap } from './base/attribute-value.ts';
import type { AuditFacts } from './base/audit-facts.ts';
import type { CostShares } from './base/cost-meter.ts';
import type { DowntimeFacts } from './base/downtime.ts';
import type { ExportFacts, ExportTest } from './base/export-facts.ts';
import type { TelemetryFault } from './base/guard.ts';
import type { Marker } from './base/marker.ts';
import type { MetricsPage } from './base/metrics-page.ts';
import type {
  KeepReason,
  OperationCounts,
  OperationType,
  RuleCounts,
  SamplingRule,
} from './base/operation-types.ts';
import type { Limits } from './base/limits.ts';
import type { LogFilter, LogLine, LogList, LogStoreFacts } from './base/log-search.ts';
import type { OwnCode, OwnCodeSource, UnknownCode } from './base/own-code.ts';
import type { Stall, StallFacts } from './base/stall.ts';
import type { ErrorRow, RequestLists, ShownAddress } from './base/request-facts.ts';
import type { SampledSide, SampleFilter } from './base/sampled-traces.ts';
import type { HeldProfiles, ProfileStarts } from './base/heap-profile-facts.ts';
import type { MemoryFloor, ProcessCourse, ProcessFacts, RuntimeSample } from './base/process-facts.ts';
import type { SheddingFacts } from './base/shedding-facts.ts';
import type { TimeRange } from './base/time-range.ts';
import type { TraceFacets, TraceFilter, TracePlace } from './base/trace-term.ts';
import type { EffectiveSetting } from './base/effective-setting.ts';
import type { EvictionReason, MissingTrace } from './base/missing-trace.ts';
import type {
  LiveSettings,
  SettingProblem,
  SettingsOutcome,
  SettingsRequest,
  SettingsTrial,
} from './base/settings-change.ts';

/**
 * The contract between telemetry and its pages: TelemetryQuery reads, TelemetryControl changes. Types only; importing this file starts nothing.
 * Times are epoch milliseconds, durations milliseconds, sizes bytes.
 */

export type { AttributeMap, AttributeValue } from './base/attribute-value.ts';
export type { AuditedSeries, AuditFacts } from './base/audit-facts.ts';
export type { Downtime, DowntimeFacts, ProcessBefore } from './base/downtime.ts';
export type { ExportDropReason, ExportFacts, ExportTest } from './base/export-facts.ts';
export type { Signal, StoredFacts } from './base/export-storage.ts';
export type { TelemetryFault } from './base/guard.ts';
export type {
  DelayedRequest,
  DelayedRoute,
  Stall,
  StallFacts,
  StallFrame,
  StallHolder,
  StallWatchState,
  WaitWithin,
} from './base/stall.ts';
export type { OwnCode, OwnCodeSource, UnknownCode } from './base/own-code.ts';
export type { Limits, Objective } from './base/limits.ts';
export type { EvictionReason, MissingTrace } from './base/missing-trace.ts';
export { LOG_LEVELS } from './base/log-search.ts';
export type {
  BoundedCount,
  LogFilter,
  LogLevel,
  LogLine,
  LogList,
  LogPattern,
  LogStoreFacts,
  LogTerm,
  StoredLine,
} from './base/log-search.ts';
export type { Marker } from './base/marker.ts';
export type { MetricsPage } from './base/metrics-page.ts';
export { HEAP_PROFILE_SECONDS } from './base/heap-profile-facts.ts';
export type { HeapFunction, HeapProfileFacts, TakenHeapProfile } from './base/heap-profile-facts.ts';
export { PROFILE_SECONDS } from './base/profile-facts.ts';
export type {
  ProfileFacts,
  ProfiledFunction,
  ProfileFrame,
  ProfileSummary,
  TakenProfile,
} from './base/profile-facts.ts';
export type { MemoryFloor, ProcessCourse, ProcessFacts, RuntimeSample } from './base/process-facts.ts';
export type { ErrorRow, RequestLists, ShownAddress, TopRow, TopRows } from './base/request-facts.ts';
export type { SampledSide, SampledSpan, SampledTrace, SampleFilter } from './base/sampled-traces.ts';
export type { SheddingFacts } from './base/shedding-facts.ts';
export type { ThreadStatement } from './base/thread-statement.ts';
export type { ThreadWork } from './base/thread-work.ts';
export type { TimeRange } from './base/time-range.ts';
export { AGENT_FAMILIES, FACET_NAMES } from './base/trace-term.ts';
export type {
  FacetCount,
  FacetName,
  TraceFacets,
  TraceFilter,
  TracePlace,
  TraceTerm,
} from './base/trace-term.ts';
export type { EffectiveSetting } from './base/effective-setting.ts';
export { DROP_REASONS, KEEP_REASONS, OPERATION_TYPES } from './base/operation-types.ts';
export type {
  DropReason,
  KeepReason,
  OperationCounts,
  OperationType,
  RuleCounts,
  SamplingRule,
} from './base/operation-types.ts';
export type {
  DryRun,
  DryRunSide,
  ExpectedVolume,
  LiveSetting,
  LiveSettings,
  SettingChange,
  SettingProblem,
  SettingsChange,
  SettingsOutcome,
  SettingsRequest,
  SettingsTrial,
} from './base/settings-change.ts';
/** How a range is counted: in whole buckets of the finest width that covers all of it. */
export interface Coverage extends TimeRange {
  /** Bucket width at the start of the range. */
  readonly stepMillis: number;
  /** Start of the counts; earlier ones never existed or have expired. */
  readonly countedFromMillis: number;
  /**
   * Parts of the range whose counts are lost, so that every number is a lower bound: dropped at a bound of memory or file, lost with a killed
   * process, or not written because the disk failed.
   */
  readonly missing: readonly (TimeRange & { readonly reason: 'bound' | 'killed' | 'disk' })[];
  /** Set when a bound removed finer buckets before `beforeMillis` that the range is young enough to have; `word` completes "by the …". */
  readonly coarser: { readonly beforeMillis: number; readonly word: string } | undefined;
}

/** Percentiles come from a mergeable sketch (relative error <= 1 %); min and max are exact. All 0 if nothing was counted. */
export interface DurationSummary {
  readonly avg: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

/** Counts and durations of 100 % of operations; `kept` counts those whose span was kept. */
export interface OperationSummary {
  readonly count: number;
  /** Span status ERROR: a 5xx response, a thrown error, a broken body source. */
  readonly errors: number;
  /** Complete 4xx responses; 0 for other types. They are not errors. Each request counts as exactly one of failed, aborted, 4xx or fine. */
  readonly clientErrors: number;
  /** The client disconnected before the response was complete, or the server stopped; 0 for other types. */
  readonly aborted: number;
  /** Exact count of those that took a second or longer; for requests, to the first byte, so that a slow client makes none. */
  readonly slow: number;
  readonly totalMillis: number;
  readonly durationMillis: DurationSummary;
  readonly kept: number;
  /** The sampling rate in force for the type, 0–1. */
  readonly rate: number;
}

/** Number of responses with one status. */
export interface StatusCount {
  /** none: no response was sent; other: beyond the 32 distinct statuses counted, or recorded by a version without statuses. */
  readonly status: number | 'none' | 'other';
  readonly count: number;
}

/** One bounded series (a route, a statement, a template), or the overflow row that keeps totals exact. */
export interface SeriesSummary extends OperationSummary {
  readonly type: OperationType;
  /**
   * http: `GET /:slug`; database: the statement's text, cut with a hash beyond 255 characters, or `db.query.summary` if it has no text; render: the
   * template; other: scope and span name.
   */
  readonly name: string;
  /** database only: `db.query.summary`, shared by all statements of one kind on the same tables. */
  readonly summary?: string;
  /** database only: `db.query.text`, parameterised, at most 2,000 characters; for a series of an earlier process, as much as its name holds. */
  readonly text?: string;
  /** database only: rows returned plus rows changed. */
  readonly rows?: number;
  /** database only: http series that executed it, most frequent first, at most 8. */
  readonly callers?: readonly string[];
  /** http only: counts by status, ascending; their sum is `count`. */
  readonly statuses?: readonly StatusCount[];
  /** http only: requests that queued behind others on their connection; the wait is not part of their durations. */
  readonly waited?: { readonly count: number; readonly totalMillis: number };
}

export interface TimelinePoint extends OperationSummary {
  readonly startMillis: number;
  readonly widthMillis: number;
  /** True for the bucket that is still being filled. */
  readonly partial: boolean;
}

/** One column of a latency heat map: counts per logarithmic band of duration. */
export interface HeatColumn {
  readonly startMillis: number;
  readonly widthMillis: number;
  /** Count per band of `bandEdgesMillis`; one fewer than there are edges. */
  readonly counts: readonly number[];
}
export interface HeatMapOptions {
  readonly series?: string;
  readonly maxColumns?: number;
  /** Buckets of the sketch in a band, each 2 % wide. Default 12: ten bands a decade. */
  readonly bucketsPerBand?: number;
}
export interface HeatMap {
  readonly bandEdgesMillis: readonly number[];
  readonly columns: readonly HeatColumn[];
}

export interface SpanEventRow {
  readonly name: string;
  readonly timeMillis: number;
  readonly attributes: AttributeMap;
}

export interface SpanLinkRow {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for links recorded in this process: it stores only their ids. */
  readonly attributes: AttributeMap;
}

export interface SpanRow {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly type: OperationType;
  readonly series: string;
  readonly scope: string;
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string | undefined;
  readonly attributes: AttributeMap;
  readonly events: readonly SpanEventRow[];
  /** Linked spans, at most 8 per span of this process. */
  readonly links: readonly SpanLinkRow[];
  /** `imported`: the span comes from a file that gives no reason. */
  readonly keepReason: KeepReason | 'imported';
  /** Name of the sampling rule or app policy that kept the span. */
  readonly keptBy?: string | undefined;
  /**
   * Adjusted count: how many operations like it the span stands for, 1/p if it was kept with probability p. Undefined if unknown: it was kept as an
   * ancestor or as an example in a storm, by an older version, or comes from a file.
   */
  readonly weight?: number | undefined;
  /** Share of durations in its series that are shorter, 0–1; undefined if the series is gone. */
  readonly percentile: number | undefined;
  /** Times of a request in which something else held the event loop; set by who compares it with stalls. */
  readonly waits?:
    | readonly { readonly startMillis: number; readonly durationMillis: number; readonly by: string }[]
    | undefined;
  /** What samples say of a request's own time, or why they say nothing; set by who looks for it. */
  readonly ownCode?: OwnCode | UnknownCode | undefined;
}

/** A row of a trace list: no spans, no attributes. */
export interface TraceSummary extends ShownAddress {
  readonly traceId: string;
  /** Name of the local root, or of the earliest kept span. */
  readonly name: string;
  readonly type: OperationType;
  readonly series: string;
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly outcome: string | undefined;
  /** The strongest reason among its spans, by REASONS_BY_STRENGTH. */
  readonly keepReason: KeepReason | 'imported';
  readonly bytes: number;
  readonly pinned: boolean;
}

export interface TraceDetail extends TraceSummary {
  readonly spans: readonly SpanRow[];
  /** The most recent lines, oldest first. */
  readonly logs: readonly LogLine[];
  /** False if lines may be missing: an older version kept the trace, or memory dropped them. */
  readonly logsKnown: boolean;
  /** Spans of this trace that were counted but dropped. */
  readonly droppedSpans: number;
  /** True if it was cut at the maximum span count or age, or contains late spans without their parents. */
  readonly truncated: boolean;
  /** True if its parent is in another process. */
  readonly remoteParent: boolean;
  /** True if it was queued for OTLP export. */
  readonly exported: boolean;
  /** `service.version` of the process that recorded it; undefined if unknown. */
  readonly version?: string | undefined;
}

export interface TraceList {
  readonly rows: readonly TraceSummary[];
  /** Number of matches; `rows` are the first of them, or those after the first `ahead`. */
  readonly total: number;
  readonly ahead: number;
  /** Places of the first and the last row, if there is one. */
  readonly ends?: { readonly first: TracePlace; readonly last: TracePlace } | undefined;
  /** Set if a search for an attribute examined only the newest of many candidates. */
  readonly searched?: { readonly newest: number; readonly of: number } | undefined;
  /** If the filter asked for them. */
  readonly facets?: TraceFacets | undefined;
}

export interface OperationFilter {
  /** Filters by the end of the operation. */
  readonly range?: TimeRange | undefined;
  readonly type?: OperationType | undefined;
  readonly series?: string | undefined;
  /** At most 5,000; default 100. */
  readonly limit?: number | undefined;
  /** Of failures: only the newest that ended in each of the times that begin then, epoch milliseconds, ascending. `total` is of all. */
  readonly newestSince?: readonly number[] | undefined;
}

export interface OperationList {
  readonly rows: readonly OperationRow[];
  /** Number of matches; `rows` are the first of them. */
  readonly total: number;
}

/** One slow or failed operation with the trace that shows it. */
export interface OperationRow extends ShownAddress {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly type: OperationType;
  readonly series: string;
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly status: SpanRow['status'];
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
  /** Where it was thrown: `readPost src/posts/read.ts:41`, the app's code before packages; undefined if unknown. */
  readonly thrownAt?: string | undefined;
}

/** Whether failures arrive faster than all of them can be kept, and what is kept meanwhile. */
export interface StormFacts {
  readonly active: boolean;
  /** Share of must-keep operations kept right now, 0–1; 1 outside a storm. */
  readonly probability: number;
  /** Must-keep operations cut by the budget since start, including those kept as ancestors. */
  readonly cut: number;
  /** Operations kept beyond the budget since start: one a minute per series and error.type. */
  readonly examples: number;
}

export interface SamplingFacts {
  readonly enabled: boolean;
  readonly rates: Readonly<Record<OperationType, number>>;
  readonly exportRates: Readonly<Record<OperationType, number>>;
  readonly thresholdsSeconds: { readonly database: number; readonly http: number; readonly render: number };
  /** Verdicts of the process since start. Each operation counts under the one rule that decided it, and not before its verdict. */
  readonly rules: Readonly<Record<SamplingRule, RuleCounts>>;
  /** The same for rules, targets and app policies, by name: first the rules in force, in order, also those that matched nothing. */
  readonly named: readonly (RuleCounts & { readonly name: string })[];
  /** Texts of the rules in force; the first match decides. */
  readonly ruleTexts?: readonly string[];
  /** Traces to keep per second of each kind, in addition to the rates; 0 or undefined is off. */
  readonly target?: number;
  readonly storm: StormFacts;
  /** Undefined with telemetry off. */
  readonly shedding?: SheddingFacts;
}

export interface BufferFacts {
  readonly traces: number;
  readonly maxTraces: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly evicted: Readonly<Record<EvictionReason, number>>;
  readonly oldestMillis: number | undefined;
  /** The same by rank: traces that failed, were slow or ended late (`mustKeep`) stay longer than ordinary ones. */
  readonly ordinary: { readonly evicted: number; readonly oldestMillis: number | undefined };
  readonly mustKeep: { readonly evicted: number; readonly oldestMillis: number | undefined };
}

/** Traces in the history file, and its bounds. */
export interface HistoryFacts {
  readonly fileBytes: number;
  /** Traces that failed, were slow or ended late (`mustKeep`), and all others; each has its own bound. */
  readonly traces: Readonly<Record<'mustKeep' | 'ordinary', HistoryTraces>>;
  /** Traces in memory that the writer has not written yet. */
  readonly waiting: number;
  /** Traces evicted from memory before they were written, since the file was created: they are lost. */
  readonly unsaved: number;
  /** Traces in a file of an older version that are not indexed yet. */
  readonly unlisted: number;
}

export interface HistoryTraces {
  readonly traces: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** End times of the oldest and the newest trace; undefined if there is none. */
  readonly oldestMillis: number | undefined;
  readonly newestMillis: number | undefined;
  /** Removed since the file was created: by age, and by the bound. */
  readonly expired: number;
  readonly dropped: number;
  /** Traces of this kind evicted from memory before they were written, since the file was created, or since a version that counts them. */
  readonly unsaved: number;
}

/** A counter or gauge of the business, by its metric name and attributes, e.g. `glasshouse.feed.requests{format=rss}`. */
export interface BusinessMetric {
  readonly name: string;
  readonly attributes: AttributeMap;
  readonly value: number;
  /** A current value instead of a count. */
  readonly gauge?: true;
}

/** For counts with too many series for an instrument: polled once a second, it returns what was counted since the previous call. */
export type CountSource = () => Iterable<readonly [attributes: AttributeMap, count: number]>;

/** A private, patched or experimental part of Node that this version lacks. */
export interface MissingNodeFeature {
  readonly name: string;
  /** What telemetry cannot record without it. */
  readonly consequence: string;
}

export interface OwnCost extends CostShares {
  readonly bytesHeld: number;
  readonly historyFileBytes: number;
}

export interface TelemetryQuery extends HeldProfiles {
  readonly enabled: boolean;
  now(): number;
  settings(): readonly EffectiveSetting[];
  /** Settings of sampling and limits, which may change while the process runs. */
  liveSettings(): LiveSettings;
  /** What counts as fine. */
  limits(): Limits;
  sampling(): SamplingFacts;
  /** Whether the weights of kept spans add up to what was counted. */
  audit(): AuditFacts;
  /** Start of counts by range: the start of this process, or earlier if a history file was read. */
  countedFromMillis(): number;
  /** How a range would be counted. Queries for the returned range are answered for exactly that range. */
  coverage(range: TimeRange): Coverage;
  /** Without a range: since start. */
  operations(range?: TimeRange): Readonly<Record<OperationType, OperationSummary>>;
  /**
   * Cells of equal width, at most `maxPoints` (default 120) plus one, that add up to exactly `operations` of the range; the first and the last cell
   * are cut at its ends.
   */
  timeline(
    type: OperationType,
    range: TimeRange,
    options?: { readonly series?: string; readonly maxPoints?: number },
  ): readonly TimelinePoint[];
  heatMap(type: OperationType, range: TimeRange, options?: HeatMapOptions): HeatMap;
  /** Every series of a type with activity in the range (default: since start), ordered by total time. */
  series(type: OperationType, range?: TimeRange): readonly SeriesSummary[];
  /** Of an http series, all requests or those that failed; undefined if there is none. The range is extended to whole hours, or days after two days. */
  requestLists(series: string, range: TimeRange, which?: 'all' | 'failed'): RequestLists | undefined;
  /** The same of all requests that failed, or were answered with 4xx, whatever their series. */
  errorLists(range: TimeRange, which: 'failed' | '4xx'): RequestLists | undefined;
  /** The same of all responses with status 404 or 410. */
  notFound(range: TimeRange): RequestLists<ErrorRow>;
  /** Every metric of this process for Prometheus. @param accept Header of the request. Never rejects. */
  prometheus(accept?: string): Promise<MetricsPage>;
  traces(filter?: TraceFilter): TraceList;
  trace(traceId: string): TraceDetail | MissingTrace;
  /** Those of these traces that `trace` does not find, and why, without reading the others. */
  missingTraces(traceIds: readonly string[]): ReadonlyMap<string, MissingTrace['reason']>;
  /**
   * Operations of type http that ended in the range and are in a trace that is held, in memory or on disk: to compare with those that were kept,
   * in `operations`.
   */
  heldRequests(range: TimeRange): number;
  /** Kept traces with their spans and weights, memory and history file together: those that are marked, and the rest; a few are read in each step. */
  sampleTraces(filter: SampleFilter): Generator<undefined, Readonly<Record<'marked' | 'rest', SampledSide>>>;
  /** Kept operations that were slow, slowest first. */
  slow(filter?: OperationFilter): OperationList;
  /** Kept operations that failed, newest first. */
  failures(filter?: OperationFilter): OperationList;
  process(): ProcessFacts;
  /**
   * Samples of this and earlier processes, oldest first; neighbours of one process are merged to about `maxPoints` (default 120). A range that ends
   * now ends with a fresh measurement.
   */
  runtime(range: TimeRange, maxPoints?: number): readonly RuntimeSample[];
  /** Of the process that ran at the end of the range, oldest first, since its start or for a day. */
  memoryFloors(range: TimeRange): readonly MemoryFloor[];
  /** Every process of the history file, at most 500, oldest first; this one is the last. */
  processes(): readonly ProcessCourse[];
  /** Times that the event loop was blocked. */
  stalls(range: TimeRange): StallFacts;
  /** Stalls that a span of the trace caused, or a request of it had to wait for. */
  stallsOfTrace(traceId: string): readonly Stall[];
  /** What samples say of requests with much time of their own, those included that were not kept. */
  readonly ownCode: OwnCodeSource;
  /** Lines of the app's log on disk, of this and other processes; undefined if none are stored. */
  logLines(filter?: LogFilter): LogList | undefined;
  logStore(): LogStoreFacts;
  buffer(): BufferFacts;
  /** Undefined without a history file. */
  history(): HistoryFacts | undefined;
  /** Counts of operations, whether a span was kept or not. */
  spans(): OperationCounts;
  export(): readonly ExportFacts[];
  /**
   * Without a range: counters since start and gauges, as of the last `refresh`. With a range: counters only, by time, those of earlier processes
   * included.
   */
  business(range?: TimeRange): readonly BusinessMetric[];
  /** Start of counters by range. */
  businessFromMillis(): number;
  /** Collects instruments and whatever else is collected on demand, so that the next reads include everything before this call. Never rejects. */
  refresh(): Promise<void>;
  faults(): readonly TelemetryFault[];
  /** Parts of Node that telemetry uses and this version lacks; empty on supported versions. */
  missingNodeFeatures(): readonly MissingNodeFeature[];
  ownCost(): OwnCost;
  markers(range: TimeRange): readonly Marker[];
  downtime(): DowntimeFacts;
  /**
   * Calls `listener` after kept traces or aggregates changed, at most once per second; returns a function that unsubscribes. Nothing is computed
   * without subscribers.
   */
  onChange(listener: () => void): () => void;
}

export interface TelemetryControl extends ProfileStarts {
  /** Records counts over time under `name`, in place of an instrument of that name. One source per name. */
  countFrom(name: string, source: CountSource): void;
  /**
   * Marks this moment on every time chart: a release, a publication. At most 300 characters of the label and the newest 200 events are kept, without
   * control characters.
   */
  mark(label: string): void;
  /**
   * Exempts a trace from eviction and expiry, or ends that. Returns false if the trace is neither in memory nor on disk, or too many are pinned.
   */
  pin(traceId: string, pinned: boolean): boolean;
  /** Validates a change and predicts its effect without applying it. Returns all problems together. Never rejects. */
  trySettings(
    request: SettingsRequest,
  ): Promise<SettingsTrial | { readonly problems: readonly SettingProblem[] }>;
  /** Applies a change from the next verdict on, if `revision` is the one in force. */
  changeSettings(request: SettingsRequest, revision: string, who: string): SettingsOutcome;
  /** Switches the export to receivers; a restart switches it on again. */
  switchExport(isOn: boolean): void;
  /** Sends one item to each receiver. Never rejects. */
  testExport(): Promise<readonly ExportTest[]>;
}

/** Records a span of type render around `render`; with telemetry off it only calls it. Errors pass through. */
export type RenderTracer = <T>(template: string, render: () => T) => T;
