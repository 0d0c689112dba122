import type { HeatMap, OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../views/html.ts';
import { clockText, momentText } from '../format/moment.ts';
import { countText, duration, share, text } from '../format/quantity.ts';
import { markerLines, plot, timeAxis, type ChartTable, type ChartTime } from './frame.ts';
import { logTicks, px, timeScale } from './scales.ts';

/** Shades, lightest first; the step to a shade goes with the square root of the count, so that few are seen beside many. */
const SHADES = 6;

/** The bands that hold anything, with one to spare on both sides; [0, 0) when none does. */
export function occupiedBands(map: HeatMap): readonly [number, number] {
  const bands = map.bandEdgesMillis.length - 1;
  let low = bands;
  let high = -1;
  for (const column of map.columns)
    for (let band = 0; band < bands; band++)
      if ((column.counts[band] ?? 0) > 0) {
        low = Math.min(low, band);
        high = Math.max(high, band);
      }
  return high < 0 ? [0, 0] : [Math.max(0, low - 1), Math.min(bands, high + 2)];
}

/** How long operations take (up) over time (along), as shades of how many. A column leads to its traces; a dragged region adds its times and durations to `tracesHref`. */
export function heatMapChart(
  type: OperationType,
  map: HeatMap,
  time: ChartTime,
  hrefOf: (fromMillis: number, toMillis: number) => string,
  tracesHref: string,
  height = 150,
): Html {
  const x = timeScale(time.range.fromMillis, time.range.toMillis);
  const [low, high] = occupiedBands(map);
  const bandHeight = high > low ? height / (high - low) : height;
  const most = map.columns.reduce(
    (top, column) => column.counts.reduce((a, b) => (Number.isFinite(b) ? Math.max(a, b) : a), top),
    0,
  );
  const cells = Array.from({ length: SHADES }, () => '');
  for (const column of map.columns) {
    const left = x(column.startMillis);
    const width = Math.max(0.5, x(column.startMillis + column.widthMillis) - left - 1);
    for (let band = low; band < high; band++) {
      const count = column.counts[band] ?? 0;
      if (!(count > 0)) continue;
      const shade = Math.min(SHADES - 1, Math.floor(Math.sqrt(count / most) * SHADES));
      cells[shade] +=
        `M${px(left)} ${px(height - (band - low + 1) * bandHeight + 0.5)}h${px(width)}v${px(bandHeight - 1)}h-${px(width)}z`;
    }
  }
  const marks = markerLines(time, height);
  const edges = map.bandEdgesMillis.slice(low, high + 1);
  return plot({
    label:
      most === 0
        ? 'Heat map of durations: nothing in this range.'
        : 'Heat map of durations over time; darker is more. The table behind it has the counts.',
    height,
    role: 'group',
    className: `type-${type} heat`,
    time: time.range,
    region:
      most === 0
        ? undefined
        : { href: tracesHref, low: Math.max(edges[0] ?? 1, 1e-6), high: edges.at(-1) ?? 0 },
    shapes: html`${cells.map((d, shade) => d !== '' && html`<path class="shade-${shade + 1}" d="${d}" />`)}${marks.lines}${map.columns.map(
      (column) => {
        const total = column.counts.reduce((a, b) => a + (Number.isFinite(b) ? b : 0), 0);
        if (total === 0) return null;
        const left = x(column.startMillis);
        const end = column.startMillis + column.widthMillis;
        return html`<a href="${hrefOf(column.startMillis, end)}" tabindex="-1"
          ><title>
            ${momentText(column.startMillis, time.now)}–${clockText(end)}: ${countText(total)}, open their
            traces</title
          ><rect class="hit" x="${px(left)}" y="0" width="${px(x(end) - left)}" height="${height}"
        /></a>`;
      },
    )}`,
    over: html`${marks.labels}${most === 0 && html`<text class="axis empty" x="50%" y="${height / 2}" text-anchor="middle">nothing in this range</text>`}`,
    yTicks: most === 0 ? [] : ticksOf(edges, height),
    xTicks: timeAxis(time, height, 5),
  });
}

function ticksOf(
  edges: readonly number[],
  height: number,
): readonly { readonly y: number; readonly label: string }[] {
  const low = Math.max(edges[0] ?? 1, 1e-6);
  const high = edges.at(-1) ?? 1;
  if (!(high > low)) return [];
  return logTicks(low, high, 5).map((tick) => ({
    y: height - (Math.log(tick / low) / Math.log(high / low)) * height,
    label: text(duration(tick)),
  }));
}

/** Totals per band; each leads to the traces of that length. */
export function heatMapTable(
  map: HeatMap,
  hrefOf: (minMillis: number, maxMillis: number) => string,
): ChartTable {
  const [low, high] = occupiedBands(map);
  const totals = map.bandEdgesMillis
    .slice(0, -1)
    .map((_, band) => map.columns.reduce((sum, column) => sum + (column.counts[band] ?? 0), 0));
  const all = totals.reduce((a, b) => a + b, 0);
  const rows: ChartTable['rows'] = totals.flatMap((total, band) => {
    if (band < low || band >= high || total === 0) return [];
    const from = map.bandEdgesMillis[band] ?? 0;
    const to = map.bandEdgesMillis[band + 1] ?? 0;
    return [
      [
        html`<a href="${hrefOf(from, to)}">${text(duration(from))} – ${text(duration(to))}</a>`,
        countText(total),
        text(share(total / all)),
      ],
    ];
  });
  return { columns: ['duration', 'count', 'share'], rows };
}
