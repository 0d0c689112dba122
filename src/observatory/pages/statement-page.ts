import { html } from '../../views/html.ts';
import { panel } from '../charts/frame.ts';
import { factList, seriesName } from '../draw/facts.ts';
import { drawTable } from '../draw/table.ts';
import { traceColumns } from '../draw/trace-table.ts';
import { countText, threeDigits } from '../format/quantity.ts';
import { definePage } from '../page.ts';
import { seriesSentence } from '../sentences/series-sentence.ts';
import { seriesFacts, seriesPanels, type SeriesFacts } from './series-facts.ts';

/** One statement: its text, its course, its spread, who issues it, its slowest traces. */
export const statementPage = definePage<SeriesFacts>({
  path: '/statement',
  menu: 'queries',
  parent: { path: '/queries', label: 'Queries' },
  fetch: ({ telemetry, query, range, now }) =>
    seriesFacts(telemetry, 'database', query['name'] ?? '', range, now),
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
    const { row } = facts;
    if (row === undefined) return html``;
    const callers = row.callers ?? [];
    return html`${seriesPanels('database', facts, view)}
      <div class="grid even">
        ${panel({
          title: 'Statement',
          note: 'parameters are never kept',
          body: html`<pre
              class="sql"
              tabindex="0"
            ><code>${row.text ?? 'The text has not been seen yet.'}</code></pre>
            ${factList([
              [
                'rows',
                row.rows === undefined
                  ? '–'
                  : html`${countText(row.rows)}<span class="unit">
                        in all, ${threeDigits(row.rows / Math.max(1, row.count))} a run</span
                      >`,
              ],
              [
                'issued by',
                callers.length === 0
                  ? 'no request: start-up, a job, or the desk'
                  : html`<ul class="plain">
                      ${callers.map((caller) => html`<li>${seriesName(caller, view.links.series('http', caller))}</li>`)}
                    </ul>`,
              ],
            ])}`,
        })}
        ${panel({
          title: 'Slowest kept traces with it',
          note: html`<a href="${view.links.to('/traces', { series: facts.name, sort: 'slowest' })}"
            >all of them</a
          >`,
          body: drawTable(facts.slowest, traceColumns(view, true), {
            caption: 'Slowest kept traces with the statement',
            keyOf: (trace) => trace.traceId,
            view,
            still: true,
            empty: 'No trace with this statement is kept in this range. Slow and failed ones always are.',
          }),
        })}
      </div>`;
  },
});
