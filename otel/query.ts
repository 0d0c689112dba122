import type { AuditFacts } from './base/audit-facts.ts';
import type { CostShares } from './base/cost-meter.ts';
import type { TelemetryFault } from './base/guard.ts';
import type {
  KeepReason,
  OperationCounts,
  OperationType,
  RuleCounts,
  SamplingRule,
} from './base/operation-types.ts';
import type { TimeRange } from './base/time-range.ts';
import type { EffectiveSetting } from './base/effective-setting.ts';
import type {
  LiveSettings,
  SettingProblem,
  SettingsOutcome,
  SettingsRequest,
  SettingsTrial,
} from './base/settings-change.ts';

/**
 * All that the admin pages may know of telemetry: a reading side and a steering side. Types only, so that
 * importing this file starts nothing. Times are epoch milliseconds, durations milliseconds, sizes bytes.
 */

export type { AuditedSeries, AuditFacts } from './base/audit-facts.ts';
export type { TelemetryFault } from './base/guard.ts';
export type { TimeRange } from './base/time-range.ts';
export type { EffectiveSetting } from './base/effective-setting.ts';
export { KEEP_REASONS, OPERATION_TYPES } from './base/operation-types.ts';
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
/** Why a kept trace left the buffer: too many traces, too many bytes, or its history aged out. */
export type EvictionReason = 'count' | 'bytes' | 'age';

/** How a range is counted: in whole buckets, of the finest width that holds all of it. */
export interface Coverage extends TimeRange {
  /** Width of the buckets at its start. */
  readonly stepMillis: number;
  /** Nothing earlier was ever counted, or all of it has aged out. */
  readonly countedFromMillis: number;
  /**
   * Parts of it whose counts are gone, so that every number of the range is an "at least": over the bounds of memory and file, with a process
   * that was killed, or because the disk did not take them.
   */
  readonly missing: readonly (TimeRange & { readonly reason: 'bound' | 'killed' | 'disk' })[];
  /** By its age the range could be counted in finer buckets, but a bound took those from before an instant; `word` completes "by the …". */
  readonly coarser: { readonly beforeMillis: number; readonly word: string } | undefined;
}

/** Percentiles come from a mergeable sketch (relative error <= 1 %); min and max are exact. All 0 when nothing was counted. */
export interface DurationSummary {
  readonly avg: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

/** Counts and durations of 100 % of operations; `kept` of them have detail. */
export interface OperationSummary {
  readonly count: number;
  /** Failed: span status ERROR (5xx, thrown, broken source). */
  readonly errors: number;
  /** Answered 4xx to the last byte; 0 for other types. Not errors of ours. Each request counts as one of failed, aborted, 4xx or fine. */
  readonly clientErrors: number;
  /** The client left before the answer was whole, or the server stopped; 0 for other types. */
  readonly aborted: number;
  /** A second or longer; of requests, to the first byte, so that a reader on a slow line makes none. Exact. */
  readonly slow: number;
  readonly totalMillis: number;
  readonly durationMillis: DurationSummary;
  readonly kept: number;
  /** The rate in force for the type, 0–1. */
  readonly rate: number;
}

/** How many requests were answered with one status. */
export interface StatusCount {
  /** none: nothing was sent; other: beyond the 32 that are told apart, or counted by a version that noted none. */
  readonly status: number | 'none' | 'other';
  readonly count: number;
}

/** One bounded series: a route, a statement, a template; or the overflow row that keeps totals exact. */
export interface SeriesSummary extends OperationSummary {
  readonly type: OperationType;
  /** http: `GET /:slug`; database: the statement's text, cut with a hash beyond 255 characters, or `db.query.summary` of one that told no text; render: the template; other: scope and span name. */
  readonly name: string;
  /** database only: `db.query.summary`, shared by all statements of one kind on the same tables. */
  readonly summary?: string;
  /** database only: `db.query.text`, parameterised, at most 2,000 characters; a series of an earlier process has what its name holds of it. */
  readonly text?: string;
  /** database only: rows returned plus rows changed. */
  readonly rows?: number;
  /** database only: the http series that issued it, most frequent first, at most 8. */
  readonly callers?: readonly string[];
  /** http only: by status, ascending; their sum is `count`. */
  readonly statuses?: readonly StatusCount[];
  /** http only: those that had to wait for their turn behind others of their connection; no part of their durations. */
  readonly waited?: { readonly count: number; readonly totalMillis: number };
}

export interface TimelinePoint extends OperationSummary {
  readonly startMillis: number;
  readonly widthMillis: number;
  /** The bucket that `now` falls into. */
  readonly partial: boolean;
}

/** A latency heat map: one column per bucket, counts per logarithmic band. */
export interface HeatColumn {
  readonly startMillis: number;
  readonly widthMillis: number;
  /** Count per band of `bandEdgesMillis`, same length minus one. */
  readonly counts: readonly number[];
}
export interface HeatMap {
  readonly bandEdgesMillis: readonly number[];
  readonly columns: readonly HeatColumn[];
}

export type AttributeValue =
  string | number | boolean | readonly (string | number | boolean | null | undefined)[];
export type AttributeMap = Readonly<Record<string, AttributeValue | undefined>>;

export interface SpanEventRow {
  readonly name: string;
  readonly timeMillis: number;
  readonly attributes: AttributeMap;
}

export interface SpanLinkRow {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for links of this process: only their ids are kept. */
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
  /** Spans it refers to beside its parent, at most 8 of a span of this process. */
  readonly links: readonly SpanLinkRow[];
  /** imported: it comes from a file of somebody who did not say. */
  readonly keepReason: KeepReason | 'imported';
  /** The rule or the policy of the app that asked for it, by name. */
  readonly keptBy?: string | undefined;
  /** Share of all durations of its own series that are shorter, 0–1; undefined when the series is gone. */
  readonly percentile: number | undefined;
}

/** A line of a list of traces; no spans, no attributes. */
export interface TraceSummary {
  readonly traceId: string;
  /** The local root's name, or the earliest kept span's. */
  readonly name: string;
  readonly type: OperationType;
  readonly series: string;
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly httpStatusCode: number | undefined;
  /** Of a request, `url.path`: a series stands for many. */
  readonly path?: string | undefined;
  readonly outcome: string | undefined;
  /** The strongest reason among its spans: error, slow, probability, late, ancestor. */
  readonly keepReason: KeepReason | 'imported';
  readonly bytes: number;
  readonly pinned: boolean;
}

/** A line of the app's log, written while a span of the trace was active. */
export interface LogLine {
  readonly timeMillis: number;
  readonly spanId: string;
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly message: string;
  /** Secrets removed, values cut. */
  readonly attributes: AttributeMap;
}

export interface TraceDetail extends TraceSummary {
  readonly spans: readonly SpanRow[];
  /** The last ones, oldest first. */
  readonly logs: readonly LogLine[];
  /** False when it may have written lines that nobody remembers: it was kept by an older version, or memory let them go. */
  readonly logsKnown: boolean;
  /** Spans of this trace that were counted but not kept. */
  readonly droppedSpans: number;
  /** Cut at the maximum span count or age, or late spans stand in it without their parents. */
  readonly truncated: boolean;
  /** Its parent is in another process. */
  readonly remoteParent: boolean;
  /** Handed to the OTLP pipeline. */
  readonly exported: boolean;
}

/** Why there is no detail for a trace id: `trace` in store/telemetry-store.ts says which it is. */
export interface MissingTrace {
  readonly traceId: string;
  readonly reason: 'evicted' | 'never-kept' | 'running' | 'unknown';
  /** Of what is unknown: nothing that was dropped or evicted earlier is remembered. */
  readonly rememberedFromMillis?: number | undefined;
  readonly evicted?: {
    readonly atMillis: number;
    readonly reason: EvictionReason;
    readonly name: string;
    readonly startMillis: number;
  };
}

export interface TraceFilter {
  readonly range?: TimeRange;
  readonly type?: OperationType;
  readonly series?: string;
  readonly reason?: KeepReason;
  readonly status?: 'error' | 'ok';
  readonly minMillis?: number;
  readonly maxMillis?: number;
  readonly text?: string;
  readonly sort?: 'newest' | 'slowest';
  /** At most 1,000; default 100. */
  readonly limit?: number;
}

export interface TraceList {
  readonly rows: readonly TraceSummary[];
  /** How many matched, of which `rows` are the first. */
  readonly total: number;
  /** A search for `key=value` looked at the newest of many that hold both; undefined when it looked at all. */
  readonly searched?: { readonly newest: number; readonly of: number } | undefined;
}

export interface OperationFilter {
  /** When the operation ended. */
  readonly range?: TimeRange | undefined;
  readonly type?: OperationType | undefined;
  readonly series?: string | undefined;
  /** At most 5,000; default 100. */
  readonly limit?: number | undefined;
}

export interface OperationList {
  readonly rows: readonly OperationRow[];
  /** How many matched, of which `rows` are the first. */
  readonly total: number;
}

/** One slow or failed operation with the trace that shows it. */
export interface OperationRow {
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
}

/** What cannot be read, as without a free file descriptor, is NaN: null in JSON, a dash on pages. */
export interface RuntimeSample {
  /** Shares, delays and pauses are of the time from here to `atMillis`, sizes of `atMillis`. */
  readonly fromMillis: number;
  readonly atMillis: number;
  /** Which process it is of: a new one has a new heap, and between two there is a gap. */
  readonly processStartedAtMillis: number;
  readonly rssBytes: number;
  /** The highest that was seen of it: between two samples too, where the system's own mark rose. */
  readonly rssMaxBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
  /** Share of one core, 0–n. */
  readonly cpuUtilization: number;
  readonly eventLoopDelayP50Millis: number;
  readonly eventLoopDelayP99Millis: number;
  /** The longest that the loop was held up. */
  readonly eventLoopDelayMaxMillis: number;
  /** 0–1. */
  readonly eventLoopUtilization: number;
  /** Of all pauses together; the longest of them. */
  readonly gcPauseMillis: number;
  readonly gcPauseMaxMillis: number;
  readonly gcCount: number;
  readonly activeHandles: number;
  /** Files and sockets; the most that were seen, looked at once a second. */
  readonly openFiles: number;
  readonly openFilesMax: number;
}

export interface ProcessFacts {
  readonly pid: number;
  readonly nodeVersion: string;
  readonly startedAtMillis: number;
  readonly uptimeSeconds: number;
  /** Taken at the time of the question. */
  readonly current: RuntimeSample;
  /** Why something of `current` is not known. */
  readonly problem: string | undefined;
  /** Since this process started: the system's own mark. */
  readonly highWaterRssBytes: number;
  /** What V8 lets the heap grow to. */
  readonly heapLimitBytes: number;
  /** How many files and sockets may be open; NaN where nobody says. */
  readonly openFilesLimit: number;
  /** What keeps the event loop alive, by Node's name of its kind. */
  readonly handles: Readonly<Record<string, number>>;
  /** What it shares with others, or its part of that in a container; the load of a minute, undefined where nobody knows it. */
  readonly machine: {
    readonly processors: number;
    readonly loadAverage: number | undefined;
    readonly memoryBytes: number;
    readonly availableMemoryBytes: number;
  };
}

/** Whether failures come faster than they can all be kept, and what of them is kept meanwhile. */
export interface StormFacts {
  readonly active: boolean;
  /** Share of must-keep operations kept at this moment, 0–1; 1 when there is no storm. */
  readonly probability: number;
  /** Must-keep operations cut since start, ancestors of kept spans included. */
  readonly cut: number;
  /** Kept since start although they were beyond the cut, one a minute per series and error.type. */
  readonly examples: number;
}

export interface SamplingFacts {
  readonly enabled: boolean;
  readonly rates: Readonly<Record<OperationType, number>>;
  readonly exportRates: Readonly<Record<OperationType, number>>;
  readonly thresholdsSeconds: { readonly database: number; readonly http: number; readonly render: number };
  /** Since start, of what the process keeps. Each operation counts under the one rule that decided it; those that wait for their verdict do not yet. */
  readonly rules: Readonly<Record<SamplingRule, RuleCounts>>;
  /** The same of rules, targets and policies of the app, by name: the rules in force first, in their order, also those that have seen nothing. */
  readonly named: readonly (RuleCounts & { readonly name: string })[];
  /** In force, by their texts; the first that matches decides. */
  readonly ruleTexts?: readonly string[];
  /** Traces to keep per second of each kind, beside the rates; 0 and undefined are off. */
  readonly target?: number;
  /** Rules in force that can never match, and why. */
  readonly unreachable?: readonly { readonly name: string; readonly why: string }[];
  readonly storm: StormFacts;
}

export interface BufferFacts {
  readonly traces: number;
  readonly maxTraces: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly evicted: Readonly<Record<EvictionReason, number>>;
  readonly oldestMillis: number | undefined;
}

/** What the history file holds of traces, against its bounds. */
export interface HistoryFacts {
  readonly fileBytes: number;
  /** Of traces that failed, were slow or ended late (`mustKeep`), and of all others; each has a bound of its own. */
  readonly traces: Readonly<Record<'mustKeep' | 'ordinary', HistoryTraces>>;
  /** Of memory, for the next moments of the writer. */
  readonly waiting: number;
  /** Traces that memory let go before they were written, since start: they are lost to both. */
  readonly unsaved: number;
  /** Traces of an older version's file that are in no list yet. */
  readonly unlisted: number;
}

export interface HistoryTraces {
  readonly traces: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Ends of the oldest and the newest; undefined without any. */
  readonly oldestMillis: number | undefined;
  readonly newestMillis: number | undefined;
  /** What went since the file was begun: by age, and by the bound. */
  readonly expired: number;
  readonly dropped: number;
  /** Of this kind, traces that memory let go before they were written, since start. */
  readonly unsaved: number;
}

export interface ExportFacts {
  readonly configured: boolean;
  /** Credentials removed. */
  readonly endpoint: string | undefined;
  /** Spans, since start. */
  readonly sent: number;
  readonly failed: number;
  readonly queued: number;
  readonly dropped: number;
  readonly lastError: { readonly atMillis: number; readonly message: string } | undefined;
  readonly lastSuccessMillis: number | undefined;
  /** Where spans go beside that: the console, files. */
  readonly others?: readonly ExportFacts[];
}

/** A counter or gauge of the business, by its metric name and attributes, e.g. `glasshouse.feed.requests{format=rss}`. */
export interface BusinessMetric {
  readonly name: string;
  readonly attributes: AttributeMap;
  readonly value: number;
  /** As it is now, rather than counted. */
  readonly gauge?: true;
}

/** Counts that are too many series for an instrument: asked once a second for what was counted since it was asked last. */
export type CountSource = () => Iterable<readonly [attributes: AttributeMap, count: number]>;

/** A part of Node that is private, patched or experimental, and gone. */
export interface MissingNodeFeature {
  readonly name: string;
  /** What telemetry does not know without it. */
  readonly consequence: string;
}

export interface OwnCost extends CostShares {
  readonly bytesHeld: number;
  readonly historyFileBytes: number;
}

/** A moment that every time chart marks: a process began, settings changed, the machine's clock stepped. */
export interface Marker {
  readonly atMillis: number;
  readonly kind: 'start' | 'settings' | 'clock';
  readonly label: string;
  /** Of a start: how the process before ended and when, where one is known. One that was not stopped was seen last at that time. */
  readonly before?: { readonly ended: 'stopped' | 'not stopped' | 'running'; readonly atMillis: number };
}

export interface TelemetryQuery {
  readonly enabled: boolean;
  now(): number;
  settings(): readonly EffectiveSetting[];
  /** Those of sampling, which may change while the process runs. */
  liveSettings(): LiveSettings;
  sampling(): SamplingFacts;
  /** Whether what was kept stands for what was counted. */
  audit(): AuditFacts;
  /** Where counts by range begin: the start of this process, or earlier where the history of others was read back. */
  countedFromMillis(): number;
  /** How a range would be counted. Questions of the range that comes back are answered for exactly that. */
  coverage(range: TimeRange): Coverage;
  /** Without a range: since start. */
  operations(range?: TimeRange): Readonly<Record<OperationType, OperationSummary>>;
  /**
   * Cells of one width, at most `maxPoints` (default 120) and one, which add up to exactly `operations` of the range: the first and the last are
   * cut where the range is.
   */
  timeline(
    type: OperationType,
    range: TimeRange,
    options?: { readonly series?: string; readonly maxPoints?: number },
  ): readonly TimelinePoint[];
  heatMap(
    type: OperationType,
    range: TimeRange,
    options?: { readonly series?: string; readonly maxColumns?: number },
  ): HeatMap;
  /** Every series of a type with activity in the range (default: since start), by total time. */
  series(type: OperationType, range?: TimeRange): readonly SeriesSummary[];
  /** Every metric of this process in the text format of Prometheus, version 0.0.4. Never rejects. */
  prometheus(): Promise<string>;
  traces(filter?: TraceFilter): TraceList;
  trace(traceId: string): TraceDetail | MissingTrace;
  /** Kept operations that were slow, slowest first. */
  slow(filter?: OperationFilter): OperationList;
  /** Kept operations that failed, newest first. */
  failures(filter?: OperationFilter): OperationList;
  process(): ProcessFacts;
  /** Of this process and of those before it, oldest first, neighbours of one process merged to about `maxPoints` (default 120); a range that ends now ends with what is measured now. */
  runtime(range: TimeRange, maxPoints?: number): readonly RuntimeSample[];
  buffer(): BufferFacts;
  /** Undefined without a history file. */
  history(): HistoryFacts | undefined;
  /** Of operations, with a span or without. */
  spans(): OperationCounts;
  export(): ExportFacts;
  /** As of the last `refresh`: counters since this process started, and gauges. With a range counters alone, by time, those of earlier processes included. */
  business(range?: TimeRange): readonly BusinessMetric[];
  /** Where counters by range begin. */
  businessFromMillis(): number;
  /** Collects what is collected on demand, so that the next answers include everything that happened before. Never rejects. */
  refresh(): Promise<void>;
  faults(): readonly TelemetryFault[];
  /** What telemetry uses of Node and this version does not have; empty on the versions it was made for. */
  missingNodeFeatures(): readonly MissingNodeFeature[];
  ownCost(): OwnCost;
  markers(range: TimeRange): readonly Marker[];
  /** Called after kept traces or aggregates changed, at most once per second; returns the unsubscriber. Nothing is computed while nobody subscribes. */
  onChange(listener: () => void): () => void;
}

export interface TelemetryControl {
  /** Has counts kept by time under a name; the name of an instrument takes its place. One source for a name. */
  countFrom(name: string, source: CountSource): void;
  /** Pinned traces are exempt from eviction and age; false when the trace is neither in memory nor on disk, or too many are pinned. */
  pin(traceId: string, pinned: boolean): boolean;
  /** Checks a change and says what it would do; changes nothing. All that is wrong comes back together. Never rejects. */
  trySettings(
    request: SettingsRequest,
  ): Promise<SettingsTrial | { readonly problems: readonly SettingProblem[] }>;
  /** Puts a change in force from the next verdict on, if `revision` is what is in force. */
  changeSettings(request: SettingsRequest, revision: string, who: string): SettingsOutcome;
}

/** Makes a span of type render around a page or feed; with telemetry off it only calls. Errors pass through. */
export type RenderTracer = <T>(template: string, render: () => T) => T;
