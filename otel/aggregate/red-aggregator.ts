import type {
  Coverage,
  HeatMap,
  HeatMapOptions,
  OperationSummary,
  OperationType,
  SeriesSummary,
  TelemetryQuery,
  TimelinePoint,
  TimeRange,
} from '../query.ts';
import type { Clock } from '../base/clock.ts';
import { type ClockStep, ClockWatch } from './clock-watch.ts';
import type { CountsArchive } from './counts-archive.ts';
import { CountsOverTime, type SeriesTargets } from './counts-over-time.ts';
import type { AskedAddress } from '../spans/asked-address.ts';
import type { Operation } from '../spans/operation.ts';
import { heatMapOf } from './heat-map.ts';
import type { RedAggregatorOptions } from './red-aggregator-options.ts';
import { RecentAnswers } from './recent-answers.ts';
import { Remembered } from './remembered.ts';
import { requestFactsOf, summaryOf } from './operation-summary.ts';
import { RangePlanner } from './range-plan.ts';
import { RedBucket } from './red-bucket.ts';
import { type MetricPoint, metricPoints } from './named-series.ts';
import { RequestBook } from './request-book.ts';
import { RollUpQueue, type RollUpSource } from './roll-ups.ts';
import { type CallerBook, SeriesBook, type StatementBook } from './series-book.ts';
import { SeriesSums } from './series-sums.ts';
import type { TieredSeries } from './tiered-series.ts';
import { cellsOf, type GridCell } from './time-grid.ts';
import { FIRST_KEPT_TIER, TIERS } from './tiers.ts';

/** Series per type; later ones count in the overflow row, so totals stay exact. */
const DEFAULT_MAX_SERIES = 500;
const DEFAULT_MAX_POINTS = 120;

/**
 * Rate, errors and durations of 100 % of operations, by type and series, since start and over time (G6, G7, G11).
 * Everything is bounded: series per type, buckets by age and by bytes.
 */
export class RedAggregator {
  readonly #clock: Clock;
  readonly #rates: () => Readonly<Record<OperationType, number>>;
  readonly #book: SeriesBook;
  readonly #counts: CountsOverTime;
  readonly #planner: RangePlanner;
  readonly #queue: RollUpQueue;
  readonly #watch: ClockWatch;
  readonly #onClockStep: (step: ClockStep) => void;
  readonly #ever = new Remembered<TieredSeries, RedBucket>();
  /** For a history of it. */
  readonly requests: RequestBook;
  #archive: CountsArchive | undefined;
  #dirty: TieredSeries[] = [];
  readonly #recent = new RecentAnswers<readonly SeriesSummary[]>(() => this.#clock.now());
  /** Start of the open second. */
  #secondMillis = 0;
  readonly #startedMillis: number;

  constructor(options: RedAggregatorOptions) {
    const { tiers = TIERS, processId = 'this' } = options;
    this.#clock = options.clock;
    this.#rates = options.rates;
    this.#book = new SeriesBook(options.maxSeries ?? DEFAULT_MAX_SERIES);
    this.#onClockStep = options.onClockStep ?? (() => {});
    this.#startedMillis = options.clock.now();
    this.requests = new RequestBook(() => options.clock.now());
    this.#watch = new ClockWatch(options.clock);
    this.#queue = new RollUpQueue(processId, (number) => this.#book.keyOf(number));
    this.#counts = new CountsOverTime(this.#queue, tiers);
    this.#planner = new RangePlanner(this.#counts, tiers);
  }

  /** Start of the counts of this and earlier processes. */
  get countedFromMillis(): number {
    return Math.min(this.#startedMillis, this.#archive?.oldestMillis() ?? Infinity);
  }

  /** Bytes of closed buckets and of lists of requests, estimated. */
  get bytes(): number {
    return this.#counts.bytes + this.requests.bytes;
  }

  /** @param asked Of a request. Returns the start of the second it was counted in, for `recordKept`. */
  record(operation: Operation, asked?: AskedAddress): number {
    const { endMillis } = operation;
    this.#recent.forget();
    if (endMillis < this.#secondMillis || endMillis >= this.#secondMillis + 1000) this.#turn(endMillis);
    const series = this.#book.of(operation.type, operation.series);
    if (series.tiers.delta.isEmpty) this.#dirty.push(series.tiers);
    series.record(operation);
    if (asked !== undefined) this.requests.record(series.name, operation, asked);
    return this.#secondMillis;
  }

  /** Records that the span of an operation was kept; `countedMillis` is the result of `record`, so that it counts in the same second. */
  recordKept(type: OperationType, name: string, countedMillis: number): void {
    this.#recent.forget();
    const series = this.#book.of(type, name);
    if (countedMillis === this.#secondMillis) {
      if (series.tiers.delta.isEmpty) this.#dirty.push(series.tiers);
      series.tiers.delta.kept++;
      return;
    }
    for (const each of [series.tiers, this.#book.totals(type)]) {
      each.total.kept++;
      this.#counts.addKept(each, countedMillis);
    }
  }

  /** Never throws; the returned range is counted exactly, except for the parts it lists as missing. */
  coverage(range: TimeRange): Coverage {
    this.#settle();
    const { countedFromMillis } = this;
    return { ...this.#planner.coverage(range, this.#clock.now()), countedFromMillis };
  }

  operations(range?: TimeRange): Readonly<Record<OperationType, OperationSummary>> {
    this.#settle();
    const summary = (type: OperationType): OperationSummary =>
      this.#summary(type, this.#over(this.#book.totals(type), range));
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

  heatMap(type: OperationType, range: TimeRange, options: HeatMapOptions = {}): HeatMap {
    const { series, maxColumns, bucketsPerBand } = options;
    return heatMapOf(this.#grid(type, range, series, maxColumns), bucketsPerBand);
  }

  series(type: OperationType, range?: TimeRange): readonly SeriesSummary[] {
    this.#settle();
    const { fromMillis = '', toMillis = '' } = range ?? {};
    return this.#recent.of(`${type} ${fromMillis} ${toMillis}`, () => this.#seriesOver(type, range));
  }

  #seriesOver(type: OperationType, range?: TimeRange): readonly SeriesSummary[] {
    const rows: SeriesSummary[] = [];
    const buckets = this.#allOver(type, range);
    for (const [name, series] of this.#book.named(type)) {
      const bucket = buckets(series.tiers);
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

  readonly requestLists: TelemetryQuery['requestLists'] = (...asked) => this.requests.of(...asked);
  readonly errorLists: TelemetryQuery['errorLists'] = (...asked) => this.requests.errors(...asked);
  readonly notFound: TelemetryQuery['notFound'] = (range) => this.requests.notFound(range);

  /** Share of durations of a series that are shorter, 0–1, over all counts held; undefined for an unknown series. */
  percentileOf(type: OperationType, name: string, durationMillis: number): number | undefined {
    this.#settle();
    const series = this.#book.named(type).get(name)?.tiers;
    if (series === undefined) return undefined;
    const ever = this.#ever.of(series, this.#secondMillis, () => {
      const { countedFromMillis: fromMillis } = this;
      if (fromMillis >= this.#startedMillis) return series.total;
      return this.#over(series, { fromMillis, toMillis: this.#clock.now() + 1 });
    });
    return ever.durations.shareBelow(durationMillis * 1e6);
  }

  /** Name of a series in `metricPoints`; undefined if it is not counted by itself. */
  exportNameOf(type: OperationType, series: string): string | undefined {
    return this.#book.named(type).get(series)?.exportName;
  }

  /** Points since start, for exporters: statements are grouped by summary. */
  metricPoints(type: OperationType): readonly MetricPoint[] {
    this.#flush();
    return metricPoints(this.#book.named(type).values());
  }

  /** Statements and their callers, for a history of them. */
  get book(): CallerBook & StatementBook {
    return this.#book;
  }

  /**
   * Queues closed buckets for the disk, from the first call on, and reads them back at the next start.
   * @param settle Records deferred operations; called before a second is closed.
   */
  rollUps(settle: () => void = () => {}): RollUpSource {
    const queue = this.#queue;
    if (queue.open()) this.#counts.queueHeld();
    return {
      processId: queue.processId,
      get owner() {
        return queue.owner;
      },
      peek: (max) => {
        settle();
        this.#turn(this.#clock.now());
        return this.#queue.peek(max);
      },
      wrote: (count) => this.#queue.wrote(count),
      completeMillis: () => (this.#queue.isEmpty ? this.#counts.openMillis(FIRST_KEPT_TIER) : undefined),
      closeAll: () => {
        this.#flush();
        this.#counts.closeAll();
      },
      restore: (archive) => {
        this.#archive = archive;
        this.#counts.restore(archive, this.#clock.now(), (key) => this.#book.ofKey(key));
      },
    };
  }

  /** For an operation that did not end in the open second. */
  #turn(endMillis: number): void {
    const { secondMillis, step } = this.#watch.look(endMillis, this.#secondMillis);
    if (secondMillis === this.#secondMillis && step === undefined) return;
    this.#flush();
    if (step !== undefined && this.#secondMillis > 0) {
      this.#counts.closeAll();
      this.#onClockStep(step);
    }
    this.#secondMillis = secondMillis;
    this.#counts.advance(secondMillis);
  }

  /** Brings counts up to date before a read. */
  #settle(): void {
    this.#flush();
    this.#counts.refresh((key) => this.#book.ofKey(key));
  }

  #flush(): void {
    for (const series of this.#dirty) this.#counts.absorb(series);
    this.#dirty = [];
  }

  #over(series: TieredSeries, range: TimeRange | undefined): RedBucket {
    if (range === undefined) return series.total;
    const target = new RedBucket();
    for (const { tier, ...part } of this.#planner.segments(this.#planner.plan(range)))
      this.#counts.read(series, tier, part, (_start, mergeInto) => mergeInto(target));
    return target;
  }

  /** Per series of a type, its counts in the range. */
  #allOver(type: OperationType, range: TimeRange | undefined): (series: TieredSeries) => RedBucket {
    if (range === undefined) return ({ total }) => total;
    const sums = new SeriesSums();
    const targets: SeriesTargets = {
      wanted: [...this.#book.named(type).values()].map(({ tiers }) => tiers),
      targetOf: (number) => (this.#book.isOf(type, number) ? sums.of(number) : undefined),
      numberOf: (key) => this.#book.ofKey(key)?.number,
    };
    for (const { tier, ...part } of this.#planner.segments(this.#planner.plan(range)))
      this.#counts.readAll(tier, part, targets);
    return ({ number }) => sums.of(number);
  }

  #grid(
    type: OperationType,
    range: TimeRange,
    name: string | undefined,
    maxCells = DEFAULT_MAX_POINTS,
  ): readonly GridCell[] {
    this.#settle();
    if (!(range.toMillis > range.fromMillis)) return [];
    const series = name === undefined ? this.#book.totals(type) : this.#book.named(type).get(name)?.tiers;
    const plan = this.#planner.plan(range);
    const { cells, widthMillis, cellAt } = cellsOf(
      plan,
      this.#planner.stepMillis(plan),
      maxCells,
      this.#clock.now(),
    );
    if (series === undefined) return cells;
    for (const { tier, ...part } of this.#planner.segments(plan, widthMillis))
      this.#counts.read(series, tier, part, (startMillis, mergeInto) =>
        mergeInto(cellAt(startMillis).bucket),
      );
    return cells;
  }

  #summary(type: OperationType, bucket: RedBucket): OperationSummary {
    return summaryOf(bucket, this.#rates()[type]);
  }
}
