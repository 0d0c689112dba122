import type { BusinessMetric } from '../../../otel/query.ts';
import { html } from '../../views/html.ts';
import { panel } from '../charts/frame.ts';
import { shareBar, sparkline } from '../charts/sparkline.ts';
import { breakable, stats } from '../draw/facts.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { countText, duration, figure, rate, share, size, text, threeDigits } from '../format/quantity.ts';
import { metricsDocument, type BusinessDocument } from '../metrics-document.ts';
import { definePage } from '../page.ts';
import { postsRead, readersAsked, type ReadersAsked } from '../readers-asked.ts';
import { plural } from '../sentences/sentence.ts';
import { secondsOf, seriesLines } from '../series-lines.ts';

interface ContentFacts {
  /** In the range. */
  readonly asked: readonly ReadersAsked[];
  readonly postsRead: number;
  readonly feedsMade: readonly FeedMade[];
  /** Since the start, by exact count, most read first. */
  readonly mostRead: readonly PostReads[];
  readonly mediaBytes: number;
  /** That the cache holds now; undefined when nobody says. */
  readonly cacheEntries: number | undefined;
  readonly business: BusinessDocument;
  /** Every counter and gauge of the business as it is, so that a new one shows without a new page. */
  readonly metrics: readonly BusinessMetric[];
}

interface PostReads {
  /** Undefined for all unlisted posts together. */
  readonly path: string | undefined;
  readonly reads: number;
}

/** Their addresses are recorded nowhere. */
const UNLISTED = 'all unlisted posts';
const READS_METRIC = 'glasshouse.post.reads';
const SHOWN_POSTS = 10;

const FEED_WORDS = { rss: 'RSS', atom: 'Atom', json: 'JSON' } as const;

/** How often a feed was made anew rather than taken from the cache, since the start. */
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

/** As they are read: of what stands under the name, so that a narrow screen has room for the value. */
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
      row.name.endsWith('.time') ? figure(duration(row.value)) : column.cell(row),
  })),
];

function attributesText(row: BusinessMetric): string {
  return Object.entries(row.attributes)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}

function feedsMade(metrics: readonly BusinessMetric[]): readonly FeedMade[] {
  const of = (name: string, format: unknown): number =>
    metrics.find(
      (metric) => metric.name === `glasshouse.feed.${name}` && metric.attributes['format'] === format,
    )?.value ?? 0;
  return (['rss', 'atom', 'json'] as const).flatMap((format) => {
    const made = of('generated', format);
    return made === 0 ? [] : [{ format, made, meanMillis: of('generation.time', format) / made }];
  });
}

function mostRead(metrics: readonly BusinessMetric[]): readonly PostReads[] {
  return metrics
    .filter(({ name }) => name === READS_METRIC)
    .map(({ attributes, value }) => ({
      path: attributes['path'] === undefined ? undefined : String(attributes['path']),
      reads: value,
    }))
    .sort((a, b) => b.reads - a.reads);
}

const READ: readonly Column<PostReads>[] = [
  {
    label: 'post',
    key: 'path',
    value: (row) => row.path ?? UNLISTED,
    cell: ({ path }) =>
      path === undefined
        ? UNLISTED
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

const ASKED: readonly Column<ReadersAsked>[] = [
  { label: 'asked for', key: 'kind', value: (row) => row.kind, cell: (row) => row.kind },
  {
    label: 'requests',
    key: 'count',
    align: 'number',
    value: (row) => row.count,
    cell: (row) => countText(row.count),
  },
  {
    label: 'not there',
    key: 'client_errors',
    align: 'number',
    room: 'mid',
    value: (row) => row.clientErrors,
    cell: (row) => (row.clientErrors === 0 ? html`<span class="zero">0</span>` : countText(row.clientErrors)),
  },
  {
    label: 'rate',
    key: 'per_second',
    align: 'number',
    room: 'mid',
    value: (row) => row.perSecond,
    cell: (row) => html`<span class="per">${figure(rate(row.perSecond, 1))}</span>`,
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

/** What readers asked for in the range, and what the blog did for it: posts, feeds, cache, counted since the process started. */
export const contentPage = definePage<ContentFacts>({
  path: '/content',
  menu: 'content',
  fetch({ telemetry, range, now }) {
    const routes = seriesLines(telemetry, 'http', range, secondsOf(telemetry, range, now));
    const metrics = telemetry.business();
    return {
      asked: readersAsked(routes),
      postsRead: postsRead(routes),
      feedsMade: feedsMade(metrics),
      mostRead: mostRead(metrics),
      cacheEntries: metrics.find(({ name }) => name === 'glasshouse.cache.entries')?.value,
      mediaBytes: metrics.find(({ name }) => name === 'glasshouse.media.served')?.value ?? 0,
      business: metricsDocument(telemetry).business,
      metrics,
    };
  },
  title: () => 'Content',
  sentence({ business, postsRead: read }, { range }) {
    const { posts_created: created, posts_updated: updated, posts_deleted: deleted, feeds, cache } = business;
    const asked = feeds.rss + feeds.atom + feeds.json;
    const looked = cache.hits + cache.misses;
    const opening = `${read === 0 ? 'No post was read' : `${plural(read, 'post')} read`} ${range.words}.`;
    if (created + updated + deleted + asked + looked === 0)
      return [{ text: `${opening} Nothing was written and no feed was asked for since the start.` }];
    const written =
      created + updated + deleted === 0
        ? 'no post was changed'
        : `${plural(created, 'post')} created, ${countText(updated)} updated, ${countText(deleted)} deleted`;
    const fed = asked === 0 ? 'no feed was asked for' : `feeds were asked for ${plural(asked, 'time')}`;
    const cached = looked === 0 ? '' : `; ${text(share(cache.hits / looked))} of cache look-ups were hits`;
    return [{ text: `${opening} Since the start ${written}, and ${fed}${cached}.` }];
  },
  draw({ business, metrics, asked, feedsMade: made, mostRead: read, mediaBytes, cacheEntries }, view) {
    const { feeds, cache } = business;
    const looked = cache.hits + cache.misses;
    return html`${panel({
        title: 'What readers asked for',
        note: view.range.words,
        body: drawTable(asked, ASKED, {
          caption: 'What readers asked for',
          keyOf: (row) => row.kind,
          view,
          still: true,
          empty: `Nothing in this range.${view.range.moving ? ' Open the blog in another tab, and it appears here.' : ''}`,
        }),
      })}
      <div class="grid three">
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
          foot: html`<span
            >${made.length === 0 ? 'none was made anew' : html`made anew: ${made.map(({ format, made: times, meanMillis }, index) => html`${index > 0 && '; '}${FEED_WORDS[format]} ${plural(times, 'time')}, ${text(duration(meanMillis))}${times > 1 && ' each'}`)}`}</span
          >`,
        })}
        ${panel({
          title: 'Cache',
          note: 'look-ups since start',
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
        note: 'pages of posts since start, by exact count',
        body: drawTable(read.slice(0, SHOWN_POSTS), READ, {
          caption: 'Most read posts since start',
          keyOf: (row) => row.path ?? UNLISTED,
          view,
          still: true,
          empty: 'No post has been read since the start.',
        }),
        foot: html`<span>media: ${text(size(mediaBytes))} served since start</span>`,
      })}
      ${panel({
        title: 'Every count',
        note: 'since start',
        body: drawTable(
          metrics.filter(({ name }) => name !== READS_METRIC),
          SHOWN,
          {
            caption: 'Every count since start',
            keyOf: (row) => `${row.name} ${attributesText(row)}`,
            view,
            still: true,
            empty: 'None has been counted since the start.',
          },
        ),
      })}`;
  },
  sheet: ({ metrics }) => sheetOf(metrics, COLUMNS),
});
