import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { factList, seriesName, shareText } from '../draw/facts.ts';
import { statementColumns, statementSheet } from '../draw/series-tables.ts';
import type { SeriesLine } from '../facts/series-lines.ts';
import { newestStartLink } from '../draw/newest-start-link.ts';
import { PAGE_ROWS } from '../draw/paged-table.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { shortened } from '../format/shortened.ts';
import { sqlLines } from '../format/sql-lines.ts';
import { withoutHash } from '../format/statement-words.ts';
import { countText, threeDigits } from '../../markup/quantity.ts';
import { definePage } from './define-page.ts';
import type { PageView, Sheet } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { seriesSentence } from '../sentences/series-sentence.ts';
import { secondsOf, seriesLines } from '../facts/series-lines.ts';
import { slowestCalls, type Call, type SlowestCalls } from '../facts/slowest-calls.ts';
import { prepareSeries, seriesFacts, seriesPanels, type SeriesFacts } from './series-facts.ts';
import { planPanel, statementPlan, type StatementPlan } from './statement-plan.ts';
import { timeColumns } from '../draw/time-columns.ts';
import { addressColumn, askedAddress, pathOfSeries, statusColumn } from '../draw/asked-address.ts';

interface StatementFacts extends SeriesFacts {
  readonly calls: SlowestCalls;
  readonly summary: string;
  /** Undefined if only a summary is known: from an old address, or from counts of an older version. */
  readonly text: string | undefined;
  /** Other statements with the same summary; all of them if the address has only a summary. */
  readonly sameSummary: readonly SeriesLine[];
  /** With `?explain=1`. */
  readonly plan: StatementPlan | undefined;
}

/** One statement: text, plan, durations over time, distribution, callers, slowest calls. */
export const statementPage = definePage<StatementFacts>({
  path: '/statement',
  menu: 'queries',
  parent: { path: '/queries', label: 'Queries' },
  prepare: ({ telemetry, query, range, now }) =>
    prepareSeries(telemetry, 'database', query['name'] ?? '', range, now),
  fetch(request) {
    const { telemetry, query, range, now } = request;
    const asked = query['name'] ?? '';
    const lines = seriesLines(telemetry, 'database', range, secondsOf(telemetry, range, now), { courses: 0 });
    const named = lines.filter(({ summary }) => summary === asked);
    const known = lines.find(({ name }) => name === asked) ?? (named.length === 1 ? named[0] : undefined);
    const summary = known?.summary ?? asked;
    const facts = seriesFacts(telemetry, 'database', known?.name ?? asked, range, now);
    const calls = slowestCalls(telemetry, 'database', facts.name, range);
    const text = known?.text ?? calls.rows[0]?.text;
    const sameSummary = lines.filter((line) => line.summary === summary && line !== known);
    return { ...facts, calls, summary, text, sameSummary, plan: statementPlan(request, text) };
  },
  title: ({ summary }) => (summary === '' ? 'no statement' : shortened(withoutHash(summary), MAX_TITLE)),
  status: ({ row, sameSummary }) => (row === undefined && sameSummary.length === 0 ? 404 : 200),
  sentence(facts, { range, links }) {
    if (facts.row === undefined && facts.sameSummary.length > 0)
      return [{ text: `${plural(facts.sameSummary.length, 'statement')} of this summary ${range.words}.` }];
    const failures = links.to('/failures', { series: facts.name });
    return seriesSentence(facts.row, 'database', facts.totalMillis, range.words, { failuresHref: failures });
  },
  draw(facts, view) {
    const others = sameSummaryPanel(facts, view);
    if (facts.row === undefined) return html`${others}`;
    return html`${seriesPanels('database', facts, view)}
      <div class="grid even">
        <div>${textPanel(facts, view)} ${planPanel(facts.plan, facts.name, view)}</div>
        ${callsPanel(facts, view)}
      </div>
      ${others}`;
  },
  sheet: ({ row, calls, sameSummary }, view) =>
    row === undefined && sameSummary.length > 0
      ? statementSheet(view, sameSummary)
      : callSheet(calls.rows, view),
});

/** Limit of an unknown name, in characters. */
const MAX_TITLE = 120;

function sameSummaryPanel({ row, sameSummary }: StatementFacts, view: PageView): Html | undefined {
  if (sameSummary.length === 0) return undefined;
  const shown = sameSummary.slice(0, PAGE_ROWS);
  const columns = statementColumns(view, shown).filter(({ label }) => label !== 'over time');
  return panel({
    title: row === undefined ? 'Statements of this summary' : 'Other statements of this summary',
    note: `the same operations on the same tables${shown.length < sameSummary.length ? `; the first ${PAGE_ROWS} of ${countText(sameSummary.length)}` : ''}`,
    body: drawTable(shown, columns, {
      caption: 'Statements of the same summary',
      keyOf: ({ name }) => name,
      view,
      still: true,
      empty: '',
    }),
  });
}

function textPanel({ row, text }: StatementFacts, view: PageView): Html {
  const callers = row?.callers ?? [];
  return panel({
    title: 'Statement',
    note: 'parameters are never recorded',
    body: html`<pre
        class="sql"
        tabindex="0"
      ><code>${text === undefined ? 'Only the summary of this statement is known.' : sqlLines(withoutHash(text))}</code></pre>
      ${factList([
        [
          'rows',
          row?.rows === undefined
            ? '–'
            : html`${countText(row.rows)}<span class="unit">
                  in total, ${threeDigits(row.rows / Math.max(1, row.count))} per run</span
                >`,
        ],
        [
          'issued by',
          callers.length === 0
            ? 'no known request: start-up, a job, or before a restart'
            : html`<ul class="plain">
                ${callers.map((caller) => html`<li>${seriesName(caller, view.links.series('http', caller))}</li>`)}
              </ul>`,
        ],
      ])}`,
  });
}

function callsPanel({ calls, name, newestStart: newest }: StatementFacts, view: PageView): Html {
  const { looked, total } = calls;
  return panel({
    title: 'Slowest calls held',
    note: html`<a href="${view.links.to('/traces', { series: name, sort: 'slowest' })}">all traces with it</a
      >${newest && html` · ${newestStartLink(newest, { series: name }, view)}`}`,
    body: drawTable(calls.rows, callColumns(view, calls.rows), {
      caption: 'Slowest calls held of the statement',
      keyOf: (call) => `${call.traceId} ${call.spanId}`,
      view,
      still: true,
      empty:
        'No call of it is held in this range. Slow and failed ones are always kept, and held while the buffer has room.',
    }),
    foot:
      total > looked
        ? html`<span>from the slowest ${countText(looked)} of ${plural(total, 'trace')} held with it</span>`
        : undefined,
  });
}

function callColumns(view: PageView, calls: readonly Call[]): readonly Column<Call>[] {
  return [
    {
      label: 'within',
      key: 'within',
      value: (row) => row.within,
      cell: (row) =>
        html`${seriesName(row.within, view.links.trace(row.traceId, row.spanId))}${askedAddress(row, pathOfSeries(row.within))}`,
    },
    ...timeColumns<Call>(view, calls),
    statusColumn(),
    {
      label: 'longer than',
      key: 'percentile',
      room: 'wide',
      align: 'number',
      value: (row) => row.percentile,
      cell: (row) => standing(row),
    },
  ];
}

/** For a file: with the address and the trace. */
function callSheet(calls: readonly Call[], view: PageView): Sheet {
  const traceId: Column<Call> = {
    label: 'trace id',
    key: 'trace_id',
    value: (row) => row.traceId,
    cell: (row) => row.traceId,
  };
  return sheetOf(calls, [...callColumns(view, calls), addressColumn<Call>(), traceId]);
}

function standing({ percentile }: Call): string {
  if (percentile === undefined) return '–';
  return percentile > 0.999 ? 'nearly all' : shareText(percentile);
}
