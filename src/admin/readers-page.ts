import { dateText } from '../markup/dates.ts';
import { html, type Html, type HtmlValue } from '../markup/html.ts';
import { countText } from '../markup/quantity.ts';
import { titleHtml } from '../markup/title.ts';
import { postUrl } from '../posts/post-path.ts';
import { READERS_PATH } from '../process/own-addresses.ts';
import type { ReaderDay, ReaderReport } from '../posts/readers/reader-report.ts';

interface ReadersPageOptions {
  /** Days, today included. */
  readonly range: number;
  readonly report: ReaderReport;
  /** Of one post; empty: all pages. */
  readonly path: string;
  /** By path; none: there is no post any more. */
  readonly titles: ReadonlyMap<string, string>;
}

export const READER_RANGES: readonly { readonly days: number; readonly label: string }[] = [
  { days: 1, label: 'Today' },
  { days: 7, label: '7 days' },
  { days: 30, label: '30 days' },
  { days: 365, label: '365 days' },
];

/** A sentence, the days as bars, and what was read, from where, and with which feed readers. */
export function readersPage(options: ReadersPageOptions): Html {
  const { report, path, titles } = options;
  const title = path === '' ? undefined : (titles.get(path) ?? `/${path}`);
  return html`<header class="page-bar"><h1>Readers</h1></header>
    <div class="list-bar">
      <nav aria-label="Range">
        <ul class="tabs">
          ${READER_RANGES.map(
            ({ days, label }) =>
              html`<li>
                <a href="${address(days, path)}" ${days === options.range && html` aria-current="true"`}
                  >${label}</a
                >
              </li>`,
          )}
        </ul>
      </nav>
    </div>
    ${
      title !== undefined &&
      html`<p>
        Readers of <a href="${postUrl(path)}">${titleHtml(title)}</a>.
        <a href="${address(options.range, '')}">All pages</a>
      </p>`
    }
    <p class="reader-sentence">${sentence(options)}</p>
    ${report.views > 0 && html`${dayBars(report.days)} ${dayTable(report.days, path === '')}`}
    ${path === '' && html`${postTable(options)} ${referrerTable(report)} ${feedTable(report)}`}
    <p class="elsewhere">
      Counted from every request, without cookie or script. A person is a browser of one address on one day;
      who comes again on another day counts again. Not counted: you, and pages that browsers fetch in advance.
      Programs that call themselves a browser count as people, also scanners, which Not found tells by the
      addresses that they ask for. No address is stored. Backups do not include these counts.
    </p>`;
}

function address(days: number, path: string): string {
  return `${READERS_PATH}?${new URLSearchParams({ days: String(days), ...(path !== '' && { post: path }) })}`;
}

function sentence({ report, range, path, titles }: ReadersPageOptions): HtmlValue {
  const { people, views, bots, subscribers, isCapped, posts } = report;
  const when = range === 1 ? 'today' : `in the last ${range} days`;
  const [first, second] = posts;
  const isMost =
    first !== undefined &&
    (second === undefined || second.people < first.people || second.views < first.views);
  const what = path === '' ? plural(views, 'page') : views === 1 ? 'it once' : `it ${countText(views)} times`;
  // Nobody is recognised on another day.
  const who = `${people === 1 ? '1 person' : `${countText(people)} people`}${range === 1 ? '' : ', counted anew each day,'}`;
  const read =
    views === 0
      ? `Nobody has read ${path === '' ? 'the blog' : 'it'} ${when}${range === 1 ? ' yet' : ''}.`
      : html`${isCapped && 'At least '}${who} read ${what}
        ${when}${isMost && html`; most read was “${titleHtml(titles.get(first.path) ?? `/${first.path}`)}”`}.`;
  if (path !== '') return read;
  return html`${read} ${bots > 0 && `Programs fetched ${plural(bots, 'page')}${views > 0 ? ' more' : ''}.`}
  ${subscribers > 0 && `The feeds have ${plural(subscribers, 'subscriber')}.`}`;
}

function plural(count: number, word: string): string {
  return `${countText(count)} ${word}${count === 1 ? '' : 's'}`;
}

function dayText(day: string): string {
  return dateText(Date.parse(`${day}T00:00Z`), 'en', 'short');
}

/** Height of the drawing, in units of its own. */
const HEIGHT = 100;

/** People in front of page views. */
function dayBars(days: readonly ReaderDay[]): Html | false {
  if (days.length === 1) return false;
  const most = Math.max(...days.map(({ views }) => views));
  const bar = (value: number, index: number, name: string): HtmlValue => {
    const height = Math.ceil((value / most) * HEIGHT);
    return (
      value > 0 &&
      html`<rect class="${name}" x="${index * 10 + 1}" width="8" y="${HEIGHT - height}" height="${height}" />`
    );
  };
  return html`<figure class="reader-days">
    <figcaption>
      People (full bars) and page views (pale bars) a day, up to ${plural(most, 'view')}
    </figcaption>
    <svg viewBox="0 0 ${days.length * 10} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      ${days.map(({ day, people, views }, index) => html`<g><title>${dayText(day)}: ${plural(views, 'view')}, people: ${countText(people)}</title>${bar(views, index, 'views')}${bar(people, index, 'people')}</g>`)}
    </svg>
    <p class="ends"><span>${dayText(days[0]!.day)}</span><span>${dayText(days.at(-1)!.day)}</span></p>
  </figure>`;
}

function dayTable(days: readonly ReaderDay[], hasBots: boolean): Html {
  const columns = ['Day', 'People', 'Views', ...(hasBots ? ['By programs'] : [])];
  return html`<details class="reader-table">
    <summary>The days in numbers</summary>
    ${table(
      'Days, the newest first',
      columns,
      days.toReversed(),
      ({ day, people, views, bots, isCapped }) => [
        html`${dayText(day)}`,
        html`${isCapped && 'at least '}${countText(people)}`,
        html`${countText(views)}`,
        ...(hasBots ? [html`${countText(bots)}`] : []),
      ],
    )}
  </details>`;
}

function postTable({ report, range, titles }: ReadersPageOptions): HtmlValue {
  const { posts, postCount } = report;
  return section('Posts', posts, postCount, () =>
    table('Posts, most read first', ['Post', 'People', 'Views'], posts, ({ path, people, views }) => {
      const title = titles.get(path);
      return [
        html`<a href="${address(range, path)}">${title === undefined ? `/${path}` : titleHtml(title)}</a>`,
        html`${countText(people)}`,
        html`${countText(views)}`,
      ];
    }),
  );
}

function referrerTable({ referrers, referrerCount }: ReaderReport): HtmlValue {
  return section('Where they came from', referrers, referrerCount, () =>
    table('Sites with a link that was followed', ['Site', 'Views'], referrers, ({ host, views }) => [
      html`<bdi>${host}</bdi>`,
      html`${countText(views)}`,
    ]),
  );
}

function feedTable({ feeds, feedCount }: ReaderReport): HtmlValue {
  return html`${section('Subscribers', feeds, feedCount, () =>
    table('Feed readers', ['Reader', 'Feed', 'Subscribers'], feeds, ({ reader, feed, subscribers }) => [
      html`<bdi>${reader}</bdi>`,
      html`<bdi>${feed}</bdi>`,
      html`${countText(subscribers)}`,
    ]),
  )}
  ${
    feeds.length > 0 &&
    html`<p class="elsewhere">
      On the day with the most: what the reader states in its requests, or each of its clients as one, if it
      states nothing. Who asks for several feeds stands at each of them, and is one subscriber of the blog.
    </p>`
  }`;
}

function section(name: string, rows: readonly unknown[], count: number, draw: () => Html): HtmlValue {
  if (rows.length === 0) return null;
  return html`<h2>${name}</h2>
    ${draw()}
    ${count > rows.length && html`<p class="elsewhere">First ${rows.length} of ${countText(count)}.</p>`}`;
}

/** Of one table; its first cell heads the row. */
function table<T>(
  caption: string,
  columns: readonly string[],
  rows: readonly T[],
  cells: (row: T) => readonly Html[],
): Html {
  return html`<table class="reader-table">
    <caption class="visually-hidden">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map((column) => html`<th scope="col">${column}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map((row) => {
        const [first, ...others] = cells(row);
        return html`<tr>
          <th scope="row">${first}</th>
          ${others.map((cell) => html`<td>${cell}</td>`)}
        </tr>`;
      })}
    </tbody>
  </table>`;
}
