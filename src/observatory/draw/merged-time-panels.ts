import { html, type Html } from '../../markup/html.ts';
import { countText, duration, durationCell, text, threeDigits } from '../../markup/quantity.ts';
import { drawFlameGraph, flameTable } from '../charts/flame-graph.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import type { MergedTime, OperationTime } from '../facts/merged-time.ts';
import type { OverRepresentation } from '../facts/over-represented.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { shareText } from './facts.ts';
import { missingWords } from './over-panel.ts';
import { PAGE_ROWS } from './paged-table.ts';
import { operationName } from './statement-name.ts';
import { drawTable, type Column } from './table.ts';

/** One flame graph of all kept traces; undefined if none is held. */
export function mergedFlamePanel(
  time: MergedTime,
  over: OverRepresentation | undefined,
  view: PageView,
): Html | undefined {
  if (time.traces === 0) return undefined;
  const { graph } = time;
  const table = flameTable(graph);
  return panel({
    title: 'Flame graph of the route',
    note: `${text(duration(graph.totalMillis))} of self time per request, the mean of ${tracesText(time)}`,
    body: drawFlameGraph(graph, {
      selected: undefined,
      hrefOf: ({ traceId, spanId }) => view.links.trace(traceId, spanId),
    }),
    table: { ...table, columns: ['frame', 'depth', 'runs per request', 'total', 'self', 'share'] },
    foot: html`<span>${basis(time, over && missingWords(over, view.now))}</span>`,
  });
}

function tracesText({ traces, kept }: MergedTime): string {
  return traces < kept
    ? `${plural(traces, 'kept trace')} of ${countText(kept)}`
    : plural(traces, 'kept trace');
}

function basis({ isWeighted, unweighted }: MergedTime, missing = ''): string {
  const weights = isWeighted
    ? 'Each trace counts for the requests it stands for.'
    : 'Kept by an older version without weights, so each trace counts once, and slow ones count too much.';
  const left =
    isWeighted && unweighted > 0
      ? ` ${plural(unweighted, 'trace')} of unknown weight ${unweighted === 1 ? 'is' : 'are'} left out.`
      : '';
  return `${weights}${left}${missing === '' ? '' : ` ${missing}`} Width: self time plus callees. A frame opens the trace in which it took about the median.`;
}

/** Self time by operation, over the same traces. */
export function operationTimePanel(time: MergedTime, view: PageView): Html {
  return panel({
    title: 'Where its time goes',
    note: time.traces === 0 ? undefined : `self time per request, the mean of ${tracesText(time)}`,
    body: drawTable(time.operations.slice(0, PAGE_ROWS), operationColumns(view), {
      caption: 'Operations by self time',
      keyOf: (row) => `${row.type} ${row.series}`,
      view,
      still: true,
      empty: 'Shown once a trace of this route is held.',
    }),
  });
}

function operationColumns(view: PageView): readonly Column<OperationTime>[] {
  return [
    {
      label: 'operation',
      cell: (row) =>
        html`<span class="swatch type-${row.type}"></span
          >${operationName(row, view.links.series(row.type, row.series), row.series)}`,
    },
    { label: 'per request', align: 'number', cell: (row) => threeDigits(row.count) },
    { label: 'self time', align: 'number', cell: (row) => durationCell(row.selfMillis) },
    {
      label: 'share',
      cell: (row) =>
        html`<span class="share-cell">${shareBar(row.type, row.share)} ${shareText(row.share)}</span>`,
    },
  ];
}
