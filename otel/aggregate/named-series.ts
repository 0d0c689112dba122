import type { OperationType, SeriesSummary } from '../query.ts';
import type { StatementNames } from '../base/operation-types.ts';
import { namesOfSeries } from '../sql/statement-names.ts';
import type { Operation } from '../spans/operation.ts';
import { DurationSketch } from './duration-sketch.ts';
import type { RedBucket } from './red-bucket.ts';
import {
  isSamePoint,
  type PointBudget,
  pointBudget,
  type SeriesPoint,
  SeriesPoints,
} from './series-points.ts';
import type { TieredSeries } from './tiered-series.ts';

/** Distinct callers recorded per statement; later ones are not counted. */
const MAX_CALLERS = 32;
/** Callers shown per row. */
const SHOWN_CALLERS = 8;

/** A series with its name and, for statements, text, summary and callers. */
export class NamedSeries {
  readonly name: string;
  readonly tiers: TieredSeries;
  readonly #isStatement: boolean;
  readonly #points: SeriesPoints;
  /** From an operation. */
  #statement: StatementNames | undefined;
  /** From an earlier process, or derived from the name; until the statement runs again. */
  #guessed: StatementNames | undefined;
  #isTaken = false;
  #callers: Map<string, number> | undefined;
  /** Call counts already returned by `takeCalls`. */
  #taken: Map<string, number> | undefined;

  constructor(type: OperationType, name: string, tiers: TieredSeries, budget: PointBudget = pointBudget()) {
    this.#points = new SeriesPoints(budget);
    this.#isStatement = type === 'database';
    this.name = name;
    this.tiers = tiers;
  }

  record(operation: Operation): void {
    this.tiers.delta.record(operation);
    this.#points.record(operation);
    // The overflow row has no statement of its own.
    if (this.#statement === undefined && operation.series === this.name)
      this.#statement = operation.statement;
    if (operation.caller !== undefined) this.#recordCaller(operation.caller);
  }

  facts(bucket: RedBucket): Pick<SeriesSummary, 'summary' | 'text' | 'rows' | 'callers'> {
    if (!this.#isStatement) return {};
    const { summary, text } = this.#names();
    return {
      summary,
      ...(text === undefined ? {} : { text, rows: bucket.rows }),
      ...(this.#callers === undefined ? {} : { callers: this.#mostFrequentCallers(this.#callers) }),
    };
  }

  /** Name in exported metrics: statements are grouped by summary, of which there are fewer. */
  get exportName(): string {
    return this.#isStatement ? this.#names().summary : this.name;
  }

  /** Points since start, which add up to the series. Move `delta` on first. */
  points(): readonly SeriesPoint[] {
    return this.#points.points(this.tiers.total.durations);
  }

  #names(): StatementNames {
    return this.#statement ?? (this.#guessed ??= namesOfSeries(this.name));
  }

  /** Names from an operation, returned once. */
  takeNames(): StatementNames | undefined {
    if (this.#isTaken || this.#statement === undefined) return undefined;
    this.#isTaken = true;
    return this.#statement;
  }

  restoreNames(names: StatementNames): void {
    this.#guessed = names;
  }

  /** Calls per caller since the previous call. */
  *takeCalls(): Iterable<readonly [caller: string, calls: number]> {
    for (const [caller, calls] of this.#callers ?? []) {
      const more = calls - (this.#taken?.get(caller) ?? 0);
      if (more > 0) yield [caller, more];
    }
    this.#taken = this.#callers && new Map(this.#callers);
  }

  /** Adds calls of earlier processes. */
  restoreCalls(caller: string, calls: number): void {
    this.#callers ??= new Map();
    this.#taken ??= new Map();
    if (!this.#callers.has(caller) && this.#callers.size >= MAX_CALLERS) return;
    for (const each of [this.#callers, this.#taken]) each.set(caller, (each.get(caller) ?? 0) + calls);
  }

  #recordCaller(caller: string): void {
    this.#callers ??= new Map();
    const calls = this.#callers.get(caller);
    if (calls !== undefined) this.#callers.set(caller, calls + 1);
    else if (this.#callers.size < MAX_CALLERS) this.#callers.set(caller, 1);
  }

  #mostFrequentCallers(callers: Map<string, number>): readonly string[] {
    return [...callers]
      .sort((a, b) => b[1] - a[1])
      .slice(0, SHOWN_CALLERS)
      .map(([caller]) => caller);
  }
}

/** A point of the metrics: operations of one series, or of all statements of one summary, with the same result. */
export interface MetricPoint extends SeriesPoint {
  readonly name: string;
}

/** All points since start by exported name; points of equal name are merged, sketches included. */
export function metricPoints(series: Iterable<NamedSeries>): readonly MetricPoint[] {
  const byName = new Map<string, { key: SeriesPoint; merged: DurationSketch }[]>();
  for (const one of series) {
    let points = byName.get(one.exportName);
    if (points === undefined) byName.set(one.exportName, (points = []));
    for (const key of one.points()) {
      let point = points.find((each) => isSamePoint(each.key, key));
      if (point === undefined) points.push((point = { key, merged: new DurationSketch() }));
      point.merged.merge(key.durations);
    }
  }
  return [...byName].flatMap(([name, points]) =>
    points.map(({ key, merged }) => ({ ...key, name, durations: merged })),
  );
}
