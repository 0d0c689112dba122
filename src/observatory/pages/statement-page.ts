import { html, type Html } from '../../views/html.ts';
import { panel } from '../charts/frame.ts';
import { badge, factList, seriesName, shareText } from '../draw/facts.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { sqlLines } from '../format/sql-lines.ts';
import { countText, durationCell, threeDigits } from '../format/quantity.ts';
import { definePage, type PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { seriesSentence } from '../sentences/series-sentence.ts';
import { slowestCalls, type Call, type SlowestCalls } from '../slowest-calls.ts';
import { seriesFacts, seriesPanels, type SeriesFacts } from './series-facts.ts';
import { chosenText, textsPanel } from './statement-texts.ts';
import { planPanel, statementPlan, type StatementPlan } from './statement-plan.ts';
import { whenColumn } from '../draw/time-columns.ts';

interface StatementFacts extends SeriesFacts {
  readonly calls: SlowestCalls;
  /** The one asked for, else the one that took most time. Statements of one summary may differ. */
  readonly text: string | undefined;
  /** With `?explain=1`. */
  readonly plan: StatementPlan | undefined;
}

/** One statement: its text, its plan, its course, its spread, who issues it, its slowest calls. */
export const statementPage = definePage<StatementFacts>({
  path: '/statement',
  menu: 'queries',
  parent: { path: '/queries', label: 'Queries' },
  fetch(request) {
    const { telemetry, query, range, now } = request;
    const facts = seriesFacts(telemetry, 'database', query['name'] ?? '', range, now);
    const calls = slowestCalls(telemetry, 'database', facts.name, range);
    const text = chosenText(facts.row, query['text']) ?? calls.rows[0]?.text;
    return { ...facts, calls, text, plan: statementPlan(request, text) };
  },
  title: ({ name }) => (name === '' ? 'no statement named' : name),
  status: ({ row }) => (row === undefined ? 404 : 200),
  sentence: (facts, { range, links }) =>
    seriesSentence(
      facts.row,
      'database',
      facts.totalMillis,
      range.words,
      links.to('/failures', { series: facts.name }),
    ),
  draw(facts, view) {
    if (facts.row === undefined) return html``;
    const one = (facts.row.texts?.length ?? 0) > 1 ? facts.text : undefined;
    return html`${seriesPanels('database', facts, view)}
      <div class="grid even">
        <div>${textPanel(facts, view)} ${planPanel(facts.plan, facts.name, one, view)}</div>
        ${callsPanel(facts, view)}
      </div>
      ${textsPanel(facts.row, facts.text, view)}`;
  },
  sheet: ({ calls }, view) => sheetOf(calls.rows, callColumns(view)),
});

function textPanel({ row, text }: StatementFacts, view: PageView): Html {
  const texts = row?.texts?.length ?? 0;
  const callers = row?.callers ?? [];
  // What is counted is the summary, not the one text above it.
  const ofAll = (words: string): string => (texts > 1 ? `${words}, all ${texts} texts` : words);
  return panel({
    title: 'Statement',
    note:
      texts > 1
        ? `one of ${texts} texts with this summary; all are listed below`
        : 'parameters are never kept',
    body: html`<pre
        class="sql"
        tabindex="0"
      ><code>${text === undefined ? 'The text has not been seen yet.' : sqlLines(text)}</code></pre>
      ${factList([
        [
          ofAll('rows'),
          row?.rows === undefined
            ? '–'
            : html`${countText(row.rows)}<span class="unit">
                  in all, ${threeDigits(row.rows / Math.max(1, row.count))} a run</span
                >`,
        ],
        [
          ofAll('issued by'),
          callers.length === 0
            ? 'no request: start-up, a job, or the desk'
            : html`<ul class="plain">
                ${callers.map((caller) => html`<li>${seriesName(caller, view.links.series('http', caller))}</li>`)}
              </ul>`,
        ],
      ])}`,
  });
}

function callsPanel({ calls, name }: StatementFacts, view: PageView): Html {
  const { looked, total } = calls;
  return panel({
    title: 'Slowest kept calls',
    note: html`<a href="${view.links.to('/traces', { series: name, sort: 'slowest' })}"
      >all traces with it</a
    >`,
    body: drawTable(calls.rows, callColumns(view), {
      caption: 'Slowest kept calls of the statement',
      keyOf: (call) => `${call.traceId} ${call.spanId}`,
      view,
      still: true,
      empty: 'No call of it is kept in this range. Slow and failed ones always are.',
    }),
    foot:
      total > looked
        ? html`<span>from the slowest ${countText(looked)} of ${plural(total, 'kept trace')} with it</span>`
        : undefined,
  });
}

function callColumns(view: PageView): readonly Column<Call>[] {
  return [
    {
      label: 'within',
      key: 'within',
      value: (row) => row.within,
      cell: (row) => seriesName(row.within, view.links.trace(row.traceId, row.spanId)),
    },
    whenColumn(view),
    {
      label: 'duration',
      key: 'duration_ms',
      align: 'number',
      value: (row) => row.durationMillis,
      cell: (row) =>
        html`${durationCell(row.durationMillis)}${row.status === 'error' && html` ${badge('failed', 'failed')}`}`,
    },
    {
      label: 'longer than',
      key: 'percentile',
      room: 'mid',
      align: 'number',
      value: (row) => row.percentile,
      cell: (row) => standing(row),
    },
  ];
}

function standing({ percentile }: Call): string {
  if (percentile === undefined) return '–';
  return percentile > 0.999 ? 'nearly all' : shareText(percentile);
}
