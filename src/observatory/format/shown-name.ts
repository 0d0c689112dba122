import type { OperationType } from '../../../otel/query.ts';

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
