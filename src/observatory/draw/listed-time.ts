import type { RequestLists } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import type { Query } from '../links.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { isoTime } from './time-columns.ts';
import { listedWhen } from './top-tables.ts';

/** Lists are of whole hours, and may begin before the range or end after it: how many errors they have, where the page has those of its range, and a link to it with the time of the lists for all. */
export function listedTime(
  { fromMillis, toMillis, count }: Pick<RequestLists, 'fromMillis' | 'toMillis' | 'count'>,
  query: Query,
  view: PageView,
): Html | undefined {
  const { range, links, path } = view;
  if (fromMillis >= range.fromMillis && (range.moving || toMillis <= range.toMillis)) return undefined;
  const to = range.moving ? undefined : isoTime(toMillis);
  return html`<p class="note">
    The tables below are counted by whole hours, ${listedWhen({ fromMillis, toMillis }, view)}, in which
    ${plural(count, 'request')} got such an error; all above is of the range, ${range.words}.
    <a href="${links.ranged(path, query, { from: isoTime(fromMillis), to })}"
      >Show all of this page for that time</a
    >.
  </p>`;
}
