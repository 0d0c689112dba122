import type { RequestLists, TelemetryQuery, TraceSummary } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import { answersPanel } from '../draw/answers-panel.ts';
import { shareText } from '../draw/facts.ts';
import { operationName } from '../draw/statement-name.ts';
import { PAGE_ROWS } from '../draw/paged-table.ts';
import { drawTable, sortRows, type Column } from '../draw/table.ts';
import { requestPanels } from '../draw/top-tables.ts';
import { traceColumns, traceSheet } from '../draw/trace-table.ts';
import { failureColumns, groupFailures } from '../draw/failure-groups.ts';
import { durationCell, threeDigits } from '../../markup/quantity.ts';
import { definePage } from './define-page.ts';
import { seriesSentence } from '../sentences/series-sentence.ts';
import { sharesOf, spanTree, type SeriesShare } from '../trace/span-tree.ts';
import { seriesFacts, seriesPanels, type SeriesFacts } from './series-facts.ts';

/** Number of kept traces over which child operations are summed. */
const MAX_SAMPLE = 20;

interface ChildRow extends Pick<SeriesShare, 'series' | 'type' | 'selfMillis' | 'count'> {
  /** Of its spans. */
  readonly name: string;
  readonly share: number;
}

interface RouteFacts extends SeriesFacts {
  /** Undefined if no request of this process was counted. */
  readonly requests: RequestLists | undefined;
  readonly children: readonly ChildRow[];
  readonly sampled: number;
}

/** Self time by operation in the newest kept traces of the route. */
function childrenOf(telemetry: TelemetryQuery, rows: readonly TraceSummary[]): readonly ChildRow[] {
  const sums = new Map<string, Omit<ChildRow, 'share'>>();
  for (const { traceId } of rows) {
    const trace = telemetry.trace(traceId);
    if (!('spans' in trace)) continue;
    for (const part of sharesOf(spanTree(trace.spans))) {
      const key = `${part.type} ${part.series}`;
      const { series, type } = part;
      const sum = sums.get(key) ?? { series, type, name: part.node.span.name, selfMillis: 0, count: 0 };
      sums.set(key, { ...sum, selfMillis: sum.selfMillis + part.selfMillis, count: sum.count + part.count });
    }
  }
  const total = [...sums.values()].reduce((all, sum) => all + sum.selfMillis, 0);
  return [...sums.values()]
    .map((sum) => ({ ...sum, share: total > 0 ? sum.selfMillis / total : 0 }))
    .sort((a, b) => b.selfMillis - a.selfMillis);
}

/** One route: durations over time, distribution, where its time goes, slowest traces, failures. */
export const routePage = definePage<RouteFacts>({
  path: '/route',
  menu: 'routes',
  parent: { path: '/routes', label: 'Routes' },
  fetch({ telemetry, query, range, now }) {
    const name = query['name'] ?? '';
    const sample = telemetry.traces({ range, type: 'http', series: name, limit: MAX_SAMPLE }).rows;
    return {
      ...seriesFacts(telemetry, 'http', name, range, now),
      requests: telemetry.requestLists(name),
      children: childrenOf(telemetry, sample),
      sampled: sample.length,
    };
  },
  title: ({ name }) => (name === '' ? 'no route' : name),
  status: ({ row }) => (row === undefined ? 404 : 200),
  sentence: (facts, { range, links }) =>
    seriesSentence(
      facts.row,
      'http',
      facts.totalMillis,
      range.words,
      links.to('/failures', { series: facts.name }),
    ),
  draw(facts, view) {
    const columns: readonly Column<ChildRow>[] = [
      {
        label: 'operation',
        key: 'operation',
        value: (row) => row.series,
        cell: (row) =>
          html`<span class="swatch type-${row.type}"></span
            >${operationName(row, view.links.series(row.type, row.series), row.series)}`,
      },
      {
        label: 'per trace',
        key: 'count',
        align: 'number',
        value: (row) => row.count,
        cell: (row) => threeDigits(row.count / Math.max(1, facts.sampled)),
      },
      {
        label: 'self time',
        key: 'self',
        align: 'number',
        value: (row) => row.selfMillis,
        cell: (row) => durationCell(row.selfMillis),
      },
      {
        label: 'share',
        cell: (row) =>
          html`<span class="share-cell">${shareBar(row.type, row.share)} ${shareText(row.share)}</span>`,
      },
    ];
    const failed = groupFailures(facts.failures, view.range).slice(0, PAGE_ROWS);
    return html`${seriesPanels('http', facts, view)} ${facts.row !== undefined && answersPanel(facts.row)}
      ${facts.row !== undefined && facts.requests !== undefined && requestPanels(facts.requests, view)}
      <div class="grid even">
        ${panel({
          title: 'Slowest traces held',
          note: html`<a
            href="${view.links.to('/traces', { type: 'http', series: facts.name, sort: 'slowest' })}"
            >all of them</a
          >`,
          body: drawTable(facts.slowest, traceColumns(view, facts.slowest, true), {
            caption: 'Slowest traces held of the route',
            keyOf: (row) => row.traceId,
            view,
            still: true,
            empty:
              'No trace of this route is held in this range. Slow and failed ones are always kept, and held while the buffer has room.',
          }),
        })}
        ${panel({
          title: 'Where its time goes',
          note:
            facts.sampled === 1
              ? 'self time in the one trace held'
              : `self time in the newest ${facts.sampled} traces held`,
          body: drawTable(sortRows(facts.children, columns, undefined), columns, {
            caption: 'Operations by self time',
            keyOf: (row) => `${row.type} ${row.series}`,
            view,
            still: true,
            empty: 'Shown once a trace of this route is held.',
          }),
        })}
      </div>
      ${
        failed.length > 0 &&
        panel({
          title: 'Failures',
          body: drawTable(failed, failureColumns(view, failed), {
            caption: 'Failures of the route',
            keyOf: (group) => group.key,
            view,
            still: true,
            empty: '',
          }),
        })
      }`;
  },
  sheet: ({ slowest }, view) => traceSheet(slowest, view),
});
