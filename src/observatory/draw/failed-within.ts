import type { OperationRow, OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';

/** Series named in a row. */
const MAX_WITHIN = 3;
/** In characters. */
const MAX_WITHIN_NAME = 80;
const NOUN: Readonly<Record<OperationType, string>> = {
  http: '',
  database: 'statement ',
  render: 'rendering ',
  other: '',
};

/** Of one series, with the newest as example. */
export interface WithinGroup extends Pick<OperationRow, 'type' | 'series' | 'name' | 'spanId'> {
  readonly count: number;
}

export function newestOf(group: readonly OperationRow[]): OperationRow {
  return group.reduce((a, b) => (b.startMillis > a.startMillis ? b : a));
}

/** By series, most frequent first. */
export function withinGroups(rows: readonly OperationRow[]): readonly WithinGroup[] {
  return [...Map.groupBy(rows, ({ type, series }) => `${type} ${series}`).values()]
    .map((group) => {
      const { type, series, name, spanId } = newestOf(group);
      return { type, series, name, spanId, count: group.length };
    })
    .sort((a, b) => b.count - a.count);
}

/** `in rendering guestbook`, below a request. */
export function withinWords(
  { within, count }: { readonly within: readonly WithinGroup[]; readonly count: number },
  { links }: Pick<PageView, 'links'>,
): Html | undefined {
  if (within.length === 0) return undefined;
  const rest = within.length - MAX_WITHIN;
  return html`<span class="callers"
    >in
    ${within.slice(0, MAX_WITHIN).map(
      (each, index) =>
        html`${index > 0 && ', '}${NOUN[each.type]}<a href="${links.series(each.type, each.series)}"
            ><bdi>${shortened(each.type === 'database' ? each.name : each.series, MAX_WITHIN_NAME)}</bdi></a
          >${each.count !== count && ` (${countText(each.count)})`}`,
    )}${rest > 0 && ` and ${countText(rest)} more`}</span
  >`;
}

/** For a file: `guestbook ×26`; undefined if there is none. */
export function withinText(within: readonly WithinGroup[]): string | undefined {
  if (within.length === 0) return undefined;
  return within.map(({ series, count }) => `${series} ×${countText(count)}`).join('; ');
}
