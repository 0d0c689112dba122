import { summaryOfSeries } from '../../../otel/kit.ts';
import type { OperationType, StallHolder } from '../../../otel/query.ts';

/**
 * The name of an operation on every page. A request is named by the series it is counted in: a route may have answered an unknown
 * path, and then the span has the route, but the counts have “unknown paths”.
 */
export function shownName({
  type,
  name,
  series,
}: {
  readonly type: OperationType;
  readonly name: string;
  readonly series: string;
}): string {
  return type === 'http' && series !== '' ? series : name;
}

/** The same of what held the event loop: a statement by its summary, as on every other page; a template by its series. */
export function holderName({ type, series, name }: Pick<StallHolder, 'type' | 'series' | 'name'>): string {
  return type === 'database' ? (name ?? summaryOfSeries(series)) : series;
}
