import type { OperationRow, OperationType } from '../../../otel/query.ts';

/** An operation, and how much of its time something else held the event loop. */
export interface WaitedRow extends OperationRow {
  readonly waitedMillis: number;
}

/** Slow operations of one route, statement or template. */
export interface SlowGroup {
  readonly type: OperationType;
  readonly series: string;
  /** Of the worst. */
  readonly name: string;
  readonly count: number;
  readonly totalMillis: number;
  /** Of the time of all slow operations of the type, 0–1: a request's time contains that of its statements. */
  readonly share: number;
  readonly lastMillis: number;
  readonly worst: WaitedRow;
  /** That of `worst`. */
  readonly durationMillis: number;
  /** Of `totalMillis`, waiting for the event loop. */
  readonly waitedMillis: number;
}

/** Groups by type and series, most time first. */
export function slowGroups(rows: readonly WaitedRow[]): readonly SlowGroup[] {
  const groups = new Map<string, WaitedRow[]>();
  const totals = new Map<OperationType, number>();
  for (const row of rows) {
    const key = `${row.type} ${row.series}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
    totals.set(row.type, (totals.get(row.type) ?? 0) + row.durationMillis);
  }
  return [...groups.values()]
    .map((group): SlowGroup => {
      const worst = group.reduce((a, b) => (b.durationMillis > a.durationMillis ? b : a));
      const { type, series, name, durationMillis } = worst;
      const totalMillis = group.reduce((sum, row) => sum + row.durationMillis, 0);
      return {
        type,
        series,
        name,
        count: group.length,
        totalMillis,
        share: totalMillis / Math.max(Number.MIN_VALUE, totals.get(type) ?? 0),
        lastMillis: group.reduce((last, row) => Math.max(last, row.startMillis), -Infinity),
        worst,
        durationMillis,
        waitedMillis: group.reduce((sum, row) => sum + row.waitedMillis, 0),
      };
    })
    .sort((a, b) => b.totalMillis - a.totalMillis);
}
