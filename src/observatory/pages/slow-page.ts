import {
  type HistoryFacts,
  OPERATION_TYPES,
  type OperationList,
  type OperationRow,
  type OperationType,
  type SamplingFacts,
  type TelemetryQuery,
  type TimeRange,
} from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { overPanel } from '../draw/over-panel.ts';
import { missingFromMustKeep } from '../draw/history-panel.ts';
import { slowGroupColumns, waitNote } from '../draw/slow-group-table.ts';
import { foundRows, PAGE_ROWS, tablePage, tableSearch } from '../draw/paged-table.ts';
import { listPages, partText } from '../draw/list-pages.ts';
import { pageByRank } from '../draw/ranked-pages.ts';
import { type Column, drawTable, sortRows } from '../draw/table.ts';
import { operationColumns, operationSheet } from '../draw/trace-table.ts';
import { momentText } from '../format/moment.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { shownName } from '../format/shown-name.ts';
import { prepareDrawnTraces } from '../facts/drawn-traces.ts';
import { overRepresented, type OverRepresentation } from '../facts/over-represented.ts';
import { slowGroups, type SlowGroup, type WaitedRow } from '../facts/slow-groups.ts';
import type { PageView } from '../page.ts';
import { heldSinceMillis } from '../facts/held-since.ts';
import { loopWaits } from '../facts/loop-waits.ts';
import { totalMillis } from '../trace/intervals.ts';
import type { Links } from '../links.ts';
import { explained } from '../draw/words.ts';
import { definePage } from './define-page.ts';
import { plural, type Sentence, type SentencePart } from '../sentences/sentence.ts';

/** Limit of operations that are grouped, and of the rows of one series or a file. */
const MAX_GROUPED = 5000;
/** Beside the groups, in the JSON. */
const MAX_ROWS = 200;

interface SlowFacts extends OperationList {
  readonly rows: readonly WaitedRow[];
  /** What slow requests have more often than the rest; undefined for one series. */
  readonly over: OverRepresentation | undefined;
  /** Of the slowest, at most 5,000. */
  readonly groups: readonly SlowGroup[];
  readonly grouped: number;
  /** The one series that is shown; undefined for all. */
  readonly series: string | undefined;
  readonly thresholdsSeconds: SamplingFacts['thresholdsSeconds'];
  /** The time from which all kept traces are still held; undefined if that covers the range. */
  readonly heldSinceMillis: number | undefined;
  readonly history: HistoryFacts | undefined;
}

/** Operations at or above their threshold, slowest first; each opens its trace at the span. */
export const slowPage = definePage<SlowFacts>({
  path: '/slow',
  menu: 'slow',
  *prepare({ telemetry, range, query }) {
    if (!query['series']) yield* prepareDrawnTraces(telemetry, { range, type: 'http', marked: 'slow' });
  },
  fetch({ telemetry, range, query }) {
    const series = query['series'] || undefined;
    const type = OPERATION_TYPES.find((each) => each === query['type']);
    const { rows: slow, total } = telemetry.slow({ range, type, series, limit: MAX_GROUPED });
    const rows = withWaited(slow, telemetry, range);
    return {
      over:
        series === undefined
          ? overRepresented(telemetry, { range, type: 'http', marked: 'slow' })
          : undefined,
      rows: series === undefined && query['format'] !== 'csv' ? rows.slice(0, MAX_ROWS) : rows,
      total,
      groups: slowGroups(rows),
      grouped: rows.length,
      series,
      thresholdsSeconds: telemetry.sampling().thresholdsSeconds,
      heldSinceMillis: heldSinceMillis(telemetry, range),
      history: telemetry.history(),
    };
  },
  title: () => 'Slow',
  sentence({ rows, total, groups, grouped, heldSinceMillis }, { links, range, now }) {
    const [first] = rows;
    // Evicted traces are in no list, so the sentence states the time that the list covers.
    const since = heldSinceMillis === undefined ? range.words : `since ${momentText(heldSinceMillis, now)}`;
    const rest = heldSinceMillis === undefined ? '' : ' Older traces made room for newer ones.';
    if (first === undefined)
      return [{ text: 'Nothing was slow', tone: 'good' }, { text: ` ${since}.${rest}` }];
    const what = grouped < total ? plural(total, 'operation') : countedWords(groups);
    const slowest = rows.reduce((most, row) => (ownMillis(row) > ownMillis(most) ? row : most));
    return [
      { text: `${what} reached ${total === 1 ? 'its' : 'their'} threshold ${since}` },
      ...mostOften(groups, links),
      { text: `. The slowest${slowest === first ? '' : ' by its own time'}, ` },
      namePart(slowest, links),
      { text: `, took ${text(duration(slowest.durationMillis))}${waitedWords(slowest)}` },
      ...(slowest === first
        ? []
        : [
            { text: '; ' },
            namePart(first, links),
            { text: ` took ${text(duration(first.durationMillis))}${waitedWords(first)}` },
          ]),
      { text: `.${rest}` },
    ];
  },
  draw(facts, view) {
    const { thresholdsSeconds, history } = facts;
    const limit = (seconds: number): string => text(duration(seconds * 1000));
    return html`${panel({
      ...(facts.series === undefined ? groupTable(facts, view) : rowTable(facts, view)),
      foot: html`<span
        >slow from ${limit(thresholdsSeconds.http)} for requests, ${limit(thresholdsSeconds.database)} for
        statements, ${limit(thresholdsSeconds.render)} for rendering; always ${explained('kept', view.links)},
        and ${explained('held', view.links)} while there is room.
        ${facts.series === undefined && 'Share: of the time that all slow ones of its colour took together; a request’s time contains that of its statements. Waited: while something else blocked the event loop, as far as stalls are held. '}${missingFromMustKeep(history)}</span
      >`,
    })}${
      facts.over &&
      overPanel(
        facts.over,
        { all: 'slow requests', short: 'slow' },
        { type: 'http', marked: 'slow', slow: { millis: thresholdsSeconds.http * 1000, by: 'threshold' } },
        view,
      )
    }`;
  },
  sheet({ rows }, view) {
    const { columns, rows: cells } = operationSheet(rows, view);
    return {
      columns: [...columns, 'waited_ms'],
      rows: cells.map((row, index) => [...row, rows[index]?.waitedMillis]),
    };
  },
});

/** Statements and renderings run without returning to the loop: only requests wait for it. */
function withWaited(
  rows: readonly OperationRow[],
  telemetry: TelemetryQuery,
  { fromMillis }: TimeRange,
): readonly WaitedRow[] {
  const waitsOf = loopWaits(telemetry.stalls({ fromMillis, toMillis: Infinity }).rows);
  return rows.map((row) => ({ ...row, waitedMillis: row.type === 'http' ? totalMillis(waitsOf(row)) : 0 }));
}

function ownMillis(row: WaitedRow): number {
  return row.durationMillis - row.waitedMillis;
}

function namePart(row: WaitedRow, links: Links): SentencePart {
  return { text: shownName(row), href: links.trace(row.traceId, row.spanId), tone: row.type };
}

function waitedWords(row: WaitedRow): string {
  return row.waitedMillis < 1
    ? ''
    : `, of which it waited ${text(duration(row.waitedMillis))} for the event loop`;
}

const LIST = new Intl.ListFormat('en');
const TYPE_WORDS: Readonly<Record<OperationType, string>> = {
  http: 'request',
  database: 'statement',
  render: 'rendering',
  other: 'other operation',
};

/** `27 requests and 25 statements`: a slow statement makes its request slow, so that their sum would count it twice. */
function countedWords(groups: readonly SlowGroup[]): string {
  const counted = OPERATION_TYPES.flatMap((type) => {
    const count = groups.reduce((sum, group) => sum + (group.type === type ? group.count : 0), 0);
    return count === 0 ? [] : [plural(count, TYPE_WORDS[type])];
  });
  return LIST.format(counted);
}

/** The route that was slow most often, if others were slow. */
function mostOften(groups: readonly SlowGroup[], links: Links): Sentence {
  const [most, second] = groups.filter(({ type }) => type === 'http').toSorted((a, b) => b.count - a.count);
  if (most === undefined || second === undefined || most.count === second.count) return [];
  return [
    { text: ', most often ' },
    {
      text: shownName(most.worst),
      href: links.to('/slow', { type: most.type, series: most.series }),
      tone: 'http',
    },
    { text: `, ${plural(most.count, 'time')}` },
  ];
}

function groupTable({ groups, grouped, total }: SlowFacts, view: PageView) {
  const columns = slowGroupColumns(view, groups);
  const part = tablePage(sortRows(groups, columns, view.query['sort']), view, wordsOf);
  return {
    title: 'By route and statement',
    note: html`${countText(total)}
    held${grouped < total && html`, the slowest ${countText(grouped)} grouped`}${part.note !== undefined && html`; groups ${part.note}`}
    ${csvLink(view)}`,
    body: html`${part.search}${drawTable(part.rows, columns, {
      caption: 'Slow operations by route and statement',
      keyOf: (row) => `${row.type} ${row.series}`,
      view,
      empty:
        groups.length > 0 ? 'Nothing slow has these words.' : 'Nothing reached its threshold in this range.',
    })}${part.pages}`,
  };
}

function rowTable({ rows, total }: SlowFacts, view: PageView) {
  const columns = rowColumns(rows, view);
  const found = foundRows(rows, view, wordsOf);
  const { rows: shown, page } = pageByRank(
    found,
    view,
    { valueOf: ({ durationMillis }) => durationMillis, idOf: ({ spanId }) => spanId, size: PAGE_ROWS },
    columns,
  );
  const part = partText(page);
  return {
    title: 'Slow operations',
    note: html`${part !== undefined && `${part} `}${found.length < rows.length && `found in ${countText(rows.length)} `}${total > rows.length && `of the first ${countText(rows.length)} of ${countText(total)} `}<a
        href="${view.links.to('/slow')}"
        >show all</a
      >
      ${csvLink(view)}`,
    body: html`${tableSearch(rows, view)}${drawTable(shown, columns, {
      caption: 'Slow operations',
      keyOf: (row) => row.spanId,
      view,
      empty:
        found.length > 0
          ? 'None is below this place of the list.'
          : rows.length > 0
            ? 'Nothing slow has these words.'
            : 'Nothing of it reached its threshold in this range.',
    })}${listPages(page, 'first', view)}`,
  };
}

function rowColumns(rows: readonly WaitedRow[], view: PageView): readonly Column<WaitedRow>[] {
  return operationColumns<WaitedRow>(view, rows).map((column) =>
    column.key === 'duration_ms'
      ? { ...column, cell: (row) => html`${column.cell(row)}${waitNote(row.waitedMillis)}` }
      : column,
  );
}

function wordsOf(row: SlowGroup | OperationRow): string {
  const { path = '', query = '' } = 'worst' in row ? row.worst : row;
  return `${row.name} ${row.series} ${path} ${query}`;
}
