import type { BusinessMetric } from '../../../otel/query.ts';
import { html } from '../../views/html.ts';
import { panel } from '../charts/frame.ts';
import { stats } from '../draw/facts.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { countText, share, threeDigits, text } from '../format/quantity.ts';
import { metricsDocument, type BusinessDocument } from '../metrics-document.ts';
import { definePage } from '../page.ts';
import { plural } from '../sentences/sentence.ts';

interface ContentFacts {
  readonly business: BusinessDocument;
  /** Every counter and gauge of the business as it is, so that a new one shows without a new page. */
  readonly metrics: readonly BusinessMetric[];
}

const COLUMNS: readonly Column<BusinessMetric>[] = [
  { label: 'metric', key: 'metric', value: (row) => row.name, cell: (row) => html`<code>${row.name}</code>` },
  { label: 'of', key: 'attributes', value: attributesText, cell: attributesText },
  {
    label: 'value',
    key: 'value',
    align: 'number',
    value: (row) => row.value,
    cell: (row) => (Number.isInteger(row.value) ? countText(row.value) : threeDigits(row.value)),
  },
];

function attributesText(row: BusinessMetric): string {
  return Object.entries(row.attributes)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}

/** What the blog did: posts, feeds, cache; counted since the process started. */
export const contentPage = definePage<ContentFacts>({
  path: '/content',
  menu: 'content',
  fetch: ({ telemetry }) => ({
    business: metricsDocument(telemetry).business,
    metrics: telemetry.business(),
  }),
  title: () => 'Content',
  sentence({
    business: { posts_created: created, posts_updated: updated, posts_deleted: deleted, feeds, cache },
  }) {
    const asked = feeds.rss + feeds.atom + feeds.json;
    const looked = cache.hits + cache.misses;
    if (created + updated + deleted + asked + looked === 0)
      return [{ text: 'Nothing was written and no feed was asked for since the start.' }];
    const written =
      created + updated + deleted === 0
        ? 'No post was changed'
        : `${plural(created, 'post')} created, ${countText(updated)} updated, ${countText(deleted)} deleted`;
    const read = asked === 0 ? 'no feed asked for' : `feeds asked for ${plural(asked, 'time')}`;
    const cached = looked === 0 ? '' : `; ${text(share(cache.hits / looked))} of cache look-ups were hits`;
    return [{ text: `${written}; ${read} since the start${cached}.` }];
  },
  draw({ business, metrics }, view) {
    const { feeds, cache } = business;
    const looked = cache.hits + cache.misses;
    return html`<div class="grid three">
        ${panel({
          title: 'Posts',
          note: 'since start',
          body: stats([
            { label: 'created', value: countText(business.posts_created) },
            { label: 'updated', value: countText(business.posts_updated) },
            { label: 'deleted', value: countText(business.posts_deleted) },
          ]),
        })}
        ${panel({
          title: 'Feeds',
          note: 'requests since start',
          body: stats([
            { label: 'RSS', value: countText(feeds.rss) },
            { label: 'Atom', value: countText(feeds.atom) },
            { label: 'JSON', value: countText(feeds.json) },
          ]),
        })}
        ${panel({
          title: 'Cache',
          note: 'look-ups since start',
          body: stats([
            { label: 'hits', value: countText(cache.hits) },
            { label: 'misses', value: countText(cache.misses) },
            { label: 'hit rate', value: looked === 0 ? '–' : share(cache.hits / looked) },
          ]),
        })}
      </div>
      ${panel({ title: 'Every business metric', body: drawTable(metrics, COLUMNS, { caption: 'Business metrics', keyOf: (row) => `${row.name} ${attributesText(row)}`, view, still: true, empty: 'None has been counted since the start.' }) })}`;
  },
  sheet: ({ metrics }) => sheetOf(metrics, COLUMNS),
});
