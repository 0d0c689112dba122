import { AggregationType, DataPointType, InstrumentType, MetricReader } from '@opentelemetry/sdk-metrics';
import type { AggregationOption, MetricData } from '@opentelemetry/sdk-metrics';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Guard } from '../guard.ts';
import type { BusinessMetric } from '../query.ts';
import { copyAttributes, cutText, toAttributeMap } from './attribute-copy.ts';
import { StringInterner } from './string-interner.ts';

/** Value: how many series found no place; present only when some did. */
export const SERIES_DROPPED_METRIC = 'telemetry.business.series_dropped';

/** Per instrument; the SDK folds what is beyond into a series with `otel.metric.overflow`. */
const MAX_SERIES_PER_INSTRUMENT = 200;
const ATTRIBUTE_LIMITS = { maxAttributes: 16, maxValueChars: 256, maxBytes: 2048 };
const MAX_NAME_CHARS = 256;
/** A callback of an observable instrument that takes longer is left behind, so that it cannot hold up the rest. */
const MAX_COLLECT_MILLIS = 1000;

export interface BusinessMetricReaderOptions {
  readonly guard: Guard;
  /** Of all instruments together. Default 1000. */
  readonly maxSeries?: number;
}

/**
 * Counters and gauges made with the ordinary metrics API, as rows in this process. Cumulative since start; no timer.
 * Collecting is asynchronous in the SDK, so `business()` answers the last collection and starts the next one;
 * who needs the values of this moment awaits `refresh()` first. Histograms are dropped: RED is counted elsewhere.
 */
export class BusinessMetricReader extends MetricReader {
  readonly #guard: Guard;
  readonly #maxSeries: number;
  #rows: readonly BusinessMetric[] = [];
  #collecting = false;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: BusinessMetricReaderOptions) {
    super({ aggregationSelector: selectAggregation, cardinalitySelector: () => MAX_SERIES_PER_INSTRUMENT });
    this.#guard = options.guard;
    this.#maxSeries = options.maxSeries ?? 1000;
  }

  /** By name, then attributes; as of the last collection, which this question renews. */
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
    // The one under way may have read its counters before this call: one more follows for all who ask meanwhile.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.refresh();
    });
    return this.#next;
  }

  protected override onInitialized(): void {
    this.#collecting = true;
  }

  protected override async onForceFlush(): Promise<void> {
    await this.refresh();
  }

  /** The last values stay readable. */
  protected override async onShutdown(): Promise<void> {
    await this.refresh();
    this.#collecting = false;
  }

  async #collect(): Promise<void> {
    try {
      // Not under the request that asks: its context must not outlive it.
      const { resourceMetrics, errors } = await context.with(ROOT_CONTEXT, () =>
        this.collect({ timeoutMillis: MAX_COLLECT_MILLIS }),
      );
      for (const error of errors) this.#guard.report('business-metrics.callback', error);
      this.#rows = this.#toRows(resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics));
    } catch (error) {
      this.#guard.report('business-metrics', error);
    }
  }

  #toRows(metrics: readonly MetricData[]): readonly BusinessMetric[] {
    const rows: { readonly key: string; readonly row: BusinessMetric }[] = [];
    const strings = new StringInterner();
    let dropped = 0;
    for (const metric of metrics) {
      if (metric.dataPointType !== DataPointType.SUM && metric.dataPointType !== DataPointType.GAUGE)
        continue;
      const name = cutText(metric.descriptor.name, MAX_NAME_CHARS);
      for (const point of metric.dataPoints) {
        if (rows.length >= this.#maxSeries) {
          dropped++;
          continue;
        }
        const attributes = toAttributeMap(copyAttributes(point.attributes, ATTRIBUTE_LIMITS, strings).flat);
        rows.push({
          key: `${name}${JSON.stringify(attributes)}`,
          row: { name, attributes, value: point.value },
        });
      }
    }
    rows.sort((a, b) => (a.key < b.key ? -1 : 1));
    const sorted = rows.map(({ row }) => row);
    return dropped === 0
      ? sorted
      : [...sorted, { name: SERIES_DROPPED_METRIC, attributes: {}, value: dropped }];
  }
}

function selectAggregation(instrument: InstrumentType): AggregationOption {
  return { type: instrument === InstrumentType.HISTOGRAM ? AggregationType.DROP : AggregationType.DEFAULT };
}
