import { AggregationType, DataPointType, InstrumentType, MetricReader } from '@opentelemetry/sdk-metrics';
import type { AggregationOption, MetricData } from '@opentelemetry/sdk-metrics';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Guard } from '../base/guard.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import type { AttributeMap, BusinessMetric, CountSource } from '../query.ts';
import { copyAttributes, cutText, toAttributeMap } from './attribute-copy.ts';
import { backgroundTimeout } from './background-timer.ts';
import { StringInterner } from './string-interner.ts';

/** Value: number of series beyond the limits; present only if there are any. */
export const SERIES_DROPPED_METRIC = 'telemetry.business.series_dropped';

/** Per instrument; the SDK folds the rest into a series with `otel.metric.overflow`. */
const MAX_SERIES_PER_INSTRUMENT = 200;
const ATTRIBUTE_LIMITS = { maxAttributes: 16, maxValueChars: 256, maxBytes: 2048 };
const MAX_NAME_CHARS = 256;
/** Counts are recorded over time by the second. */
const BOOK_INTERVAL_MILLIS = 1000;
/** A slower callback of an observable instrument is not awaited, so that it cannot delay the rest. */
const MAX_COLLECT_MILLIS = 1000;

export interface BusinessMetricReaderOptions {
  readonly guard: Guard;
  /** Over all instruments. Default 1000. */
  readonly maxSeries?: number;
  /** Called with the counts of each second. */
  readonly onCounted?: (name: string, attributes: AttributeMap, count: number, atMillis: number) => void;
  /** Runs the work of its timer. */
  readonly runMeasured?: (work: () => Promise<void>) => Promise<void>;
  readonly clock?: Clock;
}

interface Row {
  /** Name and attributes. */
  readonly key: string;
  readonly row: BusinessMetric;
  readonly isCounter: boolean;
}

/**
 * Counters and gauges of the ordinary metrics API, as rows in this process. Cumulative since start; once a second the increments of counters are
 * recorded over time. Collection is asynchronous in the SDK, so `business()` returns the last collection and starts the next one; await `refresh()`
 * first for current values. Histograms are ignored: RED is counted elsewhere.
 */
export class BusinessMetricReader extends MetricReader {
  readonly #guard: Guard;
  readonly #maxSeries: number;
  readonly #clock: Clock;
  readonly #onCounted: NonNullable<BusinessMetricReaderOptions['onCounted']>;
  readonly #runMeasured: NonNullable<BusinessMetricReaderOptions['runMeasured']>;
  readonly #sources = new Map<string, CountSource>();
  /** By key: the part of a counter that is already recorded. */
  readonly #booked = new Map<string, number>();
  /** The completed second that is being collected, if any. */
  #bookAtMillis: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #rows: readonly BusinessMetric[] = [];
  #collecting = false;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: BusinessMetricReaderOptions) {
    super({ aggregationSelector: selectAggregation, cardinalitySelector: () => MAX_SERIES_PER_INSTRUMENT });
    this.#guard = options.guard;
    this.#maxSeries = options.maxSeries ?? 1000;
    this.#clock = options.clock ?? systemClock;
    this.#onCounted = options.onCounted ?? (() => {});
    this.#runMeasured = options.runMeasured ?? ((work) => work());
  }

  /** Its counts replace those of an instrument of that name. */
  countFrom(name: string, source: CountSource): void {
    this.#sources.set(name, source);
  }

  /** By name, then attributes; as of the last collection. Starts the next one. */
  business(): readonly BusinessMetric[] {
    this.refresh().catch(() => {});
    return this.#rows;
  }

  /** Resolves when `business()` includes everything recorded before this call. Never rejects. */
  refresh(): Promise<void> {
    if (!this.#collecting) return Promise.resolve();
    if (this.#running === undefined) {
      this.#running = this.#collect().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    // The running one may have read its counters before this call: one more follows for all callers meanwhile.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.refresh();
    });
    return this.#next;
  }

  protected override onInitialized(): void {
    this.#collecting = true;
    this.#schedule();
  }

  /** At the end of each second, so that counts are attributed to it. */
  #schedule(): void {
    const now = this.#clock.now();
    const due = now - (now % BOOK_INTERVAL_MILLIS) + BOOK_INTERVAL_MILLIS;
    this.#timer = backgroundTimeout(() => {
      this.#bookAtMillis = due - 1;
      void this.#runMeasured(() => this.refresh()).then(() => this.#collecting && this.#schedule());
    }, due - now);
  }

  protected override async onForceFlush(): Promise<void> {
    await this.refresh();
  }

  /** The last values stay readable. */
  protected override async onShutdown(): Promise<void> {
    clearTimeout(this.#timer);
    await this.refresh();
    this.#collecting = false;
  }

  async #collect(): Promise<void> {
    const atMillis = this.#bookAtMillis ?? this.#clock.now();
    this.#bookAtMillis = undefined;
    try {
      const counted = this.#takeFromSources();
      // Not in the context of the caller's request: it must not outlive the request.
      const { resourceMetrics, errors } = await context.with(ROOT_CONTEXT, () =>
        this.collect({ timeoutMillis: MAX_COLLECT_MILLIS }),
      );
      for (const error of errors) this.#guard.report('business-metrics.callback', error);
      const rows = this.#toRows(resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics));
      this.#book([...counted, ...this.#gained(rows)], atMillis);
      this.#rows = rows.map(({ row }) => row);
    } catch (error) {
      this.#guard.report('business-metrics', error);
    }
  }

  #takeFromSources(): readonly BusinessMetric[] {
    return [...this.#sources].flatMap(([name, source]) =>
      this.#guard.run(
        'business-metrics.source',
        () => [...source()].map(([attributes, value]) => ({ name, attributes, value })),
        [],
      ),
    );
  }

  /** Increments of counters since the previous collection. */
  #gained(rows: readonly Row[]): readonly BusinessMetric[] {
    const counters = rows.filter(({ isCounter, row }) => isCounter && !this.#sources.has(row.name));
    return counters.map(({ key, row }) => {
      const value = row.value - (this.#booked.get(key) ?? 0);
      this.#booked.set(key, row.value);
      return { ...row, value };
    });
  }

  #book(counted: readonly BusinessMetric[], atMillis: number): void {
    for (const { name, attributes, value } of counted)
      if (value > 0) this.#onCounted(name, attributes, value, atMillis);
  }

  #toRows(metrics: readonly MetricData[]): readonly Row[] {
    const rows: Row[] = [];
    const strings = new StringInterner();
    let dropped = 0;
    for (const metric of metrics) {
      if (metric.dataPointType !== DataPointType.SUM && metric.dataPointType !== DataPointType.GAUGE)
        continue;
      const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
      const isGauge = metric.dataPointType === DataPointType.GAUGE;
      const name = cutText(metric.descriptor.name, MAX_NAME_CHARS);
      for (const point of metric.dataPoints) {
        if (rows.length >= this.#maxSeries) {
          dropped++;
          continue;
        }
        const attributes = toAttributeMap(copyAttributes(point.attributes, ATTRIBUTE_LIMITS, strings).flat);
        rows.push({
          key: `${name}${JSON.stringify(attributes)}`,
          row: { name, attributes, value: point.value, ...(isGauge && { gauge: true }) },
          isCounter,
        });
      }
    }
    rows.sort((a, b) => (a.key < b.key ? -1 : 1));
    if (dropped > 0) {
      const row = { name: SERIES_DROPPED_METRIC, attributes: {}, value: dropped };
      rows.push({ key: row.name, row, isCounter: false });
    }
    return rows;
  }
}

function selectAggregation(instrument: InstrumentType): AggregationOption {
  return { type: instrument === InstrumentType.HISTOGRAM ? AggregationType.DROP : AggregationType.DEFAULT };
}
