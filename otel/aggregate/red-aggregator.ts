import type {
  HeatMap,
  OperationSummary,
  OperationType,
  SeriesSummary,
  TimelinePoint,
  TimeRange,
} from '../query.ts';
import { OPERATION_TYPES } from '../query.ts';
import type { Clock } from '../clock.ts';
import { ClosedBucketBudget } from './closed-bucket-budget.ts';
import { ClosedBucket } from './closed-bucket.ts';
import type { EndedOperation } from './ended-operation.ts';
import { heatMapOf } from './heat-map.ts';
import { RedBucket } from './red-bucket.ts';
import { bucketGrid, tierFor } from './time-grid.ts';
import { NamedSeries, totalsByExportName } from './named-series.ts';
import {
  openRollUps,
  readRollUpKey,
  type RollUp,
  rollUpKey,
  RollUpQueue,
  type RollUpSource,
} from './roll-ups.ts';
import { type OnClose, TieredSeries, TIERS } from './tiers.ts';

/** Series per type; what comes after them is counted in the overflow row, so totals stay exact. */
const DEFAULT_MAX_SERIES = 500;
/** ~6 MiB: about 25,000 closed buckets of ten distinct durations. */
const DEFAULT_MAX_BYTES = 6 * 1024 * 1024;
const DEFAULT_MAX_POINTS = 120;
/** The row that counts operations of series beyond the cap. */
export const OVERFLOW_SERIES = '(other)';

interface TypeSeries {
  readonly totals: TieredSeries;
  readonly named: Map<string, NamedSeries>;
}

/**
 * Rate, errors and durations of 100 % of operations, by type and series, since start and over time (G6, G7, G11).
 * Everything is bounded: series per type, buckets by age and by bytes.
 */
export class RedAggregator {
  readonly #clock: Clock;
  readonly #rates: () => Readonly<Record<OperationType, number>>;
  readonly #maxSeries: number;
  readonly #budget: ClosedBucketBudget;
  readonly #types: Readonly<Record<OperationType, TypeSeries>>;
  readonly #onClose: OnClose;
  readonly #rollUps = new RollUpQueue();
  #dirty: NamedSeries[] = [];
  /** Start of the second that unflushed operations belong to. */
  #secondMillis = 0;
  /** The finest tier holds nothing from before; 0 until something was restored. */
  #finestFromMillis = 0;
  /** Start of the oldest bucket that was restored. */
  #restoredFromMillis: number | undefined;

  constructor(options: {
    readonly clock: Clock;
    readonly rates: () => Readonly<Record<OperationType, number>>;
    readonly maxSeries?: number;
    readonly maxBytes?: number;
  }) {
    this.#clock = options.clock;
    this.#rates = options.rates;
    this.#maxSeries = options.maxSeries ?? DEFAULT_MAX_SERIES;
    this.#budget = new ClosedBucketBudget(options.maxBytes ?? DEFAULT_MAX_BYTES);
    this.#onClose = (tier, series, bucket) => {
      this.#budget.add(tier, series, bucket);
      this.#rollUps.add(tier, series, bucket);
    };
    const typeSeries = (type: OperationType): TypeSeries => ({
      totals: new TieredSeries(rollUpKey(type), this.#onClose),
      named: new Map(),
    });
    this.#types = {
      http: typeSeries('http'),
      database: typeSeries('database'),
      render: typeSeries('render'),
      other: typeSeries('other'),
    };
  }

  /** Where the counts of earlier processes begin; undefined without any. */
  get restoredFromMillis(): number | undefined {
    return this.#restoredFromMillis;
  }

  /** Bytes held by closed buckets, estimated. */
  get bytes(): number {
    return this.#budget.bytes;
  }

  record(operation: EndedOperation): void {
    this.#turn(operation.endMillis);
    const series = this.#seriesFor(operation.type, operation.series);
    if (!series.tiers.isDirty) this.#dirty.push(series);
    series.record(operation);
  }

  /** Tells that one recorded operation has kept detail. */
  recordKept(type: OperationType, name: string, atMillis: number): void {
    this.#turn(atMillis);
    const series = this.#seriesFor(type, name);
    if (!series.tiers.isDirty) this.#dirty.push(series);
    series.tiers.recordKept();
  }

  operations(range?: TimeRange): Readonly<Record<OperationType, OperationSummary>> {
    this.#flush();
    const summary = (type: OperationType): OperationSummary =>
      this.#summary(type, this.#over(this.#types[type].totals, range));
    return {
      http: summary('http'),
      database: summary('database'),
      render: summary('render'),
      other: summary('other'),
    };
  }

  timeline(
    type: OperationType,
    range: TimeRange,
    options: { readonly series?: string; readonly maxPoints?: number } = {},
  ): readonly TimelinePoint[] {
    return this.#grid(type, range, options.series, options.maxPoints).map((cell) => ({
      ...this.#summary(type, cell.bucket),
      startMillis: cell.startMillis,
      widthMillis: cell.widthMillis,
      partial: cell.partial,
    }));
  }

  heatMap(
    type: OperationType,
    range: TimeRange,
    options: { readonly series?: string; readonly maxColumns?: number } = {},
  ): HeatMap {
    return heatMapOf(this.#grid(type, range, options.series, options.maxColumns));
  }

  series(type: OperationType, range?: TimeRange): readonly SeriesSummary[] {
    this.#flush();
    const rows: SeriesSummary[] = [];
    for (const [name, series] of this.#types[type].named) {
      const bucket = this.#over(series.tiers, range);
      if (bucket.isEmpty) continue;
      rows.push({
        ...this.#summary(type, bucket),
        type,
        name,
        ...series.facts(bucket),
        ...requestFactsOf(type, bucket),
      });
    }
    return rows.sort((a, b) => b.totalMillis - a.totalMillis);
  }

  /** Share of all durations of a series since start that are shorter, 0–1; undefined for a series that is not held. */
  percentileOf(type: OperationType, name: string, durationMillis: number): number | undefined {
    this.#flush();
    return this.#types[type].named.get(name)?.tiers.total.durations.shareBelow(durationMillis * 1e6);
  }

  /** Since start, for exporters: statements grouped by their summary. */
  totals(): readonly { readonly type: OperationType; readonly name: string; readonly bucket: RedBucket }[] {
    this.#flush();
    return OPERATION_TYPES.flatMap((type) =>
      [...totalsByExportName(this.#types[type].named.values())].map(([name, bucket]) => ({
        type,
        name,
        bucket,
      })),
    );
  }

  exported(): readonly SeriesSummary[] {
    return this.totals()
      .filter(({ bucket }) => !bucket.isEmpty)
      .map(({ type, name, bucket }) => ({ ...this.#summary(type, bucket), type, name }));
  }

  /** Hands closed buckets over to be kept on disk, and takes them back at the next start. From the first call on they are queued. */
  rollUps(): RollUpSource {
    this.#rollUps.open();
    return {
      takeClosed: (max) => this.#rollUps.take(max),
      takeAll: () => {
        this.#flush();
        return [...this.#rollUps.take(Infinity), ...this.#everySeries().flatMap(openRollUps)];
      },
      restore: (rollUps) => this.#restore(rollUps),
    };
  }

  #everySeries(): TieredSeries[] {
    return Object.values(this.#types).flatMap(({ totals, named }) => [
      totals,
      ...[...named.values()].map((series) => series.tiers),
    ]);
  }

  #restore(rollUps: Iterable<RollUp>): void {
    const now = this.#clock.now();
    for (const { tier, startMillis, series: key, body } of rollUps) {
      const of = readRollUpKey(key);
      const bucket = ClosedBucket.unpack(startMillis, body);
      if (of === undefined || bucket === undefined || TIERS[tier] === undefined) continue;
      const { type, name } = of;
      const series = name === undefined ? this.#types[type].totals : this.#seriesFor(type, name).tiers;
      this.#finestFromMillis = now;
      this.#restoredFromMillis = Math.min(startMillis, this.#restoredFromMillis ?? Infinity);
      if (series.restore(tier, bucket, now)) this.#budget.add(tier, series, bucket);
    }
  }

  #seriesFor(type: OperationType, name: string): NamedSeries {
    const { named, totals } = this.#types[type];
    const known = named.get(name);
    if (known !== undefined) return known;
    if (named.size >= this.#maxSeries && name !== OVERFLOW_SERIES)
      return this.#seriesFor(type, OVERFLOW_SERIES);
    const tiers = new TieredSeries(rollUpKey(type, name), this.#onClose, totals);
    const series = new NamedSeries(type, name, tiers);
    named.set(name, series);
    return series;
  }

  /** A clock that stepped back must not reorder buckets: such operations count in the second that is open. */
  #turn(atMillis: number): void {
    if (atMillis < this.#secondMillis + 1000) return;
    this.#flush();
    this.#secondMillis = atMillis - (atMillis % 1000);
    this.#budget.expire(atMillis);
  }

  #flush(): void {
    for (const series of this.#dirty) series.tiers.flush(this.#secondMillis);
    this.#dirty = [];
  }

  #over(series: TieredSeries, range: TimeRange | undefined): RedBucket {
    if (range === undefined) return series.total;
    const target = new RedBucket();
    const tier = tierFor(range, this.#clock.now(), this.#finestFromMillis);
    series.read(tier.index, tier.alignedFromMillis, range.toMillis, (_start, mergeInto) => mergeInto(target));
    return target;
  }

  #grid(type: OperationType, range: TimeRange, name: string | undefined, maxCells = DEFAULT_MAX_POINTS) {
    this.#flush();
    const now = this.#clock.now();
    const tiers = name === undefined ? this.#types[type].totals : this.#types[type].named.get(name)?.tiers;
    return bucketGrid({
      range,
      nowMillis: now,
      startedMillis: this.#finestFromMillis,
      maxCells,
      read: tiers && tiers.read.bind(tiers),
    });
  }

  #summary(type: OperationType, bucket: RedBucket): OperationSummary {
    return {
      count: bucket.count,
      errors: bucket.errors,
      clientErrors: bucket.clientErrors,
      aborted: bucket.aborted,
      slow: bucket.slow,
      totalMillis: bucket.durations.sumNanos / 1e6,
      durationMillis: bucket.durationSummary(),
      kept: bucket.kept,
      rate: this.#rates()[type],
    };
  }
}

/** What only requests have. */
function requestFactsOf(type: OperationType, bucket: RedBucket): Pick<SeriesSummary, 'statuses' | 'waited'> {
  if (type !== 'http') return {};
  return {
    statuses: bucket.statuses.of(bucket.count),
    waited: { count: bucket.waited, totalMillis: bucket.waitMicros / 1000 },
  };
}
