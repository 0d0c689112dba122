import type { ShownAddress } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { readablePath } from '../format/readable-path.ts';
import { shortened } from '../format/shortened.ts';
import { badge, breakablePath } from './facts.ts';
import type { Column } from './table.ts';

/** Limit of an address in a row, in characters. */
const MAX_ADDRESS = 80;
const MAX_TITLE = 1000;

/** Path and query as they were sent; credentials in the query are redacted. Undefined for what no request asked for. */
export function addressText({ path, query }: ShownAddress): string | undefined {
  return path === undefined ? undefined : query ? `${path}?${query}` : path;
}

/** The address that was asked; nothing if `name` says it already. */
export function askedAddress(row: ShownAddress, name?: string): Html | null {
  const address = addressText(row);
  if (address === undefined || address === name) return null;
  const shown = readablePath(address);
  return html` <code class="path-asked" title="${shortened(shown, MAX_TITLE)}"
    ><bdi>${breakablePath(shortened(shown, MAX_ADDRESS))}</bdi></code
  >`;
}

/** The path of a route's series, which an address without parameters equals. */
export function pathOfSeries(series: string): string {
  return series.slice(series.indexOf(' ') + 1);
}

/** The status that was sent; a failure is marked. */
export function statusColumn<T extends ShownAddress & { readonly status?: string }>(
  room?: Column<T>['room'],
): Column<T> {
  return {
    label: 'status',
    key: 'status_code',
    room,
    value: ({ httpStatusCode }) => httpStatusCode,
    cell: statusCell,
  };
}

export function statusCell({
  httpStatusCode,
  status,
}: ShownAddress & { readonly status?: string }): HtmlValue {
  const code = httpStatusCode === undefined ? html`<span class="zero">–</span>` : String(httpStatusCode);
  return status === 'error' ? html`${code} ${badge('failed', 'failed')}` : code;
}

/** For files only: the address. */
export function addressColumn<T extends ShownAddress>(): Column<T> {
  return { label: 'address', key: 'address', value: addressText, cell: addressText };
}
