import type { OperationType } from '../query.ts';
import type { StatementNames } from '../base/operation-types.ts';
import { NamedSeries } from './named-series.ts';
import { readRollUpKey, rollUpKey } from './roll-up-key.ts';
import { pointBudget } from './series-points.ts';
import { TieredSeries } from './tiered-series.ts';

/** The row for series beyond the cap. */
export const OVERFLOW_SERIES = '(other)';

/** Number of executions of a statement by an http series. */
export interface Calls {
  readonly statement: string;
  readonly caller: string;
  readonly calls: number;
}

export interface CallerBook {
  /** Calls since the previous call. */
  takeCalls(): Iterable<Calls>;
  /** Adds those of earlier processes; call it when counts are restored, before traffic. */
  restoreCalls(calls: Calls): void;
}

export interface StatementBook {
  /** Statements of this process not returned before. */
  takeStatements(): Iterable<StatementNames>;
  /** Adds those of earlier processes; call it when counts are restored, before traffic. */
  restoreStatement(names: StatementNames): void;
}

interface TypeSeries {
  readonly totals: TieredSeries;
  readonly named: Map<string, NamedSeries>;
}

/** Every series by name and by number; bounded per type, with one overflow series so that totals stay exact. */
export class SeriesBook implements CallerBook, StatementBook {
  readonly #maxSeries: number;
  readonly #byNumber: TieredSeries[] = [];
  readonly #budget = pointBudget();
  readonly #types: Readonly<Record<OperationType, TypeSeries>>;

  /** @param maxSeries Per type. */
  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
    const typeSeries = (type: OperationType): TypeSeries => ({
      totals: this.#add(rollUpKey(type)),
      named: new Map(),
    });
    this.#types = {
      http: typeSeries('http'),
      database: typeSeries('database'),
      render: typeSeries('render'),
      other: typeSeries('other'),
    };
  }

  totals(type: OperationType): TieredSeries {
    return this.#types[type].totals;
  }

  named(type: OperationType): ReadonlyMap<string, NamedSeries> {
    return this.#types[type].named;
  }

  /** Creates the series if it is new. */
  of(type: OperationType, name: string): NamedSeries {
    const { named, totals } = this.#types[type];
    const known = named.get(name);
    if (known !== undefined) return known;
    if (named.size >= this.#maxSeries && name !== OVERFLOW_SERIES) return this.of(type, OVERFLOW_SERIES);
    const series = new NamedSeries(type, name, this.#add(rollUpKey(type, name), totals), this.#budget);
    named.set(name, series);
    return series;
  }

  *takeCalls(): Iterable<Calls> {
    for (const [statement, series] of this.named('database'))
      for (const [caller, calls] of series.takeCalls()) yield { statement, caller, calls };
  }

  /** Skips a statement without counts. */
  restoreCalls({ statement, caller, calls }: Calls): void {
    this.named('database').get(statement)?.restoreCalls(caller, calls);
  }

  *takeStatements(): Iterable<StatementNames> {
    for (const series of this.named('database').values()) {
      const names = series.takeNames();
      if (names !== undefined) yield names;
    }
  }

  /** Skips a statement without counts. */
  restoreStatement(names: StatementNames): void {
    this.named('database').get(names.series)?.restoreNames(names);
  }

  /** By its key on disk; undefined for a key that no version wrote. */
  ofKey(key: string): TieredSeries | undefined {
    const found = readRollUpKey(key);
    if (found === undefined) return undefined;
    return found.name === undefined ? this.totals(found.type) : this.of(found.type, found.name).tiers;
  }

  /** Its key on disk. */
  keyOf(number: number): string {
    return this.#byNumber[number]!.key;
  }

  /** Returns true for a named series of this type. */
  isOf(type: OperationType, number: number): boolean {
    return this.#byNumber[number]?.totals === this.totals(type);
  }

  #add(key: string, totals?: TieredSeries): TieredSeries {
    const series = new TieredSeries(this.#byNumber.length, key, totals);
    this.#byNumber.push(series);
    return series;
  }
}
