import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { badge, csvLink, seriesName } from '../draw/facts.ts';
import { statementColumns, statementSheet } from '../draw/series-tables.ts';
import type { SeriesLine } from '../facts/series-lines.ts';
import { statementName } from '../draw/statement-name.ts';
import { firstShown, foundRows, PAGE_ROWS, tablePage } from '../draw/paged-table.ts';
import { listPages } from '../draw/list-pages.ts';
import { pageByRank } from '../draw/ranked-pages.ts';
import { drawTable, sortedBy, sortRows, type Column } from '../draw/table.ts';
import { countText, duration, durationCell, share, text } from '../../markup/quantity.ts';
import { tellApart } from '../format/statement-words.ts';
import { definePage } from './define-page.ts';
import type { PageView } from '../page.ts';
import { orderWords, plural, shortRoute, type Sentence, type SentencePart } from '../sentences/sentence.ts';
import {
  prepareRepeatedOnRoutes,
  repeatedOnRoutes,
  type RepeatedOnRoute,
  type RepetitionSearch,
} from '../facts/repeated-on-routes.ts';
import { isCostly } from '../trace/repeated-statements.ts';
import { isStartUpWork } from '../facts/start-up-statements.ts';
import { secondsOf, seriesLines } from '../facts/series-lines.ts';

interface QueriesFacts {
  readonly seconds: number;
  readonly statements: readonly SeriesLine[];
  /** Pragmas, tables and migrations, not issued by a request. */
  readonly startUp: readonly SeriesLine[];
  /** Repetitions within one request, over the kept requests. */
  readonly repeated: RepetitionSearch;
}

/** Statements by total time with the routes that issue them, and statements repeated within one request. */
export const queriesPage = definePage<QueriesFacts>({
  path: '/queries',
  menu: 'queries',
  prepare: ({ telemetry, range }) => prepareRepeatedOnRoutes(telemetry, range),
  fetch({ telemetry, range, now }) {
    const seconds = secondsOf(telemetry, range, now);
    const lines = seriesLines(telemetry, 'database', range, seconds);
    return {
      seconds,
      statements: lines.filter((row) => !isStartUpWork(row)),
      startUp: lines.filter(isStartUpWork),
      repeated: repeatedOnRoutes(telemetry, range),
    };
  },
  title: () => 'Queries',
  sentence({ statements, startUp, repeated }, view) {
    const { links, range } = view;
    const [first] = statements;
    if (first === undefined)
      return [
        {
          text: `No statements ${range.words}${startUp.length > 0 ? ' except at start-up' : ''}. Choose a longer range to see older ones.`,
        },
      ];
    const nameOf = ({ summary, name }: SeriesLine): SentencePart => ({
      text: summary ?? name,
      href: links.series('database', name),
    });
    const [worst] = repeated.rows;
    const again: Sentence =
      worst === undefined
        ? []
        : [
            { text: ' ' },
            { text: worst.name, href: links.series('database', worst.series), tone: 'database' },
            { text: ' is ' },
            {
              text: `repeated ${countText(worst.count)} times within one request`,
              href: links.trace(worst.traceId, worst.spanId),
            },
            { text: ' of ' },
            { text: shortRoute(worst.route), href: links.series('http', worst.route) },
            { text: repetitionCost(repeated.rows) },
          ];
    return [
      { text: `${plural(statements.length, 'statement')} ${range.words}` },
      ...orderWords(firstShown(statements, statementColumns(view, statements), view, wordsOf), nameOf),
      { text: '. ' },
      nameOf(first),
      { text: ` takes the most time in all, ${text(share(first.timeShare))} of all database time.` },
      ...again,
    ];
  },
  draw({ statements, startUp, repeated }, view) {
    const columns = statementColumns(view, statements);
    const apart = apartWords(repeated.rows);
    const statement = (row: RepeatedOnRoute): Html =>
      html`${statementName({ name: row.series, summary: row.name, text: row.series }, apart.get(row.series), view.links.series('database', row.series))}${row.others !== undefined && html`<span class="callers">in turn with ${plural(row.others, 'other statement')}; the time is of all</span>`}${!isCostly(row) && html`<span class="callers">cheap so far: ${plural(row.count, 'time')}, ${text(duration(row.totalMillis))} in all</span>`}`;
    const example = (row: RepeatedOnRoute): Html =>
      html`<a href="${view.links.trace(row.traceId, row.spanId)}">open the worst</a>`;
    const runs: readonly Column<RepeatedOnRoute>[] = [
      {
        label: 'route',
        cell: (row) =>
          html`${seriesName(row.route, view.links.series('http', row.route))}<span class="only-narrow"
              >${statement(row)}${example(row)}</span
            >`,
      },
      {
        label: 'times',
        align: 'number',
        cell: (row) => badge(`×${countText(row.count)}`, isCostly(row) ? 'failed' : 'quiet'),
      },
      { label: 'statement', room: 'mid', cell: statement },
      { label: 'in the worst', align: 'number', cell: (row) => durationCell(row.totalMillis) },
      { label: 'seen in', align: 'number', room: 'mid', cell: seenIn },
      { label: 'example', room: 'mid', cell: example },
    ];
    const { rows, note, search, pages } = tablePage(
      sortRows(statements, columns, view.query['sort']),
      view,
      wordsOf,
    );
    const part = pageByRank(repeated.rows, view, {
      valueOf: ({ totalMillis }) => totalMillis,
      idOf: repeatedKey,
      size: PAGE_ROWS,
    });
    return html`${panel({
      title: 'Statements',
      note: html`${note ?? (sortedBy(columns, view.query['sort']) === undefined ? 'by total time' : 'from every run')}
      ${csvLink(view)}`,
      body: html`${search}${drawTable(rows, columns, {
        caption: 'Statements',
        keyOf: (row) => row.name,
        view,
        stacked: true,
        empty: statements.length > 0 ? 'No statement has these words.' : 'No statements in this range.',
      })}${pages}${startUpRows(startUp, view)}`,
    })}
    ${panel({
      title: 'Repeated within one request (N+1)',
      note: 'one after the other under one parent: 5 or more runs that took more than 5 ms in total, then 10 or more that took less',
      body: html`${drawTable(part.rows, runs, {
        caption: 'Repeated statements',
        keyOf: repeatedKey,
        view,
        still: true,
        stacked: true,
        empty:
          repeated.rows.length > 0
            ? 'None is below this place of the list.'
            : 'None found in the requests that were checked.',
      })}${listPages(part.page, 'worst', view)}`,
      foot: html`<span>${lookedText(repeated)}</span>`,
    })}`;
  },
  sheet: ({ statements, startUp }, view) =>
    statementSheet(view, foundRows([...statements, ...startUp], view, wordsOf)),
});

/** A statement may be repeated on several routes. */
function apartWords(rows: readonly RepeatedOnRoute[]): ReadonlyMap<string, string> {
  const named = rows.map(({ series, name }) => ({ name: series, summary: name, text: series }));
  return tellApart([...new Map(named.map((row) => [row.name, row])).values()]);
}

function repeatedKey({ route, series }: RepeatedOnRoute): string {
  return `${route} ${series}`;
}

/** `30 of 30`, `requests looked at, 40 times each`: of the route. */
function seenIn({ traces, ofTraces, fewest, most }: RepeatedOnRoute): Html {
  const each = fewest === most ? countText(most) : `${countText(fewest)} to ${countText(most)}`;
  return html`${countText(traces)} of ${countText(ofTraces)}
    <span class="callers">${ofTraces === 1 ? 'request' : 'requests'} looked at, ${each} times each</span>`;
}

/** Of the first one, and of the others: the table below has cheap ones, too. */
function repetitionCost(rows: readonly RepeatedOnRoute[]): string {
  const costly = rows.filter(isCostly).length;
  const [more, cheap] = [Math.max(0, costly - 1), rows.length - Math.max(1, costly)];
  const others = [
    ...(more > 0 ? [`so ${more === 1 ? 'does' : 'do'} ${countText(more)} more`] : []),
    ...(cheap > 0
      ? [
          `${countText(cheap)} more ${cheap === 1 ? 'is' : 'are'} repeated${costly > 0 ? ' at little cost' : ''}`,
        ]
      : []),
  ];
  return `${costly > 0 ? ' and costs time' : ', at little cost so far'}${others.map((each) => `; ${each}`).join('')}.`;
}

function wordsOf({ name, summary = '', text: whole = '', callers = [] }: SeriesLine): string {
  return `${name} ${summary} ${whole} ${callers.join(' ')}`;
}

/** A closed line with their totals, as they run once per start and are rarely of interest. */
function startUpRows(rows: readonly SeriesLine[], view: PageView): Html | undefined {
  if (rows.length === 0) return undefined;
  const sum = (of: (row: SeriesLine) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const failed = sum((row) => row.errors);
  return html`<details class="folded" id="start-up-statements">
    <summary>
      ${plural(rows.length, 'start-up and schema statement')}:
      ${plural(
        sum((row) => row.count),
        'call',
      )},
      ${text(duration(sum((row) => row.totalMillis)))} in
      all${failed > 0 && html`, <span class="tone-failed">${countText(failed)} failed</span>`}
    </summary>
    ${rows.length > PAGE_ROWS && html`<p class="note">the first ${PAGE_ROWS} by total time</p>`}${drawTable(
      rows.slice(0, PAGE_ROWS),
      statementColumns(view, rows),
      {
        caption: 'Start-up and schema statements',
        keyOf: (row) => row.name,
        view,
        still: true,
        stacked: true,
        empty: '',
      },
    )}
  </details>`;
}

function lookedText({ looked, wanted, total }: RepetitionSearch): string {
  if (total === 0) return 'no request is held in this range';
  if (looked === total) return `checked all ${plural(total, 'request')} held in this range`;
  const more = looked < wanted ? '; reload to check more' : '';
  return `checked ${countText(looked)} of ${countText(total)} requests held, the newest and the slowest${more}`;
}
