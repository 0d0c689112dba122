import type { BusinessMetric } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { shareBar, sparkline } from '../charts/sparkline.ts';
import { breakable, stats } from '../draw/facts.ts';
import { rateCell } from '../draw/series-tables.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { countText, duration, figure, share, size, text, threeDigits } from '../../markup/quantity.ts';
import {
  businessDocument,
  postReads,
  READS_METRIC,
  sumOf,
  type BusinessDocument,
  type PostReads,
} from '../facts/business-facts.ts';
import { momentText } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { definePage } from './define-page.ts';
import { readersAsked, type ReadersAsked, UNKNOWN_KIND } from '../facts/readers-asked.ts';
import { plural } from '../sentences/sentence.ts';
import { secondsOf, seriesLines } from '../facts/series-lines.ts';

/** Counted in the range. */
interface ContentFacts {
  readonly asked: readonly ReadersAsked[];
  readonly feedsMade: readonly FeedMade[];
  /** By exact count, most read first. */
  readonly mostRead: readonly PostReads[];
  readonly mediaBytes: number;
  /** Entries in the cache now; undefined if unknown. */
  readonly cacheEntries: number | undefined;
  readonly business: BusinessDocument;
  /** Start of the blog's own counters. */
  readonly countedFromMillis: number;
  /** Every business counter, so that a new one shows without a change here. */
  readonly metrics: readonly BusinessMetric[];
}

const POSTS_WORDS = { listed: '', unlisted: 'all unlisted posts', other: 'all other posts' } as const;
const SHOWN_POSTS = 10;
/** Telemetry and the blog's counters do not start at the same moment. */
const EDGE_MILLIS = 5000;
/** Counts bytes; its name does not say so. */
const MEDIA_METRIC = 'glasshouse.media.served';

const FEED_WORDS = { rss: 'RSS', atom: 'Atom', json: 'JSON' } as const;

/** How often a feed was generated instead of taken from the cache. */
interface FeedMade {
  readonly format: keyof typeof FEED_WORDS;
  readonly made: number;
  readonly meanMillis: number;
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

/** Counters of time are in seconds. */
const SECOND_MILLIS = 1000;

/** Columns of the page: attributes stand under the name, so that a narrow screen has room for the value. */
const SHOWN: readonly Column<BusinessMetric>[] = [
  {
    label: 'count',
    cell: (row) =>
      html`<code class="wrap">${breakable(row.name)}</code>
        <span class="quiet-text">${attributesText(row)}</span>`,
  },
  ...COLUMNS.filter(({ key }) => key === 'value').map((column) => ({
    ...column,
    cell: (row: BusinessMetric) =>
      row.name.endsWith('.time')
        ? figure(duration(row.value * SECOND_MILLIS))
        : row.name === MEDIA_METRIC
          ? figure(size(row.value))
          : column.cell(row),
  })),
];

function attributesText(row: BusinessMetric): string {
  return Object.entries(row.attributes)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}

function feedsMade(metrics: readonly BusinessMetric[]): readonly FeedMade[] {
  return (['rss', 'atom', 'json'] as const).flatMap((format) => {
    const made = sumOf(metrics, 'feed.generated', format);
    const seconds = sumOf(metrics, 'feed.generation.time', format);
    return made === 0 ? [] : [{ format, made, meanMillis: (seconds * 1000) / made }];
  });
}

const nameOf = ({ posts, path }: PostReads): string => path ?? POSTS_WORDS[posts];

const READ: readonly Column<PostReads>[] = [
  {
    label: 'post',
    key: 'path',
    value: nameOf,
    cell: ({ posts, path }) =>
      path === undefined
        ? POSTS_WORDS[posts]
        : html`<a href="${`/${path.split('/').map(encodeURIComponent).join('/')}`}">${breakable(path)}</a>`,
  },
  {
    label: 'reads',
    key: 'reads',
    align: 'number',
    value: (row) => row.reads,
    cell: (row) => countText(row.reads),
  },
];

const askedColumns = ({ links }: PageView): readonly Column<ReadersAsked>[] => [
  {
    label: 'kind',
    key: 'kind',
    value: (row) => row.kind,
    cell: ({ kind }) =>
      kind === UNKNOWN_KIND ? html`<a href="${links.to('/not-found')}">${kind}</a>` : kind,
  },
  {
    label: 'requests',
    key: 'count',
    align: 'number',
    value: (row) => row.count,
    cell: (row) => countText(row.count),
  },
  {
    label: 'rate',
    key: 'per_second',
    align: 'number',
    room: 'mid',
    value: (row) => row.perSecond,
    cell: (row) => rateCell(row),
  },
  {
    label: 'share',
    key: 'count_share',
    value: (row) => row.countShare,
    cell: (row) =>
      html`<span class="share-cell"
        >${shareBar('http', row.countShare)} ${text(share(row.countShare))}</span
      >`,
  },
  { label: 'over time', room: 'wide', cell: (row) => sparkline('http', row.course) },
];

/** What readers requested in the range: posts, feeds, cache, all from exact counts. */
export const contentPage = definePage<ContentFacts>({
  path: '/content',
  menu: 'content',
  fetch({ telemetry, range, now }) {
    const routes = seriesLines(telemetry, 'http', range, secondsOf(telemetry, range, now));
    const metrics = telemetry.business(range);
    return {
      asked: readersAsked(routes),
      feedsMade: feedsMade(metrics),
      mostRead: postReads(metrics),
      cacheEntries: telemetry.business().find(({ name }) => name === 'glasshouse.cache.entries')?.value,
      mediaBytes: sumOf(metrics, 'media.served'),
      business: businessDocument(metrics),
      countedFromMillis: telemetry.businessFromMillis(),
      metrics,
    };
  },
  title: () => 'Content',
  sentence({ business, countedFromMillis }, { range, now }) {
    const { posts_created: created, posts_updated: updated, posts_deleted: deleted, feeds, cache } = business;
    const { posts_read: read } = business;
    const asked = feeds.rss + feeds.atom + feeds.json;
    const looked = cache.hits + cache.misses;
    const known = countedFromMillis > range.known.fromMillis + EDGE_MILLIS;
    const since = known ? ` (counted since ${momentText(countedFromMillis, now)})` : '';
    const opening = `${read === 0 ? 'No post was read' : `${plural(read, 'post')} ${read === 1 ? 'was' : 'were'} read`} ${range.words}${since}`;
    if (created + updated + deleted + asked + looked === 0)
      return [{ text: `${opening}. No post was changed and no feed was requested.` }];
    const written =
      created + updated + deleted === 0
        ? 'no post was changed'
        : `${plural(created, 'post')} created, ${countText(updated)} updated, ${countText(deleted)} deleted`;
    const fed = asked === 0 ? 'no feed was requested' : `feeds were requested ${plural(asked, 'time')}`;
    const cached = looked === 0 ? '' : `; ${text(share(cache.hits / looked))} of cache look-ups were hits`;
    return [{ text: `${opening}; ${written}, and ${fed}${cached}.` }];
  },
  draw({ business, metrics, asked, feedsMade: made, mostRead: read, mediaBytes, cacheEntries }, view) {
    const { feeds, cache } = business;
    const looked = cache.hits + cache.misses;
    return html`${panel({
        title: 'Requests by kind',
        note: view.range.words,
        body: drawTable(asked, askedColumns(view), {
          caption: 'Requests by kind',
          keyOf: (row) => row.kind,
          view,
          still: true,
          empty: `Nothing in this range.${view.range.moving ? ' Open the blog in another tab, and it appears here.' : ''}`,
        }),
      })}
      <div class="grid three">
        ${panel({
          title: 'Posts',
          note: view.range.words,
          body: stats([
            { label: 'created', value: countText(business.posts_created) },
            { label: 'updated', value: countText(business.posts_updated) },
            { label: 'deleted', value: countText(business.posts_deleted) },
          ]),
        })}
        ${panel({
          title: 'Feeds',
          note: `requests ${view.range.words}`,
          body: stats([
            { label: 'RSS', value: countText(feeds.rss) },
            { label: 'Atom', value: countText(feeds.atom) },
            { label: 'JSON', value: countText(feeds.json) },
          ]),
          foot: html`<span
            >${made.length === 0 ? 'none was generated' : html`generated: ${made.map(({ format, made: times, meanMillis }, index) => html`${index > 0 && '; '}${FEED_WORDS[format]} ${times === 1 ? 'once' : plural(times, 'time')}, in ${text(duration(meanMillis))}${times > 1 && ' each'}`)}`}</span
          >`,
        })}
        ${panel({
          title: 'Cache',
          note: `look-ups ${view.range.words}`,
          body: stats([
            { label: 'hits', value: countText(cache.hits) },
            { label: 'misses', value: countText(cache.misses) },
            { label: 'hit rate', value: looked === 0 ? '–' : share(cache.hits / looked) },
          ]),
          foot:
            cacheEntries === undefined
              ? undefined
              : html`<span>holds ${plural(cacheEntries, 'entry', 'entries')} now</span>`,
        })}
      </div>
      ${panel({
        title: 'Most read',
        note: `pages of posts ${view.range.words}, exact counts`,
        body: drawTable(read.slice(0, SHOWN_POSTS), READ, {
          caption: 'Most read posts',
          keyOf: nameOf,
          view,
          still: true,
          empty: 'No post was read in this range.',
        }),
        foot: html`<span>media: ${text(size(mediaBytes))} served</span>`,
      })}
      ${panel({
        title: 'All counters',
        note: view.range.words,
        body: drawTable(
          metrics.filter(({ name }) => name !== READS_METRIC),
          SHOWN,
          {
            caption: 'All counters',
            keyOf: (row) => `${row.name} ${attributesText(row)}`,
            view,
            still: true,
            empty: 'Nothing was counted in this range.',
          },
        ),
      })}`;
  },
  sheet: ({ metrics }) => sheetOf(metrics, COLUMNS),
});
