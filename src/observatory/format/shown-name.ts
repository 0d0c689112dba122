import type { OperationType } from '../../../otel/query.ts';

/**
 * What an operation is called on every page. A request goes by the series it is counted in: a route may have taken an address that the app
 * has not, and then its span says the route and the counts say unknown paths.
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
