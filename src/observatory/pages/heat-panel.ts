import type { HeatMap, OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel, type ChartTime } from '../charts/frame.ts';
import { heatMapChart, heatMapTable, type HeatMark } from '../charts/heat-map-chart.ts';
import type { MarkedFailures } from '../facts/marked-failures.ts';
import { momentText } from '../format/moment.ts';
import { duration, text } from '../../markup/quantity.ts';
import { localInput } from '../draw/page-frame.ts';
import type { PageView } from '../page.ts';

export interface HeatPanelOptions {
  readonly title: string;
  readonly type: OperationType;
  /** Limits the panel to one series. */
  readonly series?: string;
  readonly heatMap: HeatMap;
  readonly time: ChartTime;
  /** Marks that open their trace. */
  readonly failures?: MarkedFailures;
}

/** Durations over time as a heat map. A region lists its traces: by drag, column, table row or form. */
export function heatPanel(
  { title, type, series, heatMap, time, failures }: HeatPanelOptions,
  view: PageView,
): Html {
  const { links, now, range } = view;
  const iso = (millis: number): string => new Date(millis).toISOString();
  const what = { type, series };
  const marks = (failures?.rows ?? []).map((row): HeatMark => ({
    atMillis: row.startMillis,
    durationMillis: row.durationMillis,
    href: links.trace(row.traceId, row.spanId),
    label: `failed: ${row.series}, ${momentText(row.startMillis, now)}, ${text(duration(row.durationMillis))}`,
  }));
  return panel({
    title,
    note: html`${failures && marks.length > 0 && html`<span class="key failed">failed, held</span> · `}count
    per cell, log scale; drag a region to list its traces`,
    body: html`${heatMapChart(type, heatMap, time, {
      hrefOf: (from, to) =>
        links.ranged('/traces', what, { from: iso(from), to: iso(Math.min(to, Math.max(now, from + 1))) }),
      tracesHref: links.ranged('/traces', what, {}),
      singled: marks,
    })}`,
    foot: html`<details class="behind region">
        <summary>Traces of a region</summary>
        <form class="filter" method="get" action="${links.base}/traces" aria-label="Traces of a region">
          <input type="hidden" name="type" value="${type}" />
          ${series !== undefined && html`<input type="hidden" name="series" value="${series}" />`}
          <label
            >from
            <input
              type="datetime-local"
              name="from"
              step="1"
              value="${localInput(range.fromMillis)}"
              required
          /></label>
          <label
            >to
            <input type="datetime-local" name="to" step="1" value="${localInput(range.toMillis)}" required
          /></label>
          <label>at least <input type="text" name="min" placeholder="250ms" autocomplete="off" /></label>
          <label>at most <input type="text" name="max" placeholder="2s" autocomplete="off" /></label>
          <span class="buttons"><button type="submit">List traces</button></span>
        </form>
      </details>
      ${failures && marksNote(failures)}`,
    table: heatMapTable(heatMap, (min, max) =>
      links.to('/traces', { ...what, min: Number(min.toPrecision(4)), max: Number(max.toPrecision(4)) }),
    ),
  });
}

/** Which of the failures have a mark: below the chart, as a note above that grew by a line would move it. */
function marksNote({ rows, total }: MarkedFailures): Html | undefined {
  return rows.length === total ? undefined : html`<span>marked: the newest failure of each column</span>`;
}
